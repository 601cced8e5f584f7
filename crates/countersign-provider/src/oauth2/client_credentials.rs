use countersign_token::Scopes;
use countersign_wire::{Params, flow::Env};

use super::{
    refusal::Refusal,
    token::{Fresh, Recipient},
};
use crate::{Provider, RegisteredClient, random, state::Family};

impl Provider {
    /// RFC 6749 §4.4: the client for itself, and without a refresh token.
    pub(super) fn client_credentials_grant(
        &mut self,
        client: &RegisteredClient,
        form: &Params,
        env: &Env<'_>,
    ) -> Result<Fresh, Refusal> {
        if client.secret.is_none() {
            return Err(Refusal::new(
                "unauthorized_client",
                "a client without a secret cannot ask for itself",
            ));
        }
        let allowed = self.allowed_scopes(client);
        let scopes = match form.first("scope").filter(|scope| !scope.is_empty()) {
            None => allowed,
            Some(asked) => Scopes::from(asked),
        };
        if !self.allowed_scopes(client).covers(&scopes) {
            return Err(Refusal::new("invalid_scope", "the scope is unknown or not for this client"));
        }
        let recipient = Recipient {
            client,
            user: None,
            granted: &Scopes::none(),
            scopes,
            family: Family::from_bytes(random::bytes(env)?),
        };
        let (fresh, issue) = self.mint(recipient, false, env)?;
        self.state.grants.issue(issue, env.now)?;
        Ok(fresh)
    }

    /// The provider's scopes, as far as the client may have them.
    pub(super) fn allowed_scopes(&self, client: &RegisteredClient) -> Scopes {
        let known = self.config.known_scopes();
        match &client.scopes {
            None => known,
            Some(own) => known.iter().filter(|scope| own.contains(scope)).collect(),
        }
    }
}
