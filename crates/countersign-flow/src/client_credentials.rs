use countersign_token::Scopes;
use countersign_wire::flow::{Env, Flow, Input, Step};

use crate::{ClientRegistration, Endpoint, Error, Redeemed, exchange::Replay, grant::Grant};

/// The client credentials grant (RFC 6749 §4.4): a token for the client itself.
///
/// Each request is its own grant and spends nothing, so it is sent again after silence and after a server's
/// passing trouble, twice at most. A refresh token is not kept even if one is sent (RFC 6749 §4.4.3).
#[derive(Debug)]
pub struct ClientCredentialsGrant(Grant);

impl ClientCredentialsGrant {
    /// Asks for a token of these scopes; none leaves them to the server.
    pub fn new(token_endpoint: &Endpoint, client: &ClientRegistration, scopes: impl Into<Scopes>) -> Self {
        let mut grant =
            Grant::new(token_endpoint, client, "client_credentials", Scopes::none(), Replay::Freely);
        grant.request_scopes(scopes.into());
        Self(grant)
    }

    /// Asks for a token for these resources (RFC 8707 §2.2).
    #[must_use]
    pub fn resource<'a>(mut self, resource: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.push_resource(resource);
        self
    }
}

impl Flow for ClientCredentialsGrant {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        let mut step = self.0.step(input, env)?;
        if let Step::Done(redeemed) = &mut step {
            redeemed.tokens.refresh = None;
        }
        Ok(step)
    }
}
