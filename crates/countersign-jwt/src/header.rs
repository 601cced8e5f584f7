use alloc::{borrow::Cow, string::String};
use core::fmt;

use countersign_token::json::{Object, Value};

use crate::{Error, Jwk};

/// The header of a token to be signed (RFC 7515 §4): `alg`, which comes from the key, then `typ`, `kid`, `jwk`,
/// and what else was set, in that order.
#[derive(Clone, Default)]
pub struct Header {
    pub(crate) kind: Option<Cow<'static, str>>,
    pub(crate) key_id: Option<String>,
    pub(crate) jwk: Option<Jwk>,
    pub(crate) others: Object,
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

    pub(crate) fn check(&self) -> Result<(), Error> {
        match RESERVED.into_iter().find(|name| self.others.get(name).is_some()) {
            Some(name) => Err(Error::Reserved { name }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, key_id: _, jwk, others: _ } = self;
        f.debug_struct("Header").field("kind", kind).field("jwk", jwk).finish_non_exhaustive()
    }
}
