use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::{Scopes, Secret, Timestamp, TokenSet};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::{Oddity, TokenResponse, Tolerance},
};

use crate::{
    ClientAuthenticated, ClientRegistration, Endpoint, Error,
    error::Misuse,
    exchange::{Answer, Exchange, Replay},
};

/// What only the protocol may say at a token endpoint.
const OWN: [&str; 12] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "assertion",
    "code",
    "refresh_token",
    "device_code",
    "scope",
    "subject_token",
    "actor_token",
];

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
    names: Vec<String>,
    tolerance: Tolerance,
}

impl Grant {
    pub(crate) fn new(
        endpoint: &Endpoint,
        client: &ClientRegistration,
        grant_type: &str,
        requested: Scopes,
        replay: Replay,
    ) -> Self {
        let mut grant = Self::anonymous(endpoint, grant_type, replay);
        grant.requested = requested;
        grant.identify(client);
        grant
    }

    /// A grant by nobody in particular, who is known by what is presented.
    pub(crate) fn anonymous(endpoint: &Endpoint, grant_type: &str, replay: Replay) -> Self {
        let form = Params::new().with("grant_type", grant_type);
        let exchange = Exchange::post(endpoint, Purpose::Token, form, replay);
        Self {
            exchange: ClientAuthenticated::perhaps(exchange, None),
            requested: Scopes::none(),
            resource: Vec::new(),
            sent: Vec::new(),
            names: vec!["grant_type".to_string()],
            tolerance: Tolerance::default(),
        }
    }

    /// Proves that this client asks.
    pub(crate) fn identify(&mut self, client: &ClientRegistration) {
        self.tolerance = client.tolerance.clone();
        self.sent.extend(client.authentication.secret().cloned());
        self.exchange.identify(client.clone());
    }

    /// How the answer is read.
    pub(crate) fn tolerance(&self) -> &Tolerance {
        &self.tolerance
    }

    /// Adds a parameter.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.names.push(name.to_string());
        self.exchange.inner_mut().push(name, value);
    }

    /// Adds a parameter that must not be repeated to anybody, not even in a server's words.
    pub(crate) fn push_secret(&mut self, name: &str, value: &Secret) {
        self.push(name, value.expose());
        self.sent.push(value.clone());
    }

    /// Adds a parameter of the server's own.
    pub(crate) fn push_extra(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let is_there = self.names.iter().any(|own| own.eq_ignore_ascii_case(name));
        if is_there || OWN.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            return Err(Misuse::Parameter { name: countersign_wire::text::sanitise(name, 64) }.into());
        }
        self.push(name, value);
        Ok(())
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

    /// The conversation up to the answer, which [`read`](Self::read) reads.
    pub(crate) fn exchange(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        self.exchange.step(input, env)
    }

    pub(crate) fn read(&self, answer: Answer) -> Result<Redeemed, Error> {
        let Answer { response, requested_at } = answer;
        let answer = TokenResponse::parse_with(&response, &self.tolerance)
            .map_err(|error| self.scrub(error.into()))?;
        Ok(self.redeemed(answer, requested_at))
    }

    /// What was granted, given when it was asked for.
    pub(crate) fn redeemed(&self, mut answer: TokenResponse, requested_at: Timestamp) -> Redeemed {
        let oddities = core::mem::take(&mut answer.oddities);
        let mut tokens = answer.into_tokens(&self.requested, requested_at);
        tokens.access.resource.clone_from(&self.resource);
        Redeemed { missing_scopes: self.requested.missing_from(&tokens.access.scopes), tokens, oddities }
    }

    /// Takes out of a server's words what was sent to it.
    pub(crate) fn scrub(&self, error: Error) -> Error {
        let Error::Refused(mut refusal) = error else {
            return error;
        };
        for secret in &self.sent {
            refusal.scrub(secret);
        }
        Error::Refused(refusal)
    }
}

impl Flow for Grant {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        Ok(match self.exchange(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(answer)?),
        })
    }
}
