use alloc::vec::Vec;

use countersign_oauth1::{Error, Parameter, ParameterFault, Problem};
use countersign_token::{ClientId, Secret};
use countersign_wire::{Params, flow::Env};
use http::Request;

use super::signed::{refused, unavailable};
use crate::{
    Answer, Digest, Endpoint, Error as ProviderError, Fault, Provider, fault::Striking, provider::Noted,
    state::Unavailable,
};

impl Provider {
    /// Token credentials end themselves: a POST signed with them, answered with 200 and nothing.
    ///
    /// RFC 5849 has no such endpoint. This one is an extension of ours, so that a logout can reach the server.
    pub fn revoke_signed(&mut self, request: &Request<Vec<u8>>, env: &Env<'_>) -> Answer {
        self.signed_answer(Endpoint::RevokeTokenCredentials, request, env, Self::end)
    }

    /// Ends token credentials by their identifier, for a host's own page or command.
    ///
    /// # Errors
    /// [`ProviderError::Unavailable`]; then they may still be good.
    pub fn revoke_token_credentials(&mut self, identifier: &Secret) -> Result<(), ProviderError> {
        self.state
            .credentials
            .revoke_token(&Digest::of(identifier.expose()))
            .map_err(|Unavailable| ProviderError::Unavailable)
    }

    fn end(
        &mut self,
        request: &Request<Vec<u8>>,
        faults: &Striking,
        noted: &mut Noted,
        env: &Env<'_>,
    ) -> Result<Params, Error> {
        let received =
            self.receive(request.method(), request.uri(), request.headers(), request.body(), env)?;
        let Some(id) = received.token().map(Digest::of) else {
            return Err(Error::Parameter { parameter: Parameter::Token, fault: ParameterFault::Missing });
        };
        let (consumer, _) = self.believe_token(received, faults, env)?;
        noted.client = Some(ClientId::new(consumer.identifier));
        if faults.has(Fault::Refuse) {
            return Err(refused(Problem::PermissionDenied));
        }
        if !faults.has(Fault::IgnoreRevocation) {
            self.state.credentials.revoke_token(&id).map_err(unavailable)?;
        }
        Ok(Params::new())
    }
}
