use countersign_token::Secret;
use countersign_wire::flow::{Env, Failure, Flow, Input, Sent, Step};

use super::PendingAuthorization;
use crate::{Error, Redeemed, error::Misuse, exchange::Replay, grant::Grant};

/// An authorization code that is ours, not yet redeemed.
#[derive(Debug)]
pub struct AuthorizedCode {
    pub(crate) code: Secret,
    pub(crate) pending: PendingAuthorization,
}

impl AuthorizedCode {
    /// The conversation that exchanges the code for tokens (RFC 6749 §4.1.3).
    #[doc(alias = "step2_exchange")]
    pub fn redeem(self) -> Redemption {
        let Self { code, pending } = self;
        let expires_at = pending.expires_at();
        let PendingAuthorization {
            state: _,
            verifier,
            nonce: _,
            max_age: _,
            proof,
            issuer: _,
            iss_parameter_supported: _,
            token_endpoint,
            client,
            redirect_uri,
            scopes,
            resource,
            created: _,
        } = pending;
        // The code is bound to the key the login began with, and no other can redeem it.
        let own_key = client.proof_key.as_ref().map(|key| key.thumbprint());
        let wrong_key = proof.is_some() && proof.as_deref() != own_key;
        let mut grant =
            Grant::new(&token_endpoint, &client, "authorization_code", scopes, Replay::UnlessSent);
        grant.push_secret("code", &code);
        grant.push("redirect_uri", &redirect_uri);
        grant.push_secret("code_verifier", verifier.secret());
        grant.push_resource(resource.iter().map(AsRef::as_ref));
        Redemption { grant, expires_at, wrong_key }
    }
}

/// A code being redeemed.
///
/// The code is good once. It is sent again only when the request certainly never left, twice at most;
/// otherwise the end is [`Error::MaybeSpent`], and only a new login helps.
#[derive(Debug)]
pub struct Redemption {
    grant: Grant,
    expires_at: countersign_token::Timestamp,
    wrong_key: bool,
}

impl Flow for Redemption {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        if matches!(input, Input::Start) && env.now > self.expires_at {
            self.grant.finish();
            return Err(Error::LoginExpired);
        }
        if self.wrong_key {
            self.grant.finish();
            self.wrong_key = false;
            return Err(Misuse::ProofKey.into());
        }
        self.grant.step(input, env).map_err(|error| match error {
            Error::Network(Failure { sent: Sent::Maybe, .. }) => Error::MaybeSpent,
            other => other,
        })
    }
}
