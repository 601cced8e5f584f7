use alloc::string::{String, ToString};

use countersign_token::{Client, ClientId, Secret};
use countersign_wire::response::Tolerance;

use crate::{
    AuthorizationServer, Error,
    dpop::ProofKey,
    error::{Misuse, Unsupported},
};

mod assertion;
mod authentication;

pub use assertion::{AssertionMethod, ClientAssertion};
pub use authentication::ClientAuthenticated;
pub(crate) use authentication::append;

/// The name in a blob and in a record of what has none in RFC 7591.
const UNENCODED: &str = "client_secret_basic unencoded";

/// What the registration of a client (RFC 6749 §2) settled: who it is and how it proves that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientRegistration {
    /// The client identifier.
    pub id: ClientId,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// Where the user comes back to, unless a request names another place.
    pub redirect_uri: Option<String>,
    /// How the answers of the server are read.
    pub tolerance: Tolerance,
    /// The key to which its tokens are bound (RFC 9449), if they are.
    pub proof_key: Option<ProofKey>,
}

/// How a client authenticates (RFC 6749 §2.3), with what it needs for it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuthentication {
    /// Not at all: a public client, which sends its identifier.
    None,
    /// Its secret in the header field `Authorization: Basic`.
    SecretBasic(Secret),
    /// Its secret in the header field `Authorization: Basic`, identifier and secret as they are: for servers
    /// that do not decode what RFC 6749 §2.3.1 encodes.
    SecretBasicUnencoded(Secret),
    /// Its secret in the form.
    SecretPost(Secret),
    /// A signed statement in place of a secret.
    Assertion(ClientAssertion),
}

impl ClientRegistration {
    /// A client without a secret.
    pub fn public(id: impl Into<ClientId>) -> Self {
        Self::new(id, ClientAuthentication::None)
    }

    /// A client that shows its secret by `Authorization: Basic`.
    pub fn confidential(id: impl Into<ClientId>, secret: impl Into<Secret>) -> Self {
        Self::new(id, ClientAuthentication::SecretBasic(secret.into()))
    }

    /// A client that authenticates in this way.
    pub fn new(id: impl Into<ClientId>, authentication: ClientAuthentication) -> Self {
        Self {
            id: id.into(),
            authentication,
            redirect_uri: None,
            tolerance: Tolerance::default(),
            proof_key: None,
        }
    }

    /// The same client with the place where the user comes back to.
    #[must_use]
    pub fn with_redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// The same client at a server whose answers are read in this way.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The same client with tokens bound to this key (RFC 9449): every grant of it proves that it holds the
    /// key, and a refresh token got so is refreshed with the same key.
    #[must_use]
    pub fn with_proof_key(mut self, key: ProofKey) -> Self {
        self.proof_key = Some(key);
        self
    }

    /// The client of a stored credential.
    ///
    /// # Errors
    /// [`Misuse::AuthenticationMethod`] when it authenticates in a way that is not known here, or lacks the
    /// secret for it.
    pub fn from_client(client: &Client) -> Result<Self, Error> {
        let authentication =
            ClientAuthentication::from_method(client.auth_method.as_deref(), client.secret.clone())?;
        let mut registration = Self::new(client.id.clone(), authentication);
        registration.redirect_uri.clone_from(&client.redirect_uri);
        Ok(registration)
    }

    /// What is stored of the client and of the server a credential of it is from.
    pub fn to_client(&self, server: &AuthorizationServer) -> Client {
        let Self { id, authentication, redirect_uri, tolerance: _, proof_key: _ } = self;
        let mut client = Client::new(id.clone());
        client.secret = authentication.secret().cloned();
        client.auth_method = Some(authentication.to_blob().to_string());
        client.redirect_uri.clone_from(redirect_uri);
        client.token_endpoint = Some(server.token_endpoint.as_str().to_string());
        client.revocation_endpoint =
            server.revocation_endpoint.as_ref().map(|endpoint| endpoint.as_str().to_string());
        client
    }
}

impl ClientAuthentication {
    /// The way that suits a client with this assertion or secret at a server that names `methods`, in the order
    /// of preference: the assertion, Basic, the form, nothing.
    ///
    /// It is chosen before anything is sent and never by trying: a code that was shown once may be spent.
    pub fn choose_with(assertion: ClientAssertion, secret: Option<Secret>, methods: &[String]) -> Self {
        if methods.iter().any(|method| method == assertion.method().as_str()) {
            return Self::Assertion(assertion);
        }
        Self::choose(secret, methods)
    }

    /// The way that suits a client with this secret at a server that names `methods`, in the order of
    /// preference: Basic, then the form.
    pub fn choose(secret: Option<Secret>, methods: &[String]) -> Self {
        let names = |name| methods.iter().any(|method| method == name);
        match secret {
            None => Self::None,
            Some(secret) if names("client_secret_post") && !names("client_secret_basic") => {
                Self::SecretPost(secret)
            }
            Some(secret) => Self::SecretBasic(secret),
        }
    }

    /// The way of this RFC 7591 name; without a name, Basic for a client with a secret.
    ///
    /// # Errors
    /// [`Misuse::AuthenticationMethod`] for a way that is not known here, or that lacks its secret.
    pub fn from_method(method: Option<&str>, secret: Option<Secret>) -> Result<Self, Error> {
        match (method, secret) {
            (None | Some("none"), None) | (Some("none"), Some(_)) => Ok(Self::None),
            (None | Some("client_secret_basic"), Some(secret)) => Ok(Self::SecretBasic(secret)),
            (Some(UNENCODED), Some(secret)) => Ok(Self::SecretBasicUnencoded(secret)),
            (Some("client_secret_post"), Some(secret)) => Ok(Self::SecretPost(secret)),
            (Some("tls_client_auth" | "self_signed_tls_client_auth"), _) => {
                Err(Misuse::NotSupported(Unsupported::MutualTls).into())
            }
            _ => Err(Misuse::AuthenticationMethod.into()),
        }
    }

    /// Its name in a blob and in a stored record.
    pub(crate) const fn to_blob(&self) -> &'static str {
        match self {
            Self::SecretBasicUnencoded(_) => UNENCODED,
            other => other.method(),
        }
    }

    /// The way of this name in a blob, without the key of one that needs a key.
    pub(crate) fn from_blob(name: &str, secret: Option<Secret>) -> Option<Self> {
        match (name, secret) {
            ("private_key_jwt", None) => {
                Some(Self::Assertion(ClientAssertion::without_key(AssertionMethod::PrivateKeyJwt, None)))
            }
            ("client_secret_jwt", secret @ Some(_)) => {
                Some(Self::Assertion(ClientAssertion::without_key(AssertionMethod::ClientSecretJwt, secret)))
            }
            (name, secret) => Self::from_method(Some(name), secret).ok(),
        }
    }

    /// Its name in RFC 7591 §2.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SecretBasic(_) | Self::SecretBasicUnencoded(_) => "client_secret_basic",
            Self::SecretPost(_) => "client_secret_post",
            Self::Assertion(assertion) => assertion.method().as_str(),
        }
    }

    /// The secret, when there is one.
    pub const fn secret(&self) -> Option<&Secret> {
        match self {
            Self::None => None,
            Self::SecretBasic(secret) | Self::SecretBasicUnencoded(secret) | Self::SecretPost(secret) => {
                Some(secret)
            }
            Self::Assertion(assertion) => assertion.secret(),
        }
    }
}
