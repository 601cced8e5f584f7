use alloc::vec::Vec;
use core::{fmt, mem, time::Duration};

use countersign_token::{Secret, Timestamp};
use countersign_wire::{
    Params,
    flow::{Env, Failure, Flow, Handling, Input, Purpose, Sent, Step},
    form,
    header::date,
    response,
};
use http::{
    HeaderValue, Method, Request, Response,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};

use crate::{Endpoint, Error, error::Misuse};

mod scrub;
mod search;

pub(crate) use scrub::Scrub;
pub(crate) use search::Search;

/// How often a request is sent again at most.
const RETRIES: u32 = 2;
/// The longest that a server's `Retry-After` is waited for; beyond it the caller hears of it instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// One request and its response, sent again only as far as that is safe.
pub(crate) struct Exchange {
    endpoint: Endpoint,
    purpose: Purpose,
    body: Body,
    authorization: Option<Secret>,
    replay: Replay,
    retries: u32,
    requested_at: Timestamp,
    state: State,
}

/// What is sent.
enum Body {
    None,
    Form(Params),
    Json(Secret),
}

/// When a request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    /// It spends something: only when it certainly never left.
    UnlessSent,
    /// Whoever asked decides, whatever happens.
    Never,
    /// It may be repeated: also after silence and after a server's passing trouble.
    Freely,
}

enum State {
    Ready,
    Sent,
    Waiting,
    Finished,
}

/// A response, and when the request for it was made.
pub(crate) struct Answer {
    pub(crate) response: Response<Vec<u8>>,
    pub(crate) requested_at: Timestamp,
}

impl Exchange {
    /// A form that is posted.
    pub(crate) fn post(endpoint: &Endpoint, purpose: Purpose, form: Params, replay: Replay) -> Self {
        Self::new(endpoint, purpose, Body::Form(form), replay)
    }

    /// A JSON document that is posted.
    pub(crate) fn post_json(endpoint: &Endpoint, purpose: Purpose, json: Secret, replay: Replay) -> Self {
        Self::new(endpoint, purpose, Body::Json(json), replay)
    }

    /// A document that is fetched.
    pub(crate) fn get(endpoint: &Endpoint, purpose: Purpose) -> Self {
        Self::new(endpoint, purpose, Body::None, Replay::Freely)
    }

    /// A document that is fetched by a request that must not be repeated.
    #[cfg(feature = "oauth1")]
    pub(crate) fn get_once(endpoint: &Endpoint, purpose: Purpose) -> Self {
        Self::new(endpoint, purpose, Body::None, Replay::UnlessSent)
    }

    fn new(endpoint: &Endpoint, purpose: Purpose, body: Body, replay: Replay) -> Self {
        Self {
            endpoint: endpoint.clone(),
            purpose,
            body,
            authorization: None,
            replay,
            retries: 0,
            requested_at: Timestamp::from_unix(0),
            state: State::Ready,
        }
    }

    /// Adds to the form, before it is sent.
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        if !matches!(self.body, Body::Form(_)) {
            self.body = Body::Form(Params::new());
        }
        if let Body::Form(form) = &mut self.body {
            form.push(name, value);
        }
    }

    /// Sends this value of `Authorization`.
    pub(crate) fn authorize(&mut self, value: Secret) {
        self.authorization = Some(value);
    }

    /// Ends it without a request.
    pub(crate) fn finish(&mut self) {
        self.state = State::Finished;
    }

    /// Begins anew, after an answer that asks for another request.
    pub(crate) fn restart(&mut self) {
        self.state = State::Ready;
        self.retries = 0;
    }

    /// Whether a response is what it waits for.
    pub(crate) fn is_waiting_for_answer(&self) -> bool {
        matches!(self.state, State::Sent)
    }

    fn send(&mut self, env: &Env<'_>) -> Step<Answer> {
        self.state = State::Sent;
        self.requested_at = env.now;
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.endpoint.uri().clone();
        if !matches!(self.purpose, Purpose::TemporaryCredentials | Purpose::TokenCredentials) {
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        }
        request.extensions_mut().insert(Handling::new(self.purpose));
        let (kind, body) = match &self.body {
            Body::None => (None, Vec::new()),
            Body::Form(form) => (Some(form::CONTENT_TYPE), form::print(form).into_bytes()),
            Body::Json(json) => (Some("application/json"), json.expose().as_bytes().to_vec()),
        };
        if let Some(kind) = kind {
            *request.method_mut() = Method::POST;
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            *request.body_mut() = body;
        }
        if let Some(mut value) =
            self.authorization.as_ref().and_then(|value| HeaderValue::from_str(value.expose()).ok())
        {
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Step::Send(request)
    }

    /// The pause before the next try, when there is one.
    fn pause(&mut self, asked: Option<Duration>) -> Option<Step<Answer>> {
        if self.retries >= RETRIES {
            return None;
        }
        let pause = asked.unwrap_or(Duration::from_secs(1 << self.retries));
        if pause > LONGEST_PAUSE {
            return None;
        }
        self.retries += 1;
        self.state = State::Waiting;
        Some(Step::Wait(pause))
    }

    fn failed(&mut self, failure: Failure) -> Result<Step<Answer>, Error> {
        let may_repeat = match self.replay {
            Replay::UnlessSent => failure.sent == Sent::No,
            Replay::Never => false,
            Replay::Freely => true,
        };
        let again = if may_repeat && failure.transient { self.pause(None) } else { None };
        again.ok_or(Error::Network(failure))
    }

    fn answered(&mut self, response: Response<Vec<u8>>, env: &Env<'_>) -> Step<Answer> {
        if self.replay == Replay::Freely
            && is_passing_trouble(&response)
            && let Some(wait) = self.pause(date::retry_after(response.headers(), env.now))
        {
            return wait;
        }
        Step::Done(Answer { response, requested_at: self.requested_at })
    }
}

impl Flow for Exchange {
    type Output = Answer;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        match (mem::replace(&mut self.state, State::Finished), input) {
            (State::Ready, Input::Start) | (State::Waiting, Input::Woken) => Ok(self.send(env)),
            (State::Sent, Input::Response(response)) => Ok(self.answered(response, env)),
            (State::Sent, Input::Failed(failure)) => self.failed(failure),
            (State::Finished, _) => Err(Misuse::Finished.into()),
            _ => Err(Misuse::UnexpectedInput.into()),
        }
    }
}

/// Whether a server is in trouble that passes.
fn is_passing_trouble(response: &Response<Vec<u8>>) -> bool {
    let refusal =
        response::members(response).ok().and_then(|(object, _)| response::refused(response, &object));
    let status = matches!(response.status().as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
    match refusal {
        Some(refusal) => {
            let internal = refusal.code.as_str() == "internal_failure"
                || refusal.description() == Some("internal_failure");
            status || internal || refusal.is_transient()
        }
        None => status,
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("endpoint", &self.endpoint)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}
