use alloc::{string::String, vec::Vec};
use core::time::Duration;

use countersign_token::{ClientId, Timestamp};
use countersign_wire::flow::Env;
use http::StatusCode;

use crate::{
    Answer, Config, Endpoint, Error, Event, Events, Fault, GrantKind, Outcome, Page, Planted, ScopeInfo,
    State, User, answer,
    fault::{self, Striking},
    oauth1::TemporaryRequest,
    oauth2::CodeRequest,
};

/// The provider: a machine that is told of requests and decisions and says what to answer.
///
/// ```text
///            request                    the person's decision
///               │                                │
///   authorize ──┴─► Ask(AuthorizationRequest) ───┴─► approve / deny ──► Answer
///               └─► Answer
/// ```
///
/// Every other endpoint takes a request and gives an [`Answer`] at once.
/// It holds its state by itself; whoever shares it between threads puts it into a mutex.
#[derive(Debug)]
pub struct Provider {
    pub(crate) config: Config,
    pub(crate) state: State,
    events: Events,
    planted: Vec<Planted>,
}

/// What the authorization endpoint says.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a host must do each")]
pub enum Authorization {
    /// Who is this person, and do they consent? Then [`Provider::approve`] or [`Provider::deny`].
    Ask(AuthorizationRequest),
    /// There is nothing to ask.
    Answer(Answer),
}

/// A sound authorization request that waits for a person.
///
/// It is made anew from the request at every turn, so that the host need not keep it.
#[derive(Debug)]
pub struct AuthorizationRequest {
    pub(crate) client_name: String,
    pub(crate) scopes: Vec<ScopeInfo>,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Code(CodeRequest),
    Temporary(TemporaryRequest),
}

impl AuthorizationRequest {
    /// The client's name, which must be escaped before it is shown.
    pub fn client_name(&self) -> &str {
        &self.client_name
    }

    /// What is asked for; empty means the whole account (OAuth 1.0a has no scopes).
    pub fn scopes(&self) -> &[ScopeInfo] {
        &self.scopes
    }

    /// Where the browser is sent afterwards, if anywhere; a page's `form-action` has to allow it.
    pub fn redirect_uri(&self) -> Option<&str> {
        match &self.kind {
            Kind::Code(request) => Some(&request.redirect_uri),
            Kind::Temporary(request) => request.callback(),
        }
    }
}

/// What is noted of a request that was answered.
#[derive(Default)]
pub(crate) struct Noted {
    pub(crate) grant: Option<GrantKind>,
    pub(crate) client: Option<ClientId>,
}

impl Provider {
    /// A provider with its state.
    pub fn new(config: Config, state: State) -> Self {
        Self { events: Events::new(config.event_limit), config, state, planted: Vec::new() }
    }

    /// What the provider is.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What happened.
    pub const fn events(&self) -> &Events {
        &self.events
    }

    /// Plants a misbehaviour.
    ///
    /// # Errors
    /// [`Error::NotLoopback`] unless the issuer is on a loopback address.
    pub fn plant(&mut self, planted: Planted) -> Result<(), Error> {
        if !self.config.is_loopback() {
            return Err(Error::NotLoopback);
        }
        self.planted.push(planted);
        Ok(())
    }

    /// Takes every planted misbehaviour away.
    pub fn uproot(&mut self) {
        self.planted.clear();
    }

    /// Whether this fault is planted at this endpoint: for faults that the host itself must act out.
    pub fn is_planted(&self, endpoint: Endpoint, fault: Fault) -> bool {
        self.planted.iter().any(|planted| planted.endpoint == endpoint && planted.fault == fault)
    }

    /// What a resource does under a fault that needs no request: the host asks before it does anything else.
    pub fn resource_fault(&mut self) -> Option<Answer> {
        let blunt_kinds = [Fault::ServerError, Fault::Html, Fault::Malformed];
        if !blunt_kinds.iter().any(|fault| self.is_planted(Endpoint::Resource, *fault)) {
            return None;
        }
        let striking = self.strike(Endpoint::Resource, None);
        blunt(&striking).map(|(answer, _)| answer.after(striking.delay()))
    }

    /// How long a resource waits before it answers; zero unless [`Fault::Delay`] is planted there.
    pub fn resource_delay(&self) -> Duration {
        let delays = self.planted.iter().map(|planted| match planted {
            Planted { endpoint: Endpoint::Resource, fault: Fault::Delay(delay), .. } => *delay,
            _ => Duration::ZERO,
        });
        delays.max().unwrap_or_default()
    }

    /// The person approved: a code or a verifier is on its way.
    pub fn approve(&mut self, request: AuthorizationRequest, user: &User, env: &Env<'_>) -> Answer {
        match request.kind {
            Kind::Code(code) => self.approve_code(code, user, env),
            Kind::Temporary(temporary) => self.approve_temporary(temporary, user, env),
        }
    }

    /// The person said no.
    pub fn deny(&mut self, request: AuthorizationRequest, env: &Env<'_>) -> Answer {
        match request.kind {
            Kind::Code(code) => self.deny_code(code, env),
            Kind::Temporary(temporary) => self.deny_temporary(temporary, env),
        }
    }

    pub(crate) fn strike(&mut self, endpoint: Endpoint, grant: Option<GrantKind>) -> Striking {
        fault::strike(&mut self.planted, endpoint, grant)
    }

    pub(crate) fn note(&mut self, endpoint: Endpoint, noted: Noted, outcome: Outcome, now: Timestamp) {
        self.events.record(Event { at: now, endpoint, grant: noted.grant, client: noted.client, outcome });
    }
}

/// The answers of faults that need not know what was asked.
pub(crate) fn blunt(striking: &Striking) -> Option<(Answer, &'static str)> {
    if striking.has(Fault::ServerError) {
        let response = answer::empty(StatusCode::INTERNAL_SERVER_ERROR);
        return Some((Answer::send(response), "fault: status 500"));
    }
    if striking.has(Fault::Html) {
        let page = "<!DOCTYPE html><title>Welcome</title><p>This is not what you asked for.";
        let response = answer::body(StatusCode::OK, "text/html; charset=utf-8", page.into());
        return Some((Answer::send(response), "fault: a page"));
    }
    if striking.has(Fault::Malformed) {
        let response = answer::body(StatusCode::OK, "application/json", "{\"access_token\":\"".into());
        return Some((Answer::send(response), "fault: malformed"));
    }
    None
}

/// The page for a state that cannot be reached.
pub(crate) fn unavailable_page() -> Answer {
    Answer::page(Page::Unavailable)
}
