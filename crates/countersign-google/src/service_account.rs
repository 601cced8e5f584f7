use core::{fmt, time::Duration};
use std::sync::Arc;

use countersign_flow::{BoxFlow, Endpoint, JwtBearerGrant, Source};
use countersign_jwt::{Backend, Signer};
use countersign_token::{
    Key, Scopes, Secret, TokenSet,
    json::{Object, Value},
};
use countersign_wire::flow::Env;

use crate::{Error, ErrorKind, map::Map, scope_names};

mod assertion;
mod id_token;
mod key_file;
mod self_signed;

use assertion::{Assertion, Purpose};
pub use id_token::ServiceAccountIdToken;
pub use key_file::ServiceAccountKey;
pub use self_signed::{SelfSigned, SelfSignedAudience};

/// The longest lifetime that Google gives an assertion.
const LONGEST: Duration = Duration::from_secs(3600);

/// The claims that are the protocol's own.
const RESERVED: [&str; 9] = ["iss", "sub", "aud", "iat", "exp", "nbf", "jti", "scope", "target_audience"];

/// A service account that gets tokens for itself, or for a user whose domain lets it.
///
/// It is a [`Source`] of access tokens for its scopes; [`id_token`](Self::id_token) makes one of ID tokens,
/// and [`self_signed`](Self::self_signed) authorizes requests without any server. Clones share the key.
///
/// ```
/// # #[cfg(feature = "aws-lc-rs")]
/// # fn example() -> Result<(), countersign_google::Error> {
/// use countersign_google::ServiceAccount;
///
/// let robot = ServiceAccount::from_file("key.json")?
///     .scopes(["https://www.googleapis.com/auth/drive"])
///     .subject("ann@example.com");
/// # drop(robot);
/// # Ok(())
/// # }
/// ```
///
/// # Security
/// The key of the source names the account, the key, the user, the scopes or the audience and the further
/// claims, so that no cache hands one user's token to another.
#[doc(alias = "SignedJwtAssertionCredentials")]
#[derive(Clone)]
pub struct ServiceAccount {
    signer: Arc<dyn Signer>,
    email: Arc<str>,
    token_endpoint: Endpoint,
    audience: Option<String>,
    scopes: Scopes,
    subject: Option<String>,
    claims: Object,
    lifetime: Duration,
    skew: Duration,
    key: Key,
}

impl ServiceAccount {
    /// The account of this address, whose key is ready to sign.
    pub fn new(email: impl Into<String>, signer: impl Signer + 'static, token_endpoint: Endpoint) -> Self {
        let account = Self {
            signer: Arc::new(signer),
            email: email.into().into(),
            token_endpoint,
            audience: None,
            scopes: Scopes::none(),
            subject: None,
            claims: Object::new(),
            lifetime: LONGEST,
            skew: Duration::ZERO,
            key: Key::new("", "", ""),
        };
        account.identified()
    }

    /// The account of a key file, with its signatures made by this library.
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] when the key is no RSA key, or the library refuses it.
    pub fn from_key(key: &ServiceAccountKey, backend: Backend) -> Result<Self, Error> {
        Ok(Self::new(key.email.as_str(), key.signer(backend)?, key.token_endpoint.clone()))
    }

    /// The account of this key file, with signatures by aws-lc-rs.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file.
    #[cfg(feature = "aws-lc-rs")]
    pub fn from_file(path: impl AsRef<std::path::Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let key = ServiceAccountKey::from_file(path)?;
        Self::from_key(&key, Backend::AwsLcRs).map_err(|error| error.at(path))
    }

    /// The same account, asking for these scopes.
    #[doc(alias = "create_scoped")]
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self.identified()
    }

    /// The same account, speaking for this user of a domain that delegated to it.
    #[doc(alias = "create_delegated")]
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self.identified()
    }

    /// The same account with a further claim in what it asserts.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for a claim of the protocol's own, for which there are methods.
    #[doc(alias = "create_with_claims")]
    pub fn claim(mut self, name: impl Into<String>, value: Value) -> Result<Self, Error> {
        let name = name.into();
        if RESERVED.contains(&name.as_str()) {
            return Err(ErrorKind::Misuse("the claim is the protocol's own").into());
        }
        self.claims.insert(name, value);
        Ok(self.identified())
    }

    /// The same account with assertions that are good for this long: an hour unless said otherwise, and never
    /// more.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime.min(LONGEST);
        self
    }

    /// The same account with assertions dated back by this much, for machines whose clock is ahead.
    #[must_use]
    pub const fn clock_skew(mut self, skew: Duration) -> Self {
        self.skew = skew;
        self
    }

    /// The same account at another token endpoint.
    #[must_use]
    pub fn token_endpoint(mut self, endpoint: Endpoint) -> Self {
        self.token_endpoint = endpoint;
        self.identified()
    }

    /// The same account with this audience of its assertions, where it is not the token endpoint.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// A source of ID tokens for this audience, such as the address of a service that checks them.
    pub fn id_token(&self, audience: impl Into<String>) -> ServiceAccountIdToken {
        ServiceAccountIdToken::new(self.clone(), audience.into())
    }

    /// Requests authorized without a server, by tokens that the account signs itself.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] when it is to speak for a user, which takes a server, or has no scopes to name.
    pub fn self_signed(&self, audience: SelfSignedAudience) -> Result<SelfSigned, Error> {
        SelfSigned::new(self, audience)
    }

    /// The name of the key, and its signature of these bytes (RSA with SHA-256).
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] when the key does not sign.
    pub fn sign_blob(&self, bytes: &[u8]) -> Result<(Option<&str>, Vec<u8>), Error> {
        let signature =
            self.signer.sign(bytes).map_err(|error| Error::because(ErrorKind::PrivateKey, error))?;
        Ok((self.signer.key_id(), signature))
    }

    /// The assertion that would be sent now.
    ///
    /// # Errors
    /// There are no random bytes, or the key does not sign.
    pub fn assertion(&self, env: &Env<'_>) -> Result<Secret, countersign_flow::Error> {
        self.assertion_for(None).make(env)
    }

    /// The e-mail address of the account.
    pub fn email(&self) -> &str {
        &self.email
    }

    fn assertion_for(&self, target_audience: Option<&str>) -> Assertion {
        let purpose = match target_audience {
            Some(audience) => Purpose::TargetAudience(audience.to_owned()),
            None => Purpose::Scopes(self.scopes.to_string()),
        };
        Assertion {
            signer: Arc::clone(&self.signer),
            email: Arc::clone(&self.email),
            subject: self.subject.clone(),
            audience: self.audience.clone().unwrap_or_else(|| self.token_endpoint.as_str().to_owned()),
            purpose,
            claims: self.claims.clone(),
            lifetime: self.lifetime,
            skew: self.skew,
        }
    }

    fn identified(mut self) -> Self {
        self.key = self.identity(Some(self.scopes.clone()), None);
        self
    }

    /// Everything that makes one token another: each part is escaped on its own, so that none can pose as two.
    fn identity(&self, scopes: Option<Scopes>, target_audience: Option<&str>) -> Key {
        let account = self.subject.as_deref().unwrap_or(&self.email);
        let mut key = Key::new(self.token_endpoint.as_str(), &*self.email, account);
        key.scopes = scopes;
        let mut parts = Vec::new();
        parts.extend(self.signer.key_id().map(|key_id| format!("key:{key_id}")));
        // An account that speaks for itself by name is another grant than one that does not say for whom.
        parts.extend(self.subject.is_some().then(|| "delegated".to_owned()));
        parts.extend(target_audience.map(|audience| format!("audience:{audience}")));
        if !self.claims.is_empty() {
            parts.push(format!("claims:{}", Value::Object(sorted(&self.claims)).to_json().expose()));
        }
        key.with_resource(parts)
    }
}

/// The same claims in one order, because the order does not matter.
fn sorted(claims: &Object) -> Object {
    let mut members: Vec<(&str, &Value)> = claims.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members.into_iter().fold(Object::new(), |mut object, (name, value)| {
        object.insert(name, value.clone());
        object
    })
}

impl Source for ServiceAccount {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, countersign_flow::Error> {
        // The scopes stand in the assertion, and not in the form.
        let flow = JwtBearerGrant::new(&self.token_endpoint, self.assertion_for(None), Scopes::none());
        let Key { resource, .. } = self.key.clone();
        let scopes = self.scopes.clone();
        Ok(Box::new(Map::new(flow, move |redeemed, _| {
            let mut tokens = redeemed.tokens;
            tokens.access.scopes = scope_names::granted(&tokens.access.scopes, &scopes);
            tokens.access.resource.clone_from(&resource);
            Ok(tokens)
        })))
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            signer: _,
            email,
            token_endpoint,
            audience,
            scopes,
            subject,
            claims: _,
            lifetime,
            skew,
            key: _,
        } = self;
        f.debug_struct("ServiceAccount")
            .field("email", email)
            .field("token_endpoint", token_endpoint)
            .field("audience", audience)
            .field("scopes", scopes)
            .field("subject", subject)
            .field("lifetime", lifetime)
            .field("skew", skew)
            .finish_non_exhaustive()
    }
}
