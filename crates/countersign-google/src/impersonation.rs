use core::{fmt, time::Duration};
use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_flow::{BoxFlow, Endpoint, Error, Source, error::EndpointProblem};
use countersign_token::{
    AccessToken, Expiry, Key, Scopes, Secret, Timestamp, TokenSet,
    json::{Object, Value},
};
use countersign_wire::flow::{Handling, Purpose};

use crate::call::Call;

pub(crate) mod bearing;
mod blob_signature;
mod id_token;

use bearing::Bearing;
pub use blob_signature::BlobSignature;
pub use id_token::ImpersonatedIdToken;

/// The longest lifetime of a token, which an organisation's policy must allow.
const LONGEST: Duration = Duration::from_secs(43_200);
const OPERATION: &str = ":generateAccessToken";
/// The member of a file that holds the address.
const NAME: &str = "service_account_impersonation_url";

/// A service account for which other credentials speak, through Google's IAM credentials service.
///
/// The source that speaks for it needs the scope [`IAM`](crate::endpoints::IAM), or a wider one.
///
/// ```
/// # fn example(robot: countersign_google::ServiceAccount) -> Result<(), countersign_flow::Error> {
/// use countersign_google::{Impersonation, endpoints::IAM};
///
/// let deploy = Impersonation::new(robot.scopes([IAM]), "deploy@demo.iam.gserviceaccount.com")?
///     .scopes(["https://www.googleapis.com/auth/devstorage.read_write"]);
/// # drop(deploy);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Impersonation {
    source: Arc<dyn Source>,
    /// Up to and with the slash before the account.
    base: String,
    email: String,
    scopes: Scopes,
    delegates: Vec<String>,
    lifetime: Duration,
    key: Key,
}

impl Impersonation {
    /// The account of this address, at Google.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address is none that can stand in a URL.
    pub fn new(source: impl Source + 'static, email: impl AsRef<str>) -> Result<Self, Error> {
        let email = email.as_ref();
        if !is_account(email) {
            return Err(unusable());
        }
        let url =
            format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}{OPERATION}");
        Self::at(source, &Endpoint::new(NAME, &url)?)
    }

    /// The account that this address of the operation `generateAccessToken` names.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when it is the address of something else.
    pub fn at(source: impl Source + 'static, url: &Endpoint) -> Result<Self, Error> {
        let account = url.as_str().strip_suffix(OPERATION).and_then(|rest| rest.rsplit_once('/'));
        let Some((base, email)) = account.filter(|(base, email)| is_account(email) && !base.contains('?'))
        else {
            return Err(unusable());
        };
        let account = Self {
            source: Arc::new(source),
            base: format!("{base}/"),
            email: email.to_owned(),
            scopes: Scopes::none(),
            delegates: Vec::new(),
            lifetime: Duration::from_secs(3600),
            key: Key::new("", "", ""),
        };
        Ok(account.identified())
    }

    /// The same account, asking for these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self.identified()
    }

    /// The accounts through which the right is passed on, each of which may speak for the next: by address, or as
    /// `projects/-/serviceAccounts/…`.
    #[must_use]
    pub fn delegates<S: Into<String>>(mut self, delegates: impl IntoIterator<Item = S>) -> Self {
        self.delegates = delegates.into_iter().map(Into::into).collect();
        self.identified()
    }

    /// Asks for tokens that are good for this long: an hour unless said otherwise, twelve at most.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.min(LONGEST);
        self
    }

    /// A source of ID tokens of the account for this audience.
    pub fn id_token(&self, audience: impl Into<String>) -> ImpersonatedIdToken {
        ImpersonatedIdToken::new(self.clone(), audience.into())
    }

    /// The conversation that has these bytes signed by a key of the account that never leaves Google.
    ///
    /// # Errors
    /// The credentials that speak for the account cannot begin.
    pub fn sign_blob(&self, bytes: &[u8]) -> Result<BoxFlow<BlobSignature>, Error> {
        let call = self.call("signBlob", [("payload", Value::text(STANDARD.encode(bytes)))])?;
        let flow = Bearing::new(self.source.begin(None)?, call, |object, _| {
            let malformed = countersign_wire::Error::Malformed { name: "signedBlob" };
            let signature = STANDARD.decode(text(&object, "signedBlob")?.expose()).map_err(|_| malformed)?;
            Ok(BlobSignature { key_id: text(&object, "keyId")?.expose().to_owned(), signature })
        });
        Ok(Box::new(flow))
    }

    /// The e-mail address of the account.
    pub fn email(&self) -> &str {
        &self.email
    }

    fn call<const N: usize>(
        &self,
        operation: &str,
        members: [(&'static str, Value); N],
    ) -> Result<Call, Error> {
        let url = format!("{}{}:{operation}", self.base, self.email);
        let endpoint = Endpoint::new(NAME, &url)?;
        let mut body = Object::new();
        // Files have either form; the service wants the long one.
        let delegate = |name: &String| match name.starts_with("projects/") {
            true => Value::text(name.as_str()),
            false => Value::text(format!("projects/-/serviceAccounts/{name}")),
        };
        if !self.delegates.is_empty() {
            body.insert("delegates", Value::Array(self.delegates.iter().map(delegate).collect()));
        }
        for (name, value) in members {
            body.insert(name, value);
        }
        let purpose = if operation == "signBlob" { Purpose::Signature } else { Purpose::Token };
        Ok(Call::post(endpoint.uri().clone(), Value::Object(body).to_json(), Handling::new(purpose)))
    }

    fn identified(mut self) -> Self {
        self.key = self.identity(Some(self.scopes.clone()), None);
        self
    }

    /// Who speaks for it is part of who it is: the other may have been granted it, and this one not.
    fn identity(&self, scopes: Option<Scopes>, audience: Option<&str>) -> Key {
        let mut key = Key::new(self.base.as_str(), self.source.key().to_text(), self.email.as_str());
        key.scopes = scopes;
        let mut parts: Vec<String> =
            self.delegates.iter().map(|delegate| format!("delegate:{delegate}")).collect();
        parts.extend(audience.map(|audience| format!("audience:{audience}")));
        key.with_resource(parts)
    }
}

impl Source for Impersonation {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let body = [
            ("scope", Value::Array(self.scopes.iter().map(Value::text).collect())),
            ("lifetime", Value::text(format!("{}s", self.lifetime.as_secs()))),
        ];
        let Key { resource, .. } = self.key.clone();
        let scopes = self.scopes.clone();
        let call = self.call("generateAccessToken", body)?;
        let flow = Bearing::new(self.source.begin(None)?, call, move |object, env| {
            let token = text(&object, "accessToken")?;
            let end = Timestamp::parse(text(&object, "expireTime")?.expose())
                .map_err(|_| countersign_wire::Error::Malformed { name: "expireTime" })?;
            let mut access =
                AccessToken::bearer(token, env.now).with_scopes(scopes.clone()).with_expiry(Expiry::At(end));
            access.resource.clone_from(&resource);
            Ok(TokenSet::new(access))
        });
        Ok(Box::new(flow))
    }
}

/// A text of an answer that must be there.
fn text(object: &Object, name: &'static str) -> Result<Secret, Error> {
    let text = object.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
    Ok(text.map(Secret::from).ok_or(countersign_wire::Error::Missing { name })?)
}

const fn unusable() -> Error {
    Error::Endpoint { name: NAME, problem: EndpointProblem::NotAbsolute }
}

/// An e-mail address or a number, and nothing that means something in a URL.
fn is_account(email: &str) -> bool {
    !email.is_empty() && email.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._@+".contains(&byte))
}

impl fmt::Debug for Impersonation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source: _, base, email, scopes, delegates, lifetime, key: _ } = self;
        f.debug_struct("Impersonation")
            .field("base", base)
            .field("email", email)
            .field("scopes", scopes)
            .field("delegates", delegates)
            .field("lifetime", lifetime)
            .finish_non_exhaustive()
    }
}
