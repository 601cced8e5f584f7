use alloc::sync::Arc;
use core::fmt;

use countersign_token::Secret;

use crate::assertion::AssertionSource;

/// How a client proves by assertions who it is (RFC 7523 §2.2), without showing a secret.
#[derive(Clone)]
pub struct ClientAssertion {
    method: AssertionMethod,
    /// `None` after the way through a blob, which cannot carry a key.
    source: Option<Arc<dyn AssertionSource>>,
    secret: Option<Secret>,
}

/// What client assertions are signed with (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssertionMethod {
    /// The client's private key: `private_key_jwt`.
    PrivateKeyJwt,
    /// The secret that client and server share: `client_secret_jwt`.
    ClientSecretJwt,
}

impl AssertionMethod {
    /// Its name in RFC 7591 §2.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::ClientSecretJwt => "client_secret_jwt",
        }
    }
}

impl ClientAssertion {
    /// The value of `client_assertion_type` (RFC 7523 §2.2).
    pub const TYPE: &'static str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// Assertions that come from here, signed with a private key, wherever that is.
    pub fn new(source: impl AssertionSource + 'static) -> Self {
        Self { method: AssertionMethod::PrivateKeyJwt, source: Some(Arc::new(source)), secret: None }
    }

    /// Assertions that come from here, signed with the secret that client and server share
    /// (OpenID Connect Core §9 `client_secret_jwt`).
    pub fn with_shared_secret(source: impl AssertionSource + 'static, secret: Secret) -> Self {
        Self {
            method: AssertionMethod::ClientSecretJwt,
            source: Some(Arc::new(source)),
            secret: Some(secret),
        }
    }

    /// The way of this method whose key is elsewhere: it can be named and not used.
    pub(crate) const fn without_key(method: AssertionMethod, secret: Option<Secret>) -> Self {
        Self { method, source: None, secret }
    }

    /// What the assertions are signed with.
    pub const fn method(&self) -> AssertionMethod {
        self.method
    }

    pub(super) const fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    pub(super) fn source(&self) -> Option<&Arc<dyn AssertionSource>> {
        self.source.as_ref()
    }
}

impl fmt::Debug for ClientAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, source, secret: _ } = self;
        f.debug_struct("ClientAssertion")
            .field("method", method)
            .field("has_key", &source.is_some())
            .finish_non_exhaustive()
    }
}
