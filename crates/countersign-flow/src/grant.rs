use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_token::{Scopes, Secret, TokenSet};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::{Oddity, TokenResponse},
};

use crate::{
    ClientAuthenticated, ClientRegistration, Endpoint, Error,
    exchange::{Answer, Exchange, Replay},
};

/// What a grant was exchanged for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Redeemed {
    /// The tokens.
    pub tokens: TokenSet,
    /// The scopes that were asked for and not granted.
    pub missing_scopes: Scopes,
    /// What was odd about the server's answer.
    pub oddities: Vec<Oddity>,
}

/// A grant at the token endpoint (RFC 6749 §1.3): a form posted, tokens back.
#[derive(Debug)]
pub(crate) struct Grant {
    exchange: ClientAuthenticated<Exchange>,
    requested: Scopes,
    resource: Vec<String>,
    sent: Vec<Secret>,
}

impl Grant {
    pub(crate) fn new(
        endpoint: &Endpoint,
        client: &ClientRegistration,
        grant_type: &str,
        requested: Scopes,
        replay: Replay,
    ) -> Self {
        let form = Params::new().with("grant_type", grant_type);
        let exchange = Exchange::post(endpoint, Purpose::Token, form, replay);
        Self {
            exchange: ClientAuthenticated::new(exchange, client.clone()),
            requested,
            resource: Vec::new(),
            sent: client.authentication.secret().cloned().into_iter().collect(),
        }
    }

    /// Adds a parameter.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.exchange.inner_mut().push(name, value);
    }

    /// Adds a parameter that must not be repeated to anybody, not even in a server's words.
    pub(crate) fn push_secret(&mut self, name: &str, value: &Secret) {
        self.push(name, value.expose());
        self.sent.push(value.clone());
    }

    /// Adds resources (RFC 8707 §2.2).
    pub(crate) fn push_resource<'a>(&mut self, resource: impl IntoIterator<Item = &'a str>) {
        for resource in resource {
            self.push("resource", resource);
            self.resource.push(resource.to_string());
        }
    }

    /// Asks for these scopes.
    pub(crate) fn request_scopes(&mut self, scopes: Scopes) {
        if !scopes.is_empty() {
            self.push("scope", &scopes.to_string());
        }
        self.requested = scopes;
    }

    /// Ends it without a request.
    pub(crate) fn finish(&mut self) {
        self.exchange.inner_mut().finish();
    }

    fn read(&self, answer: Answer) -> Result<Redeemed, Error> {
        let Answer { response, requested_at } = answer;
        let mut answer = TokenResponse::parse(&response).map_err(Error::from).map_err(|error| {
            let Error::Refused(mut refusal) = error else {
                return error;
            };
            for secret in &self.sent {
                refusal.scrub(secret);
            }
            Error::Refused(refusal)
        })?;
        let oddities = core::mem::take(&mut answer.oddities);
        let mut tokens = answer.into_tokens(&self.requested, requested_at);
        tokens.access.resource.clone_from(&self.resource);
        Ok(Redeemed { missing_scopes: self.requested.missing_from(&tokens.access.scopes), tokens, oddities })
    }
}

impl Flow for Grant {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        Ok(match self.exchange.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(answer)?),
        })
    }
}
