use alloc::vec::Vec;

use countersign_token::{AccessToken, RefreshToken, Secret};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::{self, ErrorCode, ErrorResponse},
};
use http::{Response, StatusCode};

use crate::{
    ClientAuthenticated, ClientRegistration, Endpoint, Error,
    error::Misuse,
    exchange::{Exchange, Replay},
};

/// The revocation of tokens (RFC 7009): refresh tokens first, because their access tokens usually go along.
///
/// A server that says 503 has revoked nothing (RFC 7009 §2.2.1): that ends the conversation with an error
/// that [`is_transient`](Error::is_transient).
#[derive(Debug)]
pub struct Revocation {
    endpoint: Endpoint,
    client: ClientRegistration,
    /// Those still to be revoked, the next one last.
    tokens: Vec<(Secret, &'static str)>,
    current: Option<(Secret, ClientAuthenticated<Exchange>)>,
    outcome: Revoked,
    started: bool,
    finished: bool,
}

/// What became of the tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Revoked {
    /// How many are dead, those that were dead before among them.
    pub revoked: usize,
    /// How many the server does not revoke (`unsupported_token_type`): they live until they expire.
    pub unsupported: usize,
}

impl Revocation {
    /// The revocation of nothing so far.
    pub fn new(revocation_endpoint: &Endpoint, client: &ClientRegistration) -> Self {
        Self {
            endpoint: revocation_endpoint.clone(),
            client: client.clone(),
            tokens: Vec::new(),
            current: None,
            outcome: Revoked::default(),
            started: false,
            finished: false,
        }
    }

    /// Revokes this refresh token too.
    #[must_use]
    pub fn refresh_token(mut self, token: &RefreshToken) -> Self {
        self.tokens.push((token.secret().clone(), "refresh_token"));
        self
    }

    /// Revokes this access token too.
    #[must_use]
    pub fn access_token(mut self, token: &AccessToken) -> Self {
        self.tokens.insert(0, (token.secret.clone(), "access_token"));
        self
    }

    fn next(&mut self, env: &Env<'_>) -> Result<Step<Revoked>, Error> {
        let Some((token, hint)) = self.tokens.pop() else {
            return Ok(Step::Done(self.outcome));
        };
        let form = Params::new().with("token", token.clone()).with("token_type_hint", hint);
        let exchange = Exchange::post(&self.endpoint, Purpose::Revocation, form, Replay::UnlessSent);
        let exchange = ClientAuthenticated::new(exchange, self.client.clone());
        self.current = Some((token, exchange));
        self.advance(Input::Start, env)
    }

    fn advance(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Revoked>, Error> {
        let Some((token, exchange)) = &mut self.current else {
            return Err(Misuse::UnexpectedInput.into());
        };
        let answer = match exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        match refusal(&answer.response)? {
            None => self.outcome.revoked += 1,
            // Some servers say so of a token that is dead already.
            Some(refusal) if refusal.code == ErrorCode::InvalidToken => self.outcome.revoked += 1,
            Some(refusal) if refusal.code == ErrorCode::UnsupportedTokenType => self.outcome.unsupported += 1,
            Some(mut refusal) => {
                refusal.scrub(token);
                if let Some(secret) = self.client.authentication.secret() {
                    refusal.scrub(secret);
                }
                return Err(Error::Refused(refusal));
            }
        }
        self.next(env)
    }
}

/// What the server says against it; the body of a success does not matter (RFC 7009 §2.2).
fn refusal(response: &Response<Vec<u8>>) -> Result<Option<ErrorResponse>, Error> {
    if response.status().is_success() {
        return Ok(None);
    }
    response::members(response)
        .ok()
        .and_then(|(object, _)| response::refused(response, &object))
        // Only a 400 is an answer about the token; a gateway's error says nothing of it.
        .filter(|refusal| {
            response.status() == StatusCode::BAD_REQUEST
                || !matches!(refusal.code, ErrorCode::InvalidToken | ErrorCode::UnsupportedTokenType)
        })
        .map(Some)
        .ok_or_else(|| {
            Error::Protocol(countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() })
        })
}

impl Flow for Revocation {
    type Output = Revoked;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Revoked>, Error> {
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
