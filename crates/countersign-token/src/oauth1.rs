use alloc::string::String;

use crate::Secret;

/// The client's own credentials (RFC 5849 §1.1), once called consumer key and consumer secret.
#[doc(alias = "consumer_key")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientCredentials {
    /// The identifier, sent as `oauth_consumer_key`.
    pub identifier: String,
    /// The shared secret.
    pub secret: Secret,
}

impl ClientCredentials {
    /// The pair that a server issued to the client.
    pub fn new(identifier: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self { identifier: identifier.into(), secret: secret.into() }
    }
}

/// Temporary credentials (RFC 5849 §2.1), once called request token: they name one attempt to log in.
#[doc(alias = "request_token")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TemporaryCredentials {
    /// The identifier, sent as `oauth_token`.
    pub identifier: Secret,
    /// The shared secret.
    pub secret: Secret,
}

impl TemporaryCredentials {
    /// The pair that a server issued for one login.
    pub fn new(identifier: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self { identifier: identifier.into(), secret: secret.into() }
    }
}

/// Token credentials (RFC 5849 §2.3), once called access token and token secret.
///
/// They sign nothing without [`ClientCredentials`].
#[doc(alias = "access_token")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenCredentials {
    /// The identifier, sent as `oauth_token`.
    pub identifier: Secret,
    /// The shared secret.
    pub secret: Secret,
}

impl TokenCredentials {
    /// The pair that a server issued for an account.
    pub fn new(identifier: impl Into<Secret>, secret: impl Into<Secret>) -> Self {
        Self { identifier: identifier.into(), secret: secret.into() }
    }
}
