//! ID tokens (OpenID Connect Core §2, §3.1.3.7): who the user is, verified, beside the access token.
//!
//! A token that was granted is never lost over an ID token: [`IdTokenCheck`] ends with both facts, the tokens
//! and what became of the identity, whatever happens.

use alloc::{string::String, vec::Vec};
use core::fmt;

use countersign_jwt::{Answer, ClaimFault, Claims, KeyCache, Verified};
use countersign_token::{Secret, json::Value};
use countersign_wire::flow::{Env, Flow, Input, Purpose, Step};
use http::{Response, StatusCode};

use crate::{Endpoint, Error, Redeemed, error::Misuse, exchange::Exchange};

mod hash;
mod rules;

pub use hash::left_half;
pub use rules::IdTokenRules;

/// Verifies the ID token that came with an access token.
///
/// The keys are the state that outlives it: they are handed in, renewed when they must be, and handed back.
/// They are fetched once at most; a key set that cannot be reached is reported, and keys that are known go on.
#[derive(Debug)]
pub struct IdTokenCheck {
    /// Until they are handed back.
    held: Option<(Redeemed, KeyCache)>,
    rules: IdTokenRules,
    jwks_uri: Option<Endpoint>,
    state: State,
}

#[derive(Debug)]
enum State {
    Ready,
    Fetching(Exchange),
    Finished,
}

/// Tokens, and what became of the identity that came with them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Identified {
    /// The tokens, as they were.
    pub redeemed: Redeemed,
    /// The server's keys, for the next time.
    pub keys: KeyCache,
    /// Who the user is, or why that is not known.
    pub identity: Result<Identity, IdTokenProblem>,
}

/// Who a user is, by a server whose word was verified.
#[derive(Clone)]
#[non_exhaustive]
pub struct Identity {
    /// The issuer, as the ID token names it.
    pub issuer: String,
    /// The user as the issuer numbers its users; unique and never reassigned within the issuer.
    pub subject: String,
    /// All of the claims.
    pub claims: Claims,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuer, subject, claims: _ } = self;
        f.debug_struct("Identity").field("issuer", issuer).field("subject", subject).finish_non_exhaustive()
    }
}

/// Why it is not known who the user is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdTokenProblem {
    /// There is no ID token: `openid` was not granted, or a refresh came without.
    Absent,
    /// The server does not say where its keys are.
    NoKeys,
    /// The server's keys could not be had.
    Keys(Error),
    /// The ID token is not what it must be.
    Token(countersign_jwt::Error),
}

impl fmt::Display for IdTokenProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there is no ID token"),
            Self::NoKeys => f.write_str("the server does not say where its keys are"),
            Self::Keys(error) => write!(f, "the server's keys could not be had: {error}"),
            Self::Token(error) => write!(f, "the ID token is not accepted: {error}"),
        }
    }
}

impl core::error::Error for IdTokenProblem {}

impl IdTokenCheck {
    /// Verifies what came with these tokens by these rules, with the keys that are at `jwks_uri`.
    pub fn new(redeemed: Redeemed, rules: IdTokenRules, jwks_uri: Option<&Endpoint>, keys: KeyCache) -> Self {
        Self { held: Some((redeemed, keys)), rules, jwks_uri: jwks_uri.cloned(), state: State::Ready }
    }

    fn end(&mut self, identity: Result<Identity, IdTokenProblem>) -> Result<Step<Identified>, Error> {
        self.state = State::Finished;
        let (redeemed, keys) = self.held.take().ok_or(Misuse::Finished)?;
        Ok(Step::Done(Identified { redeemed, keys, identity }))
    }

    /// Looks at the ID token with the keys at hand; `unreachable` is why there are no newer ones.
    fn look(
        &mut self,
        unreachable: Option<&Error>,
        env: &Env<'_>,
    ) -> Option<Result<Identity, IdTokenProblem>> {
        let (redeemed, keys) = self.held.as_mut()?;
        let Some(token) = &redeemed.tokens.id_token else {
            return Some(Err(IdTokenProblem::Absent));
        };
        let token = token.secret().expose();
        match (keys.verify(token, &self.rules.expected(), env.now), unreachable) {
            (Ok(Answer::Verified(verified)), _) => {
                Some(identity(verified, &self.rules, &redeemed.tokens.access.secret, env))
            }
            (Ok(Answer::Fetch), None) => None,
            (
                Ok(Answer::Fetch)
                | Err(countersign_jwt::Error::KeysUnavailable | countersign_jwt::Error::UnknownKey),
                Some(error),
            ) => Some(Err(IdTokenProblem::Keys(error.clone()))),
            (Err(error), _) => Some(Err(IdTokenProblem::Token(error))),
        }
    }

    fn fetch(
        &mut self,
        mut exchange: Exchange,
        input: Input,
        env: &Env<'_>,
    ) -> Result<Step<Identified>, Error> {
        let unreachable = match exchange.step(input, env) {
            Ok(Step::Send(request)) => {
                self.state = State::Fetching(exchange);
                return Ok(Step::Send(request));
            }
            Ok(Step::Wait(pause)) => {
                self.state = State::Fetching(exchange);
                return Ok(Step::Wait(pause));
            }
            Ok(Step::Done(answer)) => self.store(&answer.response, env).err(),
            Err(error @ Error::Misuse(_)) => return Err(error),
            Err(error) => Some(error),
        };
        let unknown = Error::Protocol(countersign_wire::Error::Malformed { name: "kid" });
        let identity = match (self.look(unreachable.as_ref(), env), unreachable) {
            (Some(identity), _) => identity,
            // Asked for again right after they came: it is not for the caller to go round and round.
            (None, unreachable) => Err(IdTokenProblem::Keys(unreachable.unwrap_or(unknown))),
        };
        self.end(identity)
    }

    fn store(&mut self, response: &Response<Vec<u8>>, env: &Env<'_>) -> Result<(), Error> {
        if response.status() != StatusCode::OK {
            let status = response.status().as_u16();
            return Err(countersign_wire::Error::NotAnAnswer { status }.into());
        }
        let Some((_, keys)) = &mut self.held else {
            return Ok(());
        };
        keys.store(response.body(), response.headers(), env.now)
            .map_err(|_| countersign_wire::Error::Malformed { name: "keys" }.into())
    }
}

/// What the signature does not say: the hashes, the time of the login, and an issuer that has a form only.
fn identity(
    verified: Verified,
    rules: &IdTokenRules,
    access_token: &Secret,
    env: &Env<'_>,
) -> Result<Identity, IdTokenProblem> {
    let refuse = |name, fault| Err(IdTokenProblem::Token(countersign_jwt::Error::Claim { name, fault }));
    let text = |name| verified.claims().text(name);
    let (Some(issuer), Some(subject)) = (text("iss"), text("sub").filter(|subject| !subject.is_empty()))
    else {
        return refuse("sub", ClaimFault::Missing);
    };
    if !rules.accepts_issuer(issuer, text("tid")) {
        return refuse("iss", ClaimFault::Mismatch);
    }
    if rules.subject().is_some_and(|expected| expected != subject) {
        return refuse("sub", ClaimFault::Mismatch);
    }
    for (name, value) in [("at_hash", Some(access_token)), ("c_hash", rules.code())] {
        if let (Some(claimed), Some(value)) = (verified.claims().get(name), value) {
            let own = left_half(verified.algorithm(), value);
            if claimed.as_text() != Some(own.as_str()) {
                return refuse(name, ClaimFault::Mismatch);
            }
        }
    }
    if let Some(age) = rules.oldest_login() {
        let at = match verified.claims().get("auth_time") {
            Some(Value::Integer(seconds)) => i64::try_from(*seconds).ok(),
            _ => None,
        };
        let Some(at) = at else {
            return refuse("auth_time", ClaimFault::Missing);
        };
        if env.now.since(countersign_token::Timestamp::from_unix(at)) > age {
            return refuse("auth_time", ClaimFault::TooLong);
        }
    }
    Ok(Identity { issuer: issuer.into(), subject: subject.into(), claims: verified.into_claims() })
}

impl Flow for IdTokenCheck {
    type Output = Identified;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Identified>, Error> {
        match (core::mem::replace(&mut self.state, State::Finished), input) {
            (State::Ready, Input::Start) => match (self.look(None, env), self.jwks_uri.clone()) {
                (Some(identity), _) => self.end(identity),
                (None, None) => self.end(Err(IdTokenProblem::NoKeys)),
                (None, Some(uri)) => self.fetch(Exchange::get(&uri, Purpose::Keys), Input::Start, env),
            },
            (State::Fetching(exchange), input) => self.fetch(exchange, input, env),
            (State::Finished, _) => Err(Misuse::Finished.into()),
            (State::Ready, _) => Err(Misuse::UnexpectedInput.into()),
        }
    }
}
