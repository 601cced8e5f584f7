use alloc::string::{String, ToString};
use core::fmt;

use countersign_oauth1::{Algorithm, Signer};
use countersign_token::{
    ClientCredentials, Credential, Extra, Grant, Secret, TemporaryCredentials, Timestamp, TokenCredentials,
};
use countersign_wire::{
    Params,
    flow::{Env, Failure, Flow, Input, Purpose, Sent, Step},
};

use super::{PendingLogin, answer, signed::Signed};
use crate::{
    Error,
    authorize::unsignable,
    exchange::{Answer, Exchange, Replay},
};

/// A login that the user has authorized, not yet redeemed.
#[derive(Debug)]
pub struct AuthorizedLogin {
    pub(super) verifier: Option<Secret>,
    pub(super) pending: PendingLogin,
}

/// What a login was redeemed for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Redeemed {
    /// The token credentials.
    pub token: TokenCredentials,
    /// The client credentials that they belong to.
    pub client: ClientCredentials,
    /// The method that signed the login, and is meant to sign what follows.
    pub signature_method: Algorithm,
    /// What the server sent besides, such as `user_id`.
    pub extra: Extra,
}

impl Redeemed {
    /// All of it as what is kept.
    pub fn into_credential(self) -> Credential {
        let Self { token, client, signature_method: algorithm, extra } = self;
        let mut credential = Credential::oauth1(client, token);
        if let Grant::OAuth1 { signature_method, .. } = &mut credential.grant {
            *signature_method = Some(algorithm.as_str().to_string());
        }
        credential.extra = extra;
        credential
    }
}

impl AuthorizedLogin {
    /// The conversation that exchanges the temporary credentials for token credentials (RFC 5849 §2.3).
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`](crate::error::Misuse::SignatureMethod) when the login was begun with one
    /// that is not known here.
    pub fn redeem(self) -> Result<TokenCredentialsRequest, Error> {
        let Self { verifier, pending } = self;
        let expires_at = pending.expires_at();
        let PendingLogin { client, temporary, token_credentials, algorithm, confirmed: _, created: _ } =
            pending;
        let signer = Signer::new(algorithm, client.clone(), temporary.clone()).map_err(unsignable)?;
        let purpose = Purpose::TokenCredentials;
        let exchange = Exchange::post(&token_credentials, purpose, Params::new(), Replay::UnlessSent);
        Ok(TokenCredentialsRequest {
            signed: Signed { exchange, signer, callback: None, verifier },
            client,
            temporary,
            algorithm,
            expires_at,
        })
    }
}

/// The request for token credentials.
///
/// The verifier is good once. The request is signed anew and sent again only when it certainly never left,
/// twice at most; otherwise the end is [`Error::MaybeSpent`], and only a new login helps.
pub struct TokenCredentialsRequest {
    signed: Signed,
    client: ClientCredentials,
    temporary: TemporaryCredentials,
    algorithm: Algorithm,
    expires_at: Timestamp,
}

impl TokenCredentialsRequest {
    fn read(&self, answer: &Answer) -> Result<Redeemed, Error> {
        let TemporaryCredentials { identifier, secret, .. } = &self.temporary;
        let mut sent = alloc::vec![&self.client.secret, identifier, secret];
        sent.extend(&self.signed.verifier);
        let params = answer::credentials(&answer.response, &sent)?;
        let mut extra = Extra::new();
        for (name, value) in params.iter() {
            if !matches!(name, "oauth_token" | "oauth_token_secret" | "oauth_callback_confirmed") {
                extra.insert_text(String::from(name), value);
            }
        }
        Ok(Redeemed {
            token: TokenCredentials::new(
                params.required("oauth_token")?,
                params.required("oauth_token_secret")?,
            ),
            client: self.client.clone(),
            signature_method: self.algorithm,
            extra,
        })
    }
}

impl Flow for TokenCredentialsRequest {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        if matches!(input, Input::Start) && env.now > self.expires_at {
            self.signed.exchange.finish();
            return Err(Error::LoginExpired);
        }
        let step = self.signed.step(input, env).map_err(|error| match error {
            Error::Network(Failure { sent: Sent::Maybe, .. }) => Error::MaybeSpent,
            other => other,
        })?;
        Ok(match step {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(&answer)?),
        })
    }
}

impl fmt::Debug for TokenCredentialsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenCredentialsRequest")
            .field("signed", &self.signed)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
