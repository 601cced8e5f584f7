use alloc::string::{String, ToString};
use core::fmt;

use countersign_oauth1::Algorithm;
use countersign_token::{
    ClientCredentials, Credential, Extra, Grant, Secret, State, TemporaryCredentials, Timestamp,
    TokenCredentials,
};
use countersign_wire::{
    Params,
    flow::{Env, Failure, Flow, Input, Purpose, Sent, Step},
};

use super::{PendingLogin, answer, session, signed::Signed, signing::Signing};
use crate::{
    Error,
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
    /// The name of that method on the wire, which tells methods of your own apart.
    pub method_name: String,
    /// What the server sent besides, such as `user_id`; [`Session::of`](super::Session::of) reads in it
    /// whether and how the credentials are refreshed.
    pub extra: Extra,
}

impl Redeemed {
    /// All of it as what is kept.
    pub fn into_credential(self) -> Credential {
        let mut credential = Credential::oauth1(self.client.clone(), self.token.clone());
        self.renew(&mut credential);
        credential
    }

    /// Puts it in the place of older credentials; what is kept besides stays.
    pub fn renew(self, credential: &mut Credential) {
        let Self { token, client, signature_method: _, method_name, extra } = self;
        let token = Some(token);
        credential.grant = Grant::OAuth1 { client, token, signature_method: Some(method_name) };
        let mut all = session::without_lifetimes(&credential.extra);
        all.merge(extra);
        credential.extra = all;
        credential.state = State::Ok;
    }

    /// Reads token credentials; `sent` is what the server must not be quoted with.
    pub(super) fn read(
        answer: &Answer,
        sent: &[&Secret],
        client: &ClientCredentials,
        signing: &Signing,
    ) -> Result<Self, Error> {
        let params = answer::credentials(&answer.response, sent)?;
        let mut extra = Extra::new();
        for (name, value) in params.iter() {
            if !matches!(name, "oauth_token" | "oauth_token_secret" | "oauth_callback_confirmed") {
                extra.insert_text(String::from(name), value);
            }
        }
        session::keep_ends(&mut extra, answer.requested_at);
        Ok(Self {
            token: TokenCredentials::new(
                params.required("oauth_token")?,
                params.required("oauth_token_secret")?,
            ),
            client: client.clone(),
            signature_method: signing.algorithm(),
            method_name: signing.name().to_string(),
            extra,
        })
    }
}

impl AuthorizedLogin {
    /// The conversation that exchanges the temporary credentials for token credentials (RFC 5849 §2.3).
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`](crate::error::Misuse::SignatureMethod) when the login was begun with a method
    /// that is not known here, or whose key did not come along in the blob: that is for
    /// [`PendingLogin::sign_with`].
    pub fn redeem(self) -> Result<TokenCredentialsRequest, Error> {
        let Self { verifier, pending } = self;
        let expires_at = pending.expires_at();
        let PendingLogin { client, temporary, token_credentials, signing, clock, confirmed: _, created: _ } =
            pending;
        let signer = signing.signer(&client, temporary.clone())?;
        let purpose = Purpose::TokenCredentials;
        let exchange = Exchange::post(&token_credentials, purpose, Params::new(), Replay::UnlessSent);
        let mut signed = Signed::new(exchange, signer);
        (signed.verifier, signed.clock) = (verifier, clock);
        Ok(TokenCredentialsRequest { signed, client, temporary, signing, expires_at })
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
    signing: Signing,
    expires_at: Timestamp,
}

impl TokenCredentialsRequest {
    fn read(&self, answer: &Answer) -> Result<Redeemed, Error> {
        let TemporaryCredentials { identifier, secret, .. } = &self.temporary;
        let mut sent = alloc::vec![&self.client.secret, identifier, secret];
        sent.extend(&self.signed.verifier);
        Redeemed::read(answer, &sent, &self.client, &self.signing)
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
