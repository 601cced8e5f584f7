use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_wire::flow::{Env, Flow, Input, Purpose, Step};
use http::{Response, StatusCode};

use crate::{
    Endpoint, Error,
    error::{Attempt, Misuse},
    exchange::Exchange,
};

/// A document that is looked for at one address after another.
///
/// One that is not there or cannot be used is passed by; an outage ends the search, because another document
/// must not take the place of one that cannot be had at the moment.
#[derive(Debug)]
pub(crate) struct Search {
    /// Those still to be tried, the next one last.
    urls: Vec<Endpoint>,
    current: Option<(String, Exchange)>,
    attempts: Vec<Attempt>,
    started: bool,
    finished: bool,
}

impl Search {
    /// The search at these addresses, in order.
    pub(crate) fn new(mut urls: Vec<Endpoint>) -> Self {
        urls.reverse();
        Self { urls, current: None, attempts: Vec::new(), started: false, finished: false }
    }

    /// Goes on; `read` takes the document out of an answer with status 200.
    pub(crate) fn step<T>(
        &mut self,
        input: Input,
        env: &Env<'_>,
        read: impl Fn(&Response<Vec<u8>>) -> Result<T, countersign_wire::Error>,
    ) -> Result<Step<T>, Error> {
        if self.finished {
            return Err(Misuse::Finished.into());
        }
        let step = match (self.started, input) {
            (false, Input::Start) => {
                self.started = true;
                self.next(env, &read)
            }
            (false, _) => Err(Misuse::UnexpectedInput.into()),
            (true, input) => self.advance(input, env, &read),
        };
        self.finished = matches!(step, Err(_) | Ok(Step::Done(_)));
        step
    }

    fn next<T>(
        &mut self,
        env: &Env<'_>,
        read: &impl Fn(&Response<Vec<u8>>) -> Result<T, countersign_wire::Error>,
    ) -> Result<Step<T>, Error> {
        let Some(url) = self.urls.pop() else {
            return Err(Error::Undiscovered { attempts: core::mem::take(&mut self.attempts) });
        };
        self.current = Some((url.as_str().to_string(), Exchange::get(&url, Purpose::Metadata)));
        self.advance(Input::Start, env, read)
    }

    fn advance<T>(
        &mut self,
        input: Input,
        env: &Env<'_>,
        read: &impl Fn(&Response<Vec<u8>>) -> Result<T, countersign_wire::Error>,
    ) -> Result<Step<T>, Error> {
        let Some((url, exchange)) = &mut self.current else {
            return Err(Misuse::UnexpectedInput.into());
        };
        let answer = match exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let url = core::mem::take(url);
        let status = answer.response.status();
        if is_outage(status) {
            return Err(Error::Protocol(countersign_wire::Error::NotAnAnswer { status: status.as_u16() }));
        }
        let problem = if status == StatusCode::OK {
            match read(&answer.response) {
                Ok(document) => return Ok(Step::Done(document)),
                Err(problem) => Some(problem),
            }
        } else {
            None
        };
        self.attempts.push(Attempt { url, status: status.as_u16(), problem });
        self.next(env, read)
    }
}

/// Whether a server cannot say at the moment whether it has the document.
fn is_outage(status: StatusCode) -> bool {
    status.is_server_error()
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
}
