use alloc::{boxed::Box, string::String, sync::Arc};
use core::fmt;

use countersign_token::{Extra, ExtraValue, TokenSet, json::Value};
use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    response::{self, ErrorCode, ErrorResponse},
};
use http::{Response, StatusCode, header::CONTENT_TYPE};

use crate::{
    Authorize, Endpoint, Error, RequestView,
    discovery::challenges,
    error::{Misuse, Unsupported},
    exchange::Exchange,
    exchange::Scrub,
};

/// The claims of the user whose access token it is (OpenID Connect Core §5.3).
///
/// A request for a DPoP-bound token whose nonce the server refuses is sent once more with the nonce it names
/// (RFC 9449 §9).
pub struct UserInfo {
    exchange: Exchange,
    authorize: Arc<dyn Authorize>,
    tokens: Box<TokenSet>,
    subject: Option<String>,
    nonce: Option<String>,
    scrub: Scrub,
    finished: bool,
}

/// What a server says of a user.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UserClaims {
    /// The user as the server numbers its users; unique and never reassigned within the issuer.
    pub subject: String,
    /// The claims, `sub` apart.
    pub claims: Extra,
}

impl UserInfo {
    /// Asks for the claims with this access token, presented in this way.
    pub fn new(endpoint: &Endpoint, authorize: impl Authorize + 'static, tokens: &TokenSet) -> Self {
        let mut scrub = Scrub::default();
        scrub.push(&tokens.access.secret);
        Self {
            exchange: Exchange::get(endpoint, Purpose::Resource),
            authorize: Arc::new(authorize),
            tokens: Box::new(tokens.clone()),
            subject: None,
            nonce: None,
            scrub,
            finished: false,
        }
    }

    /// Refuses claims of anybody but this user: the `sub` of the ID token (OpenID Connect Core §5.3.2).
    #[must_use]
    pub fn expect_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    fn advance(&mut self, input: Input, env: &Env<'_>) -> Result<Step<UserClaims>, Error> {
        match self.exchange.step(input, env)? {
            Step::Send(mut request) => {
                let mut view = RequestView::whole(&request);
                view.dpop_nonce = self.nonce.as_deref();
                self.authorize.authorize(view, Some(&self.tokens), env)?.apply(&mut request);
                Ok(Step::Send(request))
            }
            Step::Wait(pause) => Ok(Step::Wait(pause)),
            Step::Done(answer) => {
                let response = answer.response;
                if self.nonce.is_none()
                    && let Some(nonce) = crate::dpop::wanted_nonce(&response)
                {
                    self.nonce = Some(nonce);
                    self.exchange.restart();
                    return self.advance(Input::Start, env);
                }
                self.read(&response).map(Step::Done).map_err(|error| self.scrub.error(error))
            }
        }
    }

    fn read(&self, response: &Response<alloc::vec::Vec<u8>>) -> Result<UserClaims, Error> {
        if let Some(refusal) = refusal(response) {
            return Err(Error::Refused(refusal));
        }
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("application/jwt")) {
            return Err(Misuse::NotSupported(Unsupported::SignedUserInfo).into());
        }
        let (object, _) = response::members(response)?;
        if let Some(refusal) = response::refused(response, &object) {
            return Err(Error::Refused(refusal));
        }
        if response.status() != StatusCode::OK {
            return Err(countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() }.into());
        }
        let mut claims = Extra::new();
        let mut subject = None;
        for (name, value) in object {
            match (name.as_str(), value) {
                ("sub", Value::Text(text)) if !text.is_empty() => subject = Some(String::from(text.expose())),
                ("sub", _) => return Err(countersign_wire::Error::Malformed { name: "sub" }.into()),
                (_, Value::Text(text)) => claims.insert(name, ExtraValue::Text(text)),
                (_, other) => claims.insert(name, ExtraValue::Json(other.to_json())),
            }
        }
        let subject = subject.ok_or(countersign_wire::Error::Missing { name: "sub" })?;
        if self.subject.as_ref().is_some_and(|expected| *expected != subject) {
            return Err(countersign_wire::Error::Malformed { name: "sub" }.into());
        }
        Ok(UserClaims { subject, claims })
    }
}

/// The refusal of a resource, which is in `WWW-Authenticate` (RFC 6750 §3).
pub(crate) fn refusal<B>(response: &Response<B>) -> Option<ErrorResponse> {
    let status = response.status();
    if !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST) {
        return None;
    }
    let challenges = challenges(response.headers());
    let challenge = challenges.iter().find(|challenge| challenge.param("error").is_some())?;
    let mut refusal = ErrorResponse::new(ErrorCode::from_text(challenge.param("error")?))
        .with_description(challenge.param("error_description"))
        .with_uri(challenge.param("error_uri"))
        .with_detail("scope", challenge.param("scope"));
    refusal.status = Some(status.as_u16());
    Some(refusal)
}

impl Flow for UserInfo {
    type Output = UserClaims;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<UserClaims>, Error> {
        if self.finished {
            return Err(Misuse::Finished.into());
        }
        let step = self.advance(input, env);
        self.finished = matches!(step, Err(_) | Ok(Step::Done(_)));
        step
    }
}

impl fmt::Debug for UserInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserInfo").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}
