use countersign_oauth1::{Algorithm, SignatureMethod};
use countersign_token::{ClientCredentials, Credential, Grant, Secret, TokenCredentials};

use super::{signed::Signed, signing::Signing};
use crate::{Error, error::Misuse, exchange::Exchange};

/// Who signs a request about token credentials: the client and the token, and by which method.
#[derive(Clone, Debug)]
#[must_use]
pub struct Signatory {
    pub(super) client: ClientCredentials,
    pub(super) token: TokenCredentials,
    pub(super) signing: Signing,
}

impl Signatory {
    /// Signs with HMAC-SHA1.
    pub fn new(client: ClientCredentials, token: TokenCredentials) -> Self {
        Self { client, token, signing: Algorithm::HmacSha1.into() }
    }

    /// Signs as a stored credential says, which is with HMAC-SHA1 when it names no method.
    ///
    /// # Errors
    /// [`Misuse::NoToken`] for a credential that is not of OAuth 1.0a, or has no token.
    pub fn of(credential: &Credential) -> Result<Self, Error> {
        let Grant::OAuth1 { client, token: Some(token), signature_method } = &credential.grant else {
            return Err(Misuse::NoToken { name: "oauth_token" }.into());
        };
        let signatory = Self::new(client.clone(), token.clone());
        Ok(match signature_method {
            Some(name) => Self { signing: Signing::named(name), ..signatory },
            None => signatory,
        })
    }

    /// Signs with this method, keyed by the secrets.
    pub fn signature_method(self, algorithm: Algorithm) -> Self {
        Self { signing: algorithm.into(), ..self }
    }

    /// Signs with a method that has its key already, such as RSA.
    pub fn sign_with(self, method: impl SignatureMethod + 'static) -> Self {
        Self { signing: Signing::own(method), ..self }
    }

    pub(super) fn signed(&self, exchange: Exchange) -> Result<Signed, Error> {
        Ok(Signed::new(exchange, self.signing.signer(&self.client, self.token.clone())?))
    }

    /// What the server must not be quoted with.
    pub(super) const fn secrets(&self) -> [&Secret; 3] {
        [&self.client.secret, &self.token.identifier, &self.token.secret]
    }
}
