use alloc::{string::String, vec::Vec};

use crate::{Expiry, Scopes, Secret, Timestamp};

/// How an access token is presented (RFC 6749 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenType {
    /// `Authorization: Bearer` (RFC 6750).
    Bearer,
    /// `Authorization: DPoP` with a proof of possession (RFC 9449).
    DPoP,
}

impl TokenType {
    /// The name as it is written in a response and as the authorization scheme.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::DPoP => "DPoP",
        }
    }

    /// The type of this name, in any case (RFC 6749 §5.1); `None` for one that must not be used.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Bearer, Self::DPoP].into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

/// The key a token is bound to, beside which it is worthless.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Binding {
    /// The JWK thumbprint of the proof key (RFC 9449 §6.1 `jkt`).
    DPoP {
        /// The thumbprint, base64url without padding.
        thumbprint: String,
    },
}

/// An access token (RFC 6749 §1.4) with what was said of it when it was issued.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AccessToken {
    /// The token itself.
    pub secret: Secret,
    /// How it is presented.
    pub token_type: TokenType,
    /// The scopes it was granted.
    pub scopes: Scopes,
    /// The resources it is for (RFC 8707); none when the server was not asked to narrow it.
    pub resource: Vec<String>,
    /// The key it is bound to.
    pub binding: Option<Binding>,
    /// When it was asked for.
    pub obtained_at: Timestamp,
    /// When it stops being good.
    pub expires: Expiry,
    /// Members of a stored record that this version does not know.
    #[cfg(feature = "json")]
    pub(crate) unknown: crate::Extra,
}

impl AccessToken {
    /// A bearer token without scopes and of unknown expiry.
    pub fn bearer(secret: Secret, obtained_at: Timestamp) -> Self {
        Self {
            secret,
            token_type: TokenType::Bearer,
            scopes: Scopes::none(),
            resource: Vec::new(),
            binding: None,
            obtained_at,
            expires: Expiry::Unknown,
            #[cfg(feature = "json")]
            unknown: crate::Extra::new(),
        }
    }

    /// The same token with these scopes.
    #[must_use]
    pub fn with_scopes(mut self, scopes: Scopes) -> Self {
        self.scopes = scopes;
        self
    }

    /// The same token with this expiry.
    #[must_use]
    pub fn with_expiry(mut self, expires: Expiry) -> Self {
        self.expires = expires;
        self
    }

    /// Whether the token is known to have expired at `now`.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires.is_past(now)
    }

    /// Whether this token takes the place of `other`: same scopes, resources and binding.
    pub fn replaces(&self, other: &Self) -> bool {
        // Destructured, so that a new field must be thought about here.
        let Self {
            secret: _,
            token_type,
            scopes,
            resource,
            binding,
            obtained_at: _,
            expires: _,
            #[cfg(feature = "json")]
                unknown: _,
        } = self;
        *token_type == other.token_type
            && *scopes == other.scopes
            && *resource == other.resource
            && *binding == other.binding
    }
}
