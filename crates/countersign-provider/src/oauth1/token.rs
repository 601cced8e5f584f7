use alloc::vec::Vec;

use countersign_oauth1::{Error, Parameter, ParameterFault, Problem};
use countersign_token::{ClientId, Secret};
use countersign_wire::{Params, flow::Env};
use http::Request;

use super::signed::{Credentials, no_entropy, refused, unavailable};
use crate::{
    Answer, Digest, Endpoint, Fault, Provider,
    fault::Striking,
    provider::Noted,
    random,
    state::{Redeemed, Temporary, TokenPair},
};

/// How many verifiers may be tried before the temporary credentials are burnt.
const MOST_ATTEMPTS: u8 = 5;

impl Provider {
    /// Token credentials for approved temporary ones (RFC 5849 §2.3); good until they are revoked.
    pub fn token_credentials(&mut self, request: &Request<Vec<u8>>, env: &Env<'_>) -> Answer {
        self.signed_answer(Endpoint::TokenCredentials, request, env, Self::exchange)
    }

    fn exchange(
        &mut self,
        request: &Request<Vec<u8>>,
        faults: &Striking,
        noted: &mut Noted,
        env: &Env<'_>,
    ) -> Result<Params, Error> {
        let received =
            self.receive(request.method(), request.uri(), request.headers(), request.body(), env)?;
        let Some(identifier) = received.token() else {
            return Err(Error::Parameter { parameter: Parameter::Token, fault: ParameterFault::Missing });
        };
        let id = Digest::of(identifier);
        let temporary = self.state.credentials.temporary(&id).map_err(unavailable)?;
        let credentials = temporary.as_ref().map_or(Credentials::Unknown, |temporary| Credentials::Of {
            owner: &temporary.consumer,
            secret: &temporary.secret,
        });
        let (consumer, received) = self.believe(received, credentials, faults, env)?;
        let temporary = temporary.ok_or(refused(Problem::TokenRejected))?;
        noted.client = Some(ClientId::new(consumer.identifier.as_str()));
        if faults.has(Fault::Refuse) {
            return Err(refused(Problem::PermissionDenied));
        }
        let replayable = faults.has(Fault::AcceptReplays);
        let user = self.approved(&id, &temporary, received.verifier(), replayable, env)?;
        let identifier = random::secret(env).map_err(no_entropy)?;
        let secret = random::secret(env).map_err(no_entropy)?;
        let pair = TokenPair { consumer: consumer.identifier, secret: secret.clone(), user };
        let token = (Digest::of(identifier.expose()), pair);
        let redeemed = self.state.credentials.exchange(&id, token, env.now).map_err(unavailable)?;
        match redeemed {
            Redeemed::Done => {
                Ok(Params::new().with("oauth_token", identifier).with("oauth_token_secret", secret))
            }
            Redeemed::Spent => Err(refused(Problem::TokenUsed)),
            Redeemed::Gone => Err(refused(Problem::TokenRejected)),
        }
    }

    /// Who approved, when the verifier proves that they came back to this client.
    fn approved(
        &mut self,
        id: &Digest,
        temporary: &Temporary,
        verifier: Option<&Secret>,
        replayable: bool,
        env: &Env<'_>,
    ) -> Result<alloc::string::String, Error> {
        if temporary.spent && !replayable {
            return Err(refused(Problem::TokenUsed));
        }
        if env.now >= temporary.expires {
            return Err(refused(Problem::TokenExpired));
        }
        let approval = temporary.approval.as_ref().ok_or(refused(Problem::PermissionUnknown))?;
        // Counted before it is compared, so that tries at the same time do not outrun the count.
        let attempts = self.state.credentials.count_attempt(id).map_err(unavailable)?;
        let right = verifier.is_some_and(|verifier| Digest::of(verifier.expose()).ct_eq(&approval.verifier));
        if right && attempts <= MOST_ATTEMPTS {
            return Ok(approval.user.clone());
        }
        if attempts >= MOST_ATTEMPTS {
            self.state.credentials.burn(id).map_err(unavailable)?;
        }
        Err(match verifier {
            None => Error::Parameter { parameter: Parameter::Verifier, fault: ParameterFault::Missing },
            Some(_) => refused(Problem::VerifierInvalid),
        })
    }
}
