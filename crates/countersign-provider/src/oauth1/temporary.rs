use alloc::vec::Vec;

use countersign_oauth1::{Error, Parameter, ParameterFault, Problem};
use countersign_token::ClientId;
use countersign_wire::{Params, flow::Env};
use http::{Method, Request, Response, StatusCode};

use super::{
    report::method_not_allowed,
    signed::{Credentials, no_entropy, refused, unavailable},
};
use crate::{
    Answer, Digest, Endpoint, Fault, Outcome, Provider, answer,
    fault::Striking,
    provider::{Noted, blunt},
    random,
    state::{Callback, Temporary},
};

/// What one leg does with a POST, and what it answers as a form.
type Leg = fn(&mut Provider, &Request<Vec<u8>>, &Striking, &mut Noted, &Env<'_>) -> Result<Params, Error>;

impl Provider {
    /// Temporary credentials (RFC 5849 §2.1).
    ///
    /// `scope` and other parameters of the asking dialect are signed and otherwise ignored: token
    /// credentials open the whole account.
    pub fn temporary_credentials(&mut self, request: &Request<Vec<u8>>, env: &Env<'_>) -> Answer {
        self.signed_answer(Endpoint::TemporaryCredentials, request, env, Self::make_temporary)
    }

    /// What every leg has in common: faults, method, report, note.
    pub(super) fn signed_answer(
        &mut self,
        endpoint: Endpoint,
        request: &Request<Vec<u8>>,
        env: &Env<'_>,
        work: Leg,
    ) -> Answer {
        let faults = self.strike(endpoint, None);
        let mut noted = Noted::default();
        if let Some((answer, code)) = blunt(&faults) {
            self.note(endpoint, noted, Outcome::Refused(code), env.now);
            return answer.after(faults.delay());
        }
        let (outcome, response) = if request.method() == Method::POST {
            match work(self, request, &faults, &mut noted, env) {
                Ok(params) => (Outcome::Done, success(&params)),
                Err(error) => {
                    let code = error.problem().map_or("unsigned", Problem::as_str);
                    (Outcome::Refused(code), self.report(&error))
                }
            }
        } else {
            (Outcome::Refused("method"), method_not_allowed())
        };
        self.note(endpoint, noted, outcome, env.now);
        Answer::send(response).after(faults.delay())
    }

    fn make_temporary(
        &mut self,
        request: &Request<Vec<u8>>,
        faults: &Striking,
        noted: &mut Noted,
        env: &Env<'_>,
    ) -> Result<Params, Error> {
        let received =
            self.receive(request.method(), request.uri(), request.headers(), request.body(), env)?;
        if received.token().is_some() {
            return Err(Error::Parameter { parameter: Parameter::Token, fault: ParameterFault::Reserved });
        }
        let (consumer, received) = self.believe(received, Credentials::None, faults, env)?;
        noted.client = Some(ClientId::new(consumer.identifier.as_str()));
        if faults.has(Fault::Refuse) {
            return Err(refused(Problem::ConsumerKeyRejected));
        }
        let of_callback = |fault| Error::Parameter { parameter: Parameter::Callback, fault };
        let callback = match received.callback() {
            None => return Err(of_callback(ParameterFault::Missing)),
            Some("oob") => Callback::OutOfBand,
            Some(uri) if consumer.callbacks.iter().any(|rule| rule.allows(uri)) => Callback::Uri(uri.into()),
            Some(_) => return Err(of_callback(ParameterFault::Malformed)),
        };
        let identifier = random::secret(env).map_err(no_entropy)?;
        let secret = random::secret(env).map_err(no_entropy)?;
        let temporary = Temporary {
            consumer: consumer.identifier,
            secret: secret.clone(),
            callback,
            approval: None,
            attempts: 0,
            expires: env.now.plus(self.config.lifetimes.temporary_credentials),
            spent: false,
        };
        self.state
            .credentials
            .put_temporary(Digest::of(identifier.expose()), temporary, env.now)
            .map_err(unavailable)?;
        Ok(Params::new()
            .with("oauth_token", identifier)
            .with("oauth_token_secret", secret)
            .with("oauth_callback_confirmed", "true"))
    }
}

fn success(params: &Params) -> Response<Vec<u8>> {
    if params.is_empty() { answer::empty(StatusCode::OK) } else { answer::form_body(StatusCode::OK, params) }
}
