use alloc::vec::Vec;

use countersign_wire::{Params, flow::Env};
use http::{Request, StatusCode};

use super::{client_authentication::read_form, refusal::Refusal};
use crate::{
    Answer, Digest, Endpoint, Fault, Outcome, Provider, answer,
    fault::Striking,
    provider::{Noted, blunt},
};

impl Provider {
    /// The revocation endpoint (RFC 7009).
    ///
    /// A refresh token takes its family along; an access token goes alone. A token that is unknown, or
    /// another client's, is answered with 200 and nothing is done, so that nobody learns whether it exists.
    pub fn revoke(&mut self, request: &Request<Vec<u8>>, env: &Env<'_>) -> Answer {
        let faults = self.strike(Endpoint::Revoke, None);
        let mut noted = Noted::default();
        if let Some((answer, code)) = blunt(&faults) {
            self.note(Endpoint::Revoke, noted, Outcome::Refused(code), env.now);
            return answer.after(faults.delay());
        }
        let result = read_form(request).and_then(|form| self.kill(request, &form, &faults, &mut noted));
        let (outcome, response) = match result {
            Ok(()) => (Outcome::Done, answer::empty(StatusCode::OK)),
            Err(refusal) => (Outcome::Refused(refusal.code), refusal.response(self.config.issuer())),
        };
        self.note(Endpoint::Revoke, noted, outcome, env.now);
        Answer::send(response).after(faults.delay())
    }

    fn kill(
        &mut self,
        request: &Request<Vec<u8>>,
        form: &Params,
        faults: &Striking,
        noted: &mut Noted,
    ) -> Result<(), Refusal> {
        let client = self.authenticate(request, form)?;
        noted.client = Some(client.id.clone());
        let token = form
            .first("token")
            .filter(|token| !token.is_empty())
            .ok_or(Refusal::request("token is missing"))?;
        if faults.has(Fault::Refuse) {
            return Err(Refusal::new("unsupported_token_type", "refused on purpose"));
        }
        if faults.has(Fault::IgnoreRevocation) {
            return Ok(());
        }
        let id = Digest::of(token);
        if let Some(refresh) = self.state.grants.refresh(&id)? {
            if refresh.client == client.id {
                self.state.grants.revoke_family(refresh.family)?;
            }
        } else if let Some(access) = self.state.grants.access(&id)?
            && access.client == client.id
        {
            self.state.grants.revoke_access(&id)?;
        }
        Ok(())
    }
}
