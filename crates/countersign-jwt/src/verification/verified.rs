use core::fmt;

use countersign_token::{
    Timestamp,
    json::{Object, Value},
};

use super::times;
use crate::{Algorithm, Claims, Unverified};

/// A token whose signature holds and whose claims are what was expected.
pub struct Verified {
    algorithm: Algorithm,
    header: Object,
    claims: Claims,
}

impl Verified {
    pub(super) fn new(token: &Unverified<'_>, algorithm: Algorithm, claims: Claims) -> Self {
        Self { algorithm, header: token.header().clone(), claims }
    }

    /// By which algorithm it is signed.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The header.
    pub const fn header(&self) -> &Object {
        &self.header
    }

    /// The claims.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims, to keep.
    pub fn into_claims(self) -> Claims {
        self.claims
    }

    /// Who made it (`iss`).
    pub fn issuer(&self) -> Option<&str> {
        self.claims.text("iss")
    }

    /// About whom it speaks (`sub`).
    pub fn subject(&self) -> Option<&str> {
        self.claims.text("sub")
    }

    /// For whom it is (`aud`), one or several.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        audiences(&self.claims)
    }

    /// Until when it holds (`exp`).
    pub fn expiry(&self) -> Option<Timestamp> {
        self.time("exp")
    }

    /// When it was made (`iat`).
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.time("iat")
    }

    /// Its own name (`jti`), by which a server accepts it once.
    pub fn id(&self) -> Option<&str> {
        self.claims.text("jti")
    }

    /// The name of the key (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_text)
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        let (second, _) = self.claims.get(name).and_then(times::read)?;
        Some(Timestamp::from_unix(second))
    }
}

/// The one audience or the several.
pub(super) fn audiences(claims: &Claims) -> impl Iterator<Item = &str> {
    let value = claims.get("aud");
    let several = value.and_then(Value::as_array).unwrap_or_default().iter().filter_map(Value::as_text);
    value.and_then(Value::as_text).into_iter().chain(several)
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { algorithm, header: _, claims } = self;
        f.debug_struct("Verified")
            .field("algorithm", algorithm)
            .field("claims", claims)
            .finish_non_exhaustive()
    }
}
