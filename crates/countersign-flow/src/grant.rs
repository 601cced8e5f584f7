use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::{Binding, Scopes, Secret, Timestamp, TokenSet, TokenType};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::{Oddity, TokenResponse, Tolerance},
};

use crate::{
    ClientAuthenticated, ClientRegistration, Endpoint, Error,
    dpop::{Nonces, Proven},
    error::Misuse,
    exchange::Scrub,
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
    /// The nonces that the server has named for proofs of possession: keep them for the next request.
    pub nonces: Nonces,
}

/// A grant at the token endpoint (RFC 6749 §1.3): a form posted, tokens back.
#[derive(Debug)]
pub(crate) struct Grant {
    exchange: ClientAuthenticated<Proven>,
    requested: Scopes,
    resource: Vec<String>,
    sent: Scrub,
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
            exchange: ClientAuthenticated::perhaps(Proven::new(exchange), None),
            requested: Scopes::none(),
            resource: Vec::new(),
            sent: Scrub::default(),
            names: vec!["grant_type".to_string()],
            tolerance: Tolerance::default(),
        }
    }

    /// Proves that this client asks.
    pub(crate) fn identify(&mut self, client: &ClientRegistration) {
        self.tolerance = client.tolerance.clone();
        if let Some(secret) = client.authentication.secret() {
            self.sent.push(secret);
        }
        if let Some(key) = &client.proof_key {
            self.exchange.inner_mut().bind(key.clone());
        }
        self.exchange.identify(client.clone());
    }

    /// Reads the answer in this way.
    pub(crate) fn tolerate(&mut self, tolerance: &Tolerance) {
        self.tolerance = tolerance.clone();
    }

    /// How the answer is read.
    pub(crate) fn tolerance(&self) -> &Tolerance {
        &self.tolerance
    }

    /// Adds a parameter.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        self.names.push(name.to_string());
        self.exchange.inner_mut().exchange_mut().push(name, value);
    }

    /// Adds a parameter that must not be repeated to anybody, not even in a server's words.
    pub(crate) fn push_secret(&mut self, name: &str, value: &Secret) {
        self.push(name, value.expose());
        self.sent.push(value);
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

    /// Asks once more, after an answer that was none yet.
    pub(crate) fn restart(&mut self) {
        self.exchange.restart();
        self.exchange.inner_mut().restart();
    }

    /// Ends it without a request.
    pub(crate) fn finish(&mut self) {
        self.exchange.inner_mut().exchange_mut().finish();
    }

    /// The conversation up to the answer, which [`read`](Self::read) reads.
    pub(crate) fn exchange(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        self.exchange.step(input, env)
    }

    pub(crate) fn read(&self, answer: Answer) -> Result<Redeemed, Error> {
        let Answer { response, requested_at } = answer;
        let answer = TokenResponse::parse_with(&response, &self.tolerance)
            .map_err(|error| self.scrub(error.into()))?;
        self.redeemed(answer, requested_at)
    }

    /// What was granted, given when it was asked for.
    pub(crate) fn redeemed(
        &self,
        mut answer: TokenResponse,
        requested_at: Timestamp,
    ) -> Result<Redeemed, Error> {
        let oddities = core::mem::take(&mut answer.oddities);
        let mut tokens = answer.into_tokens(&self.requested, requested_at);
        tokens.access.resource.clone_from(&self.resource);
        if let Some(key) = self.exchange.inner().key() {
            match tokens.access.token_type {
                TokenType::DPoP => {
                    let thumbprint = key.thumbprint().to_string();
                    tokens.access.binding = Some(Binding::DPoP { thumbprint });
                }
                // What was to be protected is not (RFC 9449 §5).
                _ if !key.takes_bearer() => return Err(countersign_wire::Error::TokenType.into()),
                _ => {}
            }
        }
        Ok(Redeemed {
            missing_scopes: self.requested.missing_from(&tokens.access.scopes),
            tokens,
            oddities,
            nonces: self.exchange.inner().nonces(),
        })
    }

    /// Takes out of a server's words what was sent to it.
    pub(crate) fn scrub(&self, error: Error) -> Error {
        self.sent.error(error)
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
