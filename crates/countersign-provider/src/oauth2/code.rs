use countersign_wire::{Params, flow::Env};

use super::{
    refusal::Refusal,
    token::{Fresh, Recipient},
};
use crate::{
    Digest, Fault, Provider, RegisteredClient,
    fault::Striking,
    state::{Code, Redeemed},
};

impl Provider {
    /// RFC 6749 §4.1.3 with RFC 7636 §4.6.
    ///
    /// A code is spent by the client it was made for and by no other, so that a stranger can burn nobody's;
    /// but by that client it is spent whether or not the rest of the request holds.
    pub(super) fn code_grant(
        &mut self,
        client: &RegisteredClient,
        form: &Params,
        faults: &Striking,
        env: &Env<'_>,
    ) -> Result<Fresh, Refusal> {
        let required = |name: &str, description| {
            form.first(name).filter(|value| !value.is_empty()).ok_or(Refusal::request(description))
        };
        let id = Digest::of(required("code", "code is missing")?);
        let unknown = Refusal::grant("the code is wrong, expired or spent");
        let code =
            self.state.grants.code(&id)?.filter(|code| code.client == client.id).ok_or(unknown.clone())?;
        let replayable = faults.has(Fault::AcceptReplays);
        if code.spent && !replayable {
            // RFC 6749 §4.1.2: what a code brought is revoked when it is seen again.
            self.state.grants.revoke_family(code.family)?;
            return Err(unknown);
        }
        if let Err(refusal) = self.holds(&code, form, env) {
            self.state.grants.redeem_code(&id, None, env.now)?;
            return Err(refusal);
        }
        let recipient = Recipient {
            client,
            user: Some(&code.user),
            granted: &code.scopes,
            scopes: code.scopes.clone(),
            family: code.family,
        };
        let (fresh, issue) = self.mint(recipient, true, env)?;
        let redeemed = if code.spent {
            self.state.grants.issue(issue, env.now)?
        } else {
            self.state.grants.redeem_code(&id, Some(issue), env.now)?
        };
        match redeemed {
            Redeemed::Done => Ok(fresh),
            Redeemed::Spent => {
                self.state.grants.revoke_family(code.family)?;
                Err(unknown)
            }
            Redeemed::Gone => Err(unknown),
        }
    }

    /// What the code is bound to, all of it.
    fn holds(&mut self, code: &Code, form: &Params, env: &Env<'_>) -> Result<(), Refusal> {
        if env.now >= code.expires {
            return Err(Refusal::grant("the code is wrong, expired or spent"));
        }
        if form.first("redirect_uri") != Some(code.redirect_uri.as_str()) {
            return Err(Refusal::grant("redirect_uri is not the one the code was sent to"));
        }
        let verifier = form.first("code_verifier").unwrap_or_default();
        let challenge = Digest::of(verifier).to_base64url();
        if !Digest::of(&challenge).ct_eq(&Digest::of(&code.challenge)) {
            return Err(Refusal::grant("code_verifier does not match the challenge"));
        }
        if self.state.directory.user(&code.user)?.is_none() {
            return Err(Refusal::grant("the person is gone"));
        }
        Ok(())
    }
}
