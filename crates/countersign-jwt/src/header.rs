use alloc::{borrow::Cow, string::String};
use core::fmt;

use countersign_token::json::{Object, Value};

use crate::{Algorithm, Error, Jwk};

/// The header of a token to be signed (RFC 7515 §4): `alg`, which comes from the key, then `typ`, `kid`, `jwk`,
/// and what else was set, in that order.
#[derive(Clone, Default)]
pub struct Header {
    kind: Option<Cow<'static, str>>,
    key_id: Option<String>,
    jwk: Option<Jwk>,
    others: Object,
}

/// What only the fields above set, or what changes how a token is read.
const RESERVED: [&str; 7] = ["alg", "typ", "kid", "jwk", "crit", "b64", "zip"];

impl Header {
    /// A header without a type.
    pub const fn new() -> Self {
        Self { kind: None, key_id: None, jwk: None, others: Object::new() }
    }

    /// A header of the type `JWT`.
    pub const fn jwt() -> Self {
        Self { kind: Some(Cow::Borrowed("JWT")), key_id: None, jwk: None, others: Object::new() }
    }

    /// A header of a type that says what the token is for, such as `dpop+jwt` (RFC 8725 §3.11).
    pub fn typed(kind: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: Some(kind.into()), ..Self::new() }
    }

    /// The name of the key (`kid`), in place of the signer's own.
    #[must_use]
    pub fn with_key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// The public key itself (`jwk`), as a DPoP proof carries it; no `kid` then, unless it was set.
    #[must_use]
    pub fn with_jwk(mut self, jwk: Jwk) -> Self {
        self.jwk = Some(jwk);
        self
    }

    /// Any other parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.others.insert(name, value);
        self
    }

    /// The header as JSON, written at once: it is written for each token.
    pub(crate) fn to_json(&self, algorithm: Algorithm, key_id: Option<&str>) -> Result<String, Error> {
        let Self { kind, key_id: own, jwk, others } = self;
        if let Some(name) = RESERVED.into_iter().find(|name| others.get(name).is_some()) {
            return Err(Error::Reserved { name });
        }
        // The key itself says which one it is.
        let key_id = own.as_deref().or(key_id.filter(|_| jwk.is_none()));
        let mut json = String::with_capacity(256);
        json.push_str("{\"alg\":\"");
        json.push_str(algorithm.as_str());
        json.push('"');
        for (name, text) in [("typ", kind.as_deref()), ("kid", key_id)] {
            if let Some(text) = text {
                member(&mut json, name);
                write_text(&mut json, text);
            }
        }
        if let Some(jwk) = jwk {
            member(&mut json, "jwk");
            json.push_str(&jwk.to_json());
        }
        for (name, value) in others.iter() {
            member(&mut json, name);
            json.push_str(value.to_json().expose());
        }
        json.push('}');
        Ok(json)
    }
}

fn member(json: &mut String, name: &str) {
    json.push(',');
    write_text(json, name);
    json.push(':');
}

/// A JSON string; one without anything to escape, as nearly all are, is taken as it is.
fn write_text(json: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        json.push_str(Value::text(text).to_json().expose());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, key_id: _, jwk, others: _ } = self;
        f.debug_struct("Header").field("kind", kind).field("jwk", jwk).finish_non_exhaustive()
    }
}
