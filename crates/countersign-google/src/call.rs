//! One request to a service of Google's, sent again as far as that is safe, and its answer.

use core::{fmt, mem, time::Duration};

use countersign_flow::{Error, error::Misuse};
use countersign_token::{Secret, json::Object};
use countersign_wire::{
    flow::{Env, Flow, Handling, Input, Step},
    response,
};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header::CONTENT_TYPE};

/// The longest that `Retry-After` is waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A request that may be made more than once, and how often it is.
pub(crate) struct Call {
    uri: Uri,
    headers: Vec<(HeaderName, Secret)>,
    json: Option<Secret>,
    handling: Handling,
    retries: u32,
    tried: u32,
    state: State,
}

enum State {
    Ready,
    Sent,
    Waiting,
    Finished,
}

impl Call {
    pub(crate) fn get(uri: Uri, handling: Handling) -> Self {
        Self { uri, headers: Vec::new(), json: None, handling, retries: 2, tried: 0, state: State::Ready }
    }

    pub(crate) fn post(uri: Uri, json: Secret, handling: Handling) -> Self {
        Self { json: Some(json), ..Self::get(uri, handling) }
    }

    pub(crate) fn header(mut self, name: HeaderName, value: impl Into<Secret>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) const fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    fn send(&mut self) -> Result<Step<Response<Vec<u8>>>, Error> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri.clone();
        for (name, value) in &self.headers {
            let mut value = HeaderValue::from_str(value.expose())
                .map_err(|_| countersign_wire::Error::Malformed { name: "header" })?;
            value.set_sensitive(true);
            request.headers_mut().insert(name.clone(), value);
        }
        if let Some(json) = &self.json {
            *request.method_mut() = Method::POST;
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = json.expose().as_bytes().to_vec();
        }
        request.extensions_mut().insert(self.handling.clone());
        self.state = State::Sent;
        Ok(Step::Send(request))
    }

    fn pause(&mut self, asked: Option<Duration>) -> Option<Step<Response<Vec<u8>>>> {
        let pause = asked.unwrap_or_else(|| Duration::from_secs(1 << self.tried.min(4)));
        if self.tried >= self.retries || pause > LONGEST_PAUSE {
            return None;
        }
        self.tried += 1;
        self.state = State::Waiting;
        Some(Step::Wait(pause))
    }
}

impl Flow for Call {
    type Output = Response<Vec<u8>>;
    type Error = Error;

    fn step(&mut self, input: Input, _: &Env<'_>) -> Result<Step<Response<Vec<u8>>>, Error> {
        match (mem::replace(&mut self.state, State::Finished), input) {
            (State::Ready, Input::Start) | (State::Waiting, Input::Woken) => self.send(),
            (State::Sent, Input::Response(response)) => {
                let passing = matches!(response.status().as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
                let again = if passing { self.pause(retry_after(&response)) } else { None };
                Ok(again.unwrap_or(Step::Done(response)))
            }
            (State::Sent, Input::Failed(failure)) => {
                let again = if failure.transient { self.pause(None) } else { None };
                again.ok_or(Error::Network(failure))
            }
            (State::Finished, _) => Err(Misuse::Finished.into()),
            _ => Err(Misuse::UnexpectedInput.into()),
        }
    }
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3).
fn retry_after(response: &Response<Vec<u8>>) -> Option<Duration> {
    let value = response.headers().get(http::header::RETRY_AFTER)?;
    value.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// The members of a good answer; what was sent is taken out of the words of a refusal.
pub(crate) fn members(response: &Response<Vec<u8>>, sent: Option<&Secret>) -> Result<Object, Error> {
    let (object, _) = response::members(response)?;
    if let Some(mut refusal) = response::refused(response, &object) {
        if let Some(sent) = sent {
            refusal.scrub(sent);
        }
        return Err(Error::Refused(refusal));
    }
    if response.status() == StatusCode::OK { Ok(object) } else { Err(not_an_answer(response)) }
}

pub(crate) fn not_an_answer(response: &Response<Vec<u8>>) -> Error {
    countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() }.into()
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("purpose", &self.handling.purpose).finish_non_exhaustive()
    }
}
