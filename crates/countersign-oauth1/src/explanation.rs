//! What a signature is made of, step by step.

mod parameter;
#[cfg(feature = "serde")]
mod serialisation;
mod step;

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::fmt;

use countersign_token::{ClientCredentials, Secret};
use countersign_wire::percent;
use zeroize::Zeroizing;

pub use parameter::{SignedParameter, Source};
pub use step::Step;

use crate::{
    Algorithm, Error, Parameter, Plaintext, Signer, Stamp, Target, Token, base_string_uri, base_uri::BaseUri,
};

/// The seven steps from a request to its signature (RFC 5849 §3.4), to be looked at.
///
/// Base string and signature are those that a [`Signer`](crate::Signer) makes of the same request.
///
/// ```
/// use countersign_oauth1::{Algorithm, ClientCredentials, Explanation, Form, Source, Stamp, Step, Target};
/// use countersign_oauth1::TokenCredentials;
/// use countersign_token::Timestamp;
///
/// let client = ClientCredentials::new("a", "b");
/// let token = TokenCredentials::new("123", "abc").into();
/// let url = "http://localhost:4567/fun?foo=first%2Csecond";
/// let target = Target::new("GET", url, Form::None);
/// let stamp = Stamp::new(Timestamp::from_unix(123), "3");
/// let steps = Explanation::new(Algorithm::HmacSha1, &client, &token, target, stamp)?;
///
/// let foo = &steps.collected()[0];
/// assert_eq!((foo.source(), &url[foo.range()]), (Source::Query, "foo=first%2Csecond"));
/// assert_eq!(foo.value().expose(), "first,second");
/// assert!(steps.joined().expose().starts_with("foo=first%2Csecond&oauth_consumer_key=a&"));
/// assert_eq!(steps.segments()[0..2], ["GET", "http%3A%2F%2Flocalhost%3A4567%2Ffun"]);
/// assert_eq!(steps.signature().expose(), "cdQQuXon1opN/3wj5APnIF5NAMg=");
/// assert_eq!(steps.key().map(|key| key.expose()), Some("b&abc"));
/// assert!(!steps.text(Step::Sign).expose().contains("abc"));
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
#[derive(Clone)]
pub struct Explanation {
    method_name: String,
    authorization: Secret,
    collected: Vec<SignedParameter>,
    /// The indices of what is collected, as they are sorted.
    order: Vec<usize>,
    joined: Secret,
    request_method: String,
    uri: String,
    base_string: Secret,
    key: Option<Secret>,
    signature: Secret,
}

impl Explanation {
    /// Explains a signature under shared secrets: HMAC or PLAINTEXT.
    ///
    /// # Errors
    /// Those of [`Signer::new`] and [`Signer::sign`].
    pub fn new(
        algorithm: Algorithm,
        client: &ClientCredentials,
        token: &Token,
        target: Target<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Self, Error> {
        let signer = Signer::new(algorithm, client.clone(), token.clone())?;
        let mut explanation = Self::with_signer(&signer, target, stamp)?;
        // The signature of PLAINTEXT is the key of the others (RFC 5849 §3.4.4).
        explanation.key = Some(Plaintext::new(&client.secret, token.parts().1).signature().clone());
        Ok(explanation)
    }

    /// Explains a signature of this signer, whose key it cannot show.
    ///
    /// # Errors
    /// Those of [`Signer::sign`].
    pub fn with_signer(signer: &Signer, target: Target<'_>, stamp: Stamp<'_>) -> Result<Self, Error> {
        let authorization = Secret::new(signer.authorization(target, stamp)?);
        let base_string = Secret::new(signer.base_string(target, stamp)?);
        let uri = BaseUri::parse(target.uri)?;
        let mut collected = Vec::new();
        brought(Source::Query, uri.query_position, uri.query, &mut collected);
        brought(Source::Form, 0, target.form.text(), &mut collected);
        let signature = sent(authorization.expose(), &mut collected);
        let mut order: Vec<usize> = (0..collected.len()).collect();
        let sort_key = |index: &usize| {
            collected.get(*index).map(|one| (one.encoded_name(), one.encoded_value().expose()))
        };
        order.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        let mut joined = String::with_capacity(base_string.expose().len());
        for one in order.iter().filter_map(|index| collected.get(*index)) {
            if !joined.is_empty() {
                joined.push('&');
            }
            joined.push_str(one.encoded_name());
            joined.push('=');
            joined.push_str(one.encoded_value().expose());
        }
        Ok(Self {
            method_name: signer.method_name().to_owned(),
            authorization,
            collected,
            order,
            joined: joined.into(),
            request_method: target.method.to_ascii_uppercase(),
            uri: base_string_uri(target.uri)?,
            base_string,
            key: None,
            signature: percent::decode(&signature).unwrap_or_default().into(),
        })
    }

    /// The signed parameters in the order of query, form body and header; each knows its decoded and its
    /// encoded form, the next two steps.
    pub fn collected(&self) -> &[SignedParameter] {
        &self.collected
    }

    /// The signed parameters in the order of the base string.
    pub fn sorted(&self) -> impl Iterator<Item = &SignedParameter> {
        self.order.iter().filter_map(|index| self.collected.get(*index))
    }

    /// The sorted parameters, joined (RFC 5849 §3.4.1.3.2).
    pub fn joined(&self) -> &Secret {
        &self.joined
    }

    /// The request method, in upper case.
    pub fn request_method(&self) -> &str {
        &self.request_method
    }

    /// The base string URI (RFC 5849 §3.4.1.2).
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The three parts of the base string, encoded: method, URI and parameters.
    pub fn segments(&self) -> [&str; 3] {
        let mut parts = self.base_string.expose().splitn(3, '&');
        [(); 3].map(|()| parts.next().unwrap_or_default())
    }

    /// The base string (RFC 5849 §3.4.1).
    pub fn base_string(&self) -> &Secret {
        &self.base_string
    }

    /// The value of `oauth_signature_method`.
    pub fn method_name(&self) -> &str {
        &self.method_name
    }

    /// The key that shared secrets make (RFC 5849 §3.4.2); `None` for a method that brought its own.
    pub fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// The signature, not yet encoded; that of PLAINTEXT is the key.
    pub fn signature(&self) -> &Secret {
        &self.signature
    }

    /// The value of the `Authorization` header.
    pub fn authorization(&self) -> &Secret {
        &self.authorization
    }

    /// A step in lines for a person, without the key: no secret of the credentials is in it, but the
    /// parameters of the request are.
    pub fn text(&self, step: Step) -> Secret {
        let lines = |line: &dyn Fn(&SignedParameter) -> String| {
            self.collected.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        let pair =
            |one: &SignedParameter| format!("{} = {}", one.encoded_name(), one.encoded_value().expose());
        Secret::new(match step {
            Step::Collect => lines(&|one| {
                let (source, range) = (one.source(), one.range());
                format!("{source} {}..{}: {}", range.start, range.end, one.written().expose())
            }),
            Step::Decode => lines(&|one| format!("{} = {}", one.name(), one.value().expose())),
            Step::Encode => lines(&pair),
            Step::Sort => self.sorted().map(pair).collect::<Vec<_>>().join("\n"),
            Step::Join => self.joined.expose().to_owned(),
            Step::BaseString => self.base_string.expose().to_owned(),
            Step::Sign => {
                let masked = "(the encoded client secret, an ampersand, the encoded token secret)";
                let key = if self.key.is_some() { masked } else { "(of the method's own)" };
                let plaintext = self.method_name == Algorithm::Plaintext.as_str();
                let signature = if plaintext { masked } else { self.signature.expose() };
                format!("method: {}\nkey: {key}\nsignature: {signature}", self.method_name)
            }
        })
    }
}

/// Adds the parameters of a query or form body that begins at `position` of its text.
fn brought(source: Source, position: usize, text: &str, out: &mut Vec<SignedParameter>) {
    let mut start = position;
    for pair in text.split('&') {
        if !pair.is_empty() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            out.push(SignedParameter::new(source, start, pair, name, value));
        }
        start = start.saturating_add(pair.len()).saturating_add(1);
    }
}

/// Adds what is signed of a header that the signer has written (RFC 5849 §3.5.1), and answers the signature.
fn sent(header: &str, out: &mut Vec<SignedParameter>) -> Zeroizing<String> {
    let mut signature = "";
    let mut rest = header.strip_prefix("OAuth ").unwrap_or_default();
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, after)) = after.split_once('"') else { break };
        let start = header.len().saturating_sub(rest.len());
        let length = rest.len().saturating_sub(after.len());
        if name == Parameter::Signature.as_str() {
            signature = value;
        } else if let (true, Some(written)) = (name != Parameter::Realm.as_str(), rest.get(..length)) {
            out.push(SignedParameter::new(Source::Header, start, written, name, value));
        }
        rest = after.strip_prefix(", ").unwrap_or_default();
    }
    Zeroizing::new(signature.to_owned())
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method_name,
            authorization: _,
            collected,
            order: _,
            joined: _,
            request_method,
            uri: _,
            base_string: _,
            key: _,
            signature: _,
        } = self;
        f.debug_struct("Explanation")
            .field("method_name", method_name)
            .field("request_method", request_method)
            .field("collected", collected)
            .finish_non_exhaustive()
    }
}
