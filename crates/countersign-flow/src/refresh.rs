use countersign_token::{RefreshToken, Scopes};
use countersign_wire::flow::{Env, Flow, Input, Step};

use crate::{ClientRegistration, Endpoint, Error, Redeemed, exchange::Replay, grant::Grant};

/// A refresh (RFC 6749 §6): a refresh token for a fresh access token, and perhaps for its own successor.
///
/// An answer without a refresh token leaves [`TokenSet::refresh`](countersign_token::TokenSet::refresh)
/// empty: the old one goes on. [`Error::needs_login`] tells a refresh token that is gone from trouble that
/// passes.
///
/// # Security
/// The request is never repeated once it may have left, because it may have spent the token. After
/// [`Error::Network`] with `Sent::Maybe` a later refresh may present the same token, for there is no other.
#[derive(Debug)]
pub struct Refresh(Grant);

impl Refresh {
    /// A refresh of a grant that covers `granted`, which is what an answer without a scope means.
    pub fn new(
        token_endpoint: &Endpoint,
        client: &ClientRegistration,
        token: &RefreshToken,
        granted: impl Into<Scopes>,
    ) -> Self {
        let mut grant =
            Grant::new(token_endpoint, client, "refresh_token", granted.into(), Replay::UnlessSent);
        grant.push_secret("refresh_token", token.secret());
        Self(grant)
    }

    /// Asks for no more than these scopes; the grant itself stays as wide as it is.
    #[must_use]
    pub fn narrowed_to(mut self, scopes: impl Into<Scopes>) -> Self {
        self.0.request_scopes(scopes.into());
        self
    }

    /// Asks for a token for these resources (RFC 8707 §2.2).
    #[must_use]
    pub fn resource<'a>(mut self, resource: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.push_resource(resource);
        self
    }
}

impl Flow for Refresh {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        self.0.step(input, env)
    }
}
