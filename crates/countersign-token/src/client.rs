use alloc::string::{String, ToString};
use core::fmt;

use crate::Secret;

/// A client identifier (RFC 6749 §2.2); for OAuth 1.0a the client's identifier of RFC 5849 §1.1.
///
/// Not a secret. Compared as it was written: a client identifier that is a URL is not normalised.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// Takes over an identifier as the server issued it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({:?})", self.0)
    }
}

impl From<&str> for ClientId {
    fn from(id: &str) -> Self {
        Self(id.to_string())
    }
}

impl From<String> for ClientId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

/// The OAuth 2.0 client a credential was issued to, with what a later refresh or logout needs of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Client {
    /// The client identifier.
    pub id: ClientId,
    /// The client secret, when the client is confidential or the server insists on one.
    pub secret: Option<Secret>,
    /// How the secret is presented: an RFC 7591 `token_endpoint_auth_method` such as `client_secret_post`.
    /// `None` is `client_secret_basic` with a secret and `none` without one.
    pub auth_method: Option<String>,
    /// The redirect URI the grant was made with.
    pub redirect_uri: Option<String>,
    /// Where tokens are refreshed.
    pub token_endpoint: Option<String>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where the client was registered (RFC 7591), when it was registered dynamically.
    pub registration_endpoint: Option<String>,
    /// Members of a stored record that this version does not know.
    #[cfg(feature = "json")]
    pub(crate) unknown: crate::Extra,
}

impl Client {
    /// A client that is known by its identifier alone.
    pub fn new(id: impl Into<ClientId>) -> Self {
        Self {
            id: id.into(),
            secret: None,
            auth_method: None,
            redirect_uri: None,
            token_endpoint: None,
            revocation_endpoint: None,
            registration_endpoint: None,
            #[cfg(feature = "json")]
            unknown: crate::Extra::new(),
        }
    }
}
