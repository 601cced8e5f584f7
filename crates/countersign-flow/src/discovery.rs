use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    metadata::{self, ServerMetadata},
};
use http::{Response, StatusCode};

use crate::{
    Endpoint, Error,
    error::{Attempt, EndpointProblem, Misuse},
    exchange::Exchange,
};

/// The search for an issuer's metadata (RFC 8414 §3, OpenID Connect Discovery §4).
///
/// The well-known addresses are tried in order. One that is not there, that holds something else or that
/// names another issuer is passed by; an outage ends the search, because another document must not take the
/// place of one that cannot be had at the moment.
#[derive(Debug)]
pub struct Discovery {
    issuer: String,
    /// Those still to be tried, the next one last.
    urls: Vec<Endpoint>,
    current: Option<(String, Exchange)>,
    attempts: Vec<Attempt>,
    started: bool,
    finished: bool,
}

impl Discovery {
    /// The search for this issuer's metadata.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the issuer is not an `https` (or loopback `http`) URI without query and
    /// fragment (RFC 8414 §2).
    pub fn new(issuer: &str) -> Result<Self, Error> {
        Endpoint::new("issuer", issuer)?;
        if issuer.contains('?') {
            return Err(Error::Endpoint { name: "issuer", problem: EndpointProblem::Query });
        }
        let mut urls = metadata::well_known(issuer)
            .iter()
            .map(|url| Endpoint::new("issuer", url))
            .collect::<Result<Vec<_>, _>>()?;
        urls.reverse();
        Ok(Self {
            issuer: issuer.to_string(),
            urls,
            current: None,
            attempts: Vec::new(),
            started: false,
            finished: false,
        })
    }

    fn next(&mut self, env: &Env<'_>) -> Result<Step<ServerMetadata>, Error> {
        let Some(url) = self.urls.pop() else {
            return Err(Error::Undiscovered { attempts: core::mem::take(&mut self.attempts) });
        };
        self.current = Some((url.as_str().to_string(), Exchange::get(&url, Purpose::Metadata)));
        self.advance(Input::Start, env)
    }

    fn advance(&mut self, input: Input, env: &Env<'_>) -> Result<Step<ServerMetadata>, Error> {
        let Some((url, exchange)) = &mut self.current else {
            return Err(Misuse::UnexpectedInput.into());
        };
        let answer = match exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let url = core::mem::take(url);
        match self.read(&answer.response)? {
            Ok(metadata) => Ok(Step::Done(metadata)),
            Err(problem) => {
                self.attempts.push(Attempt { url, status: answer.response.status().as_u16(), problem });
                self.next(env)
            }
        }
    }

    /// The document, or why it is passed by, or why the search ends.
    fn read(
        &self,
        response: &Response<Vec<u8>>,
    ) -> Result<Result<ServerMetadata, Option<countersign_wire::Error>>, Error> {
        let status = response.status();
        let outage = status.is_server_error()
            || status == StatusCode::REQUEST_TIMEOUT
            || status == StatusCode::TOO_MANY_REQUESTS;
        if outage {
            return Err(Error::Protocol(countersign_wire::Error::NotAnAnswer { status: status.as_u16() }));
        }
        if status != StatusCode::OK {
            return Ok(Err(None));
        }
        Ok(ServerMetadata::parse(response, &self.issuer).map_err(Some))
    }
}

impl Flow for Discovery {
    type Output = ServerMetadata;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<ServerMetadata>, Error> {
        if self.finished {
            return Err(Misuse::Finished.into());
        }
        let step = match (self.started, input) {
            (false, Input::Start) => {
                self.started = true;
                self.next(env)
            }
            (false, _) => Err(Misuse::UnexpectedInput.into()),
            (true, input) => self.advance(input, env),
        };
        self.finished = matches!(step, Err(_) | Ok(Step::Done(_)));
        step
    }
}
