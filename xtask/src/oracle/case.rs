//! One request to be signed twice.

use countersign_oauth1::{Algorithm, Place};
use countersign_wire::percent;
use serde_json::{Value, json};

/// A request, the secrets and everything that goes into its signature.
#[derive(Clone, Debug)]
pub(super) struct Case {
    pub(super) method: String,
    pub(super) scheme: &'static str,
    /// Host and port as they are written.
    pub(super) authority: String,
    /// Whether the authority comes as a `Host` header beside an address with another one.
    pub(super) host_header: bool,
    pub(super) path: String,
    /// What follows the question mark; without one there is no question mark.
    pub(super) query: Option<String>,
    pub(super) body: Body,
    pub(super) place: Place,
    pub(super) algorithm: Algorithm,
    pub(super) client: (String, String),
    pub(super) token: Option<(String, String)>,
    pub(super) timestamp: i64,
    pub(super) nonce: String,
    pub(super) callback: Option<String>,
    pub(super) verifier: Option<String>,
    pub(super) version: bool,
    /// Protocol parameters that RFC 5849 does not name.
    pub(super) extra: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    None,
    /// A form by its text and content type.
    Form(String, &'static str),
    /// Neither a form nor signed.
    Unsigned(String),
    /// Not a form, and signed by its hash.
    Hashed(String, &'static str),
}

impl Case {
    /// Path and query as they go on the wire.
    pub(super) fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    pub(super) fn uri(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.path_and_query())
    }

    /// The texts that are parsed as forms: query and form body.
    pub(super) fn forms(&self) -> [&str; 2] {
        let query = self.query.as_deref().unwrap_or_default();
        let form = if let Body::Form(form, _) = &self.body { form.as_str() } else { "" };
        [query, form]
    }

    /// What the other side is given.
    pub(super) fn to_json(&self) -> Value {
        let (body, content_type) = match &self.body {
            Body::None => (None, None),
            Body::Form(text, content_type) | Body::Hashed(text, content_type) => {
                (Some(text), Some(*content_type))
            }
            Body::Unsigned(text) => (Some(text), None),
        };
        let elsewhere = format!("{}://elsewhere.example:1{}", self.scheme, self.path_and_query());
        let (key, secret) = &self.client;
        json!({
            "method": self.method,
            "uri": if self.host_header { elsewhere } else { self.uri() },
            "host": self.host_header.then_some(&self.authority),
            "content_type": content_type,
            "body": body,
            "place": match self.place {
                Place::Query => "QUERY",
                Place::Form => "BODY",
                _ => "AUTH_HEADER",
            },
            "signature_method": self.algorithm.as_str(),
            "client_key": key,
            "client_secret": secret,
            "token": self.token.as_ref().map(|(token, _)| token),
            "token_secret": self.token.as_ref().map(|(_, secret)| secret),
            "timestamp": self.timestamp.to_string(),
            "nonce": self.nonce,
            "callback": self.callback,
            "verifier": self.verifier,
            "version": self.version,
            "extra": self.extra,
        })
    }
}

/// The pairs of a form, decoded as bytes; a pair without `=` has no value.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (Vec<u8>, Option<Vec<u8>>)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| match pair.split_once('=') {
        Some((name, value)) => (decode(name), Some(decode(value))),
        None => (decode(pair), None),
    })
}

/// Every escape here is whole, because the generator wrote it.
fn decode(text: &str) -> Vec<u8> {
    percent::decode_bytes(&text.replace('+', " ")).unwrap_or_default()
}
