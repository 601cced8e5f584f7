use countersign_token::Scopes;
use countersign_wire::{Params, flow::Env};

use super::{
    refusal::Refusal,
    token::{Fresh, Recipient},
};
use crate::{Digest, Fault, Provider, RegisteredClient, fault::Striking, state::Redeemed};

impl Provider {
    /// RFC 6749 §6, every refresh token good for one use (RFC 9700 §4.14.2).
    ///
    /// A token that comes back after its use is in two hands; which one is the thief's cannot be known, so
    /// the whole family dies.
    pub(super) fn refresh_grant(
        &mut self,
        client: &RegisteredClient,
        form: &Params,
        faults: &Striking,
        env: &Env<'_>,
    ) -> Result<Fresh, Refusal> {
        let token = form
            .first("refresh_token")
            .filter(|token| !token.is_empty())
            .ok_or(Refusal::request("refresh_token is missing"))?;
        let id = Digest::of(token);
        let unknown = Refusal::grant("the refresh token is wrong, expired, revoked or spent");
        let kept = self
            .state
            .grants
            .refresh(&id)?
            .filter(|kept| kept.client == client.id && env.now < kept.expires)
            .ok_or(unknown.clone())?;
        let lenient = faults.has(Fault::AcceptReplays) || faults.has(Fault::NoRotation);
        if kept.spent && !lenient {
            self.state.grants.revoke_family(kept.family)?;
            return Err(unknown);
        }
        if self.state.directory.user(&kept.user)?.is_none() {
            return Err(unknown);
        }
        let scopes = match form.first("scope").filter(|scope| !scope.is_empty()) {
            None => kept.scopes.clone(),
            Some(asked) => Scopes::from(asked),
        };
        if !kept.scopes.covers(&scopes) {
            return Err(Refusal::new("invalid_scope", "the scope is wider than what was granted"));
        }
        let recipient =
            Recipient { client, user: Some(&kept.user), granted: &kept.scopes, scopes, family: kept.family };
        let (fresh, issue) = self.mint(recipient, !faults.has(Fault::NoRotation), env)?;
        let redeemed = if lenient {
            self.state.grants.issue(issue, env.now)?
        } else {
            self.state.grants.rotate(&id, issue, env.now)?
        };
        match redeemed {
            Redeemed::Done => Ok(fresh),
            Redeemed::Spent => {
                self.state.grants.revoke_family(kept.family)?;
                Err(unknown)
            }
            Redeemed::Gone => Err(unknown),
        }
    }
}
