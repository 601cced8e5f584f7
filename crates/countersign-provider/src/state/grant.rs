use alloc::string::String;
use core::fmt;

use countersign_token::{ClientId, Scopes, Timestamp};

use crate::Digest;

/// What one decision of a person brings: all tokens that come of one code, or of one client's own request.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Family([u8; 16]);

impl Family {
    /// A family from its random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, for a store that keeps them.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Family(..)")
    }
}

/// An authorization code as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Code {
    /// The client it was made for.
    pub client: ClientId,
    /// The redirect URI it was sent to.
    pub redirect_uri: String,
    /// The PKCE challenge, method S256.
    pub challenge: String,
    /// Who approved.
    pub user: String,
    /// What was approved.
    pub scopes: Scopes,
    /// The family that begins with it.
    pub family: Family,
    /// When it stops being good.
    pub expires: Timestamp,
    /// Whether it was presented before.
    pub spent: bool,
}

/// An access token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Access {
    /// The client it was issued to.
    pub client: ClientId,
    /// The person it speaks for; `None` when the client speaks for itself.
    pub user: Option<String>,
    /// What it opens.
    pub scopes: Scopes,
    /// Its family.
    pub family: Family,
    /// When it stops being good.
    pub expires: Timestamp,
}

/// A refresh token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Refresh {
    /// The client it was issued to.
    pub client: ClientId,
    /// The person it speaks for.
    pub user: String,
    /// What the person approved; a refresh may ask for less.
    pub scopes: Scopes,
    /// Its family.
    pub family: Family,
    /// When it stops being good.
    pub expires: Timestamp,
    /// Whether it was presented before.
    pub spent: bool,
}

/// Tokens to keep, in one step with the spending of what brought them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Issue {
    /// An access token under its digest.
    pub access: (Digest, Access),
    /// A refresh token under its digest.
    pub refresh: Option<(Digest, Refresh)>,
}

/// How spending ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a machine must answer each")]
pub enum Redeemed {
    /// It was good and is spent now.
    Done,
    /// It was spent before.
    Spent,
    /// It is unknown or forgotten, or its family is revoked.
    Gone,
}
