use alloc::{boxed::Box, string::String, sync::Arc};
use core::fmt;

use countersign_token::{Expiry, IdToken, Key, Scopes, Secret, TokenSet};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Step},
    response::{self, Oddity, Tolerance},
};

use crate::{
    ClientRegistration, Endpoint, Error, Redeemed,
    assertion::{self, Asserting, AssertionSource, Progress},
    client::append,
    error::Misuse,
    exchange::{Answer, Replay},
    grant::Grant,
    source::Mapped,
    source::{BoxFlow, Source},
};

/// The value of `grant_type` (RFC 7523 §2.1).
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The JWT bearer grant (RFC 7523 §2.1): a token for a signed statement, without a person and without a login.
///
/// Each request carries an assertion of its own, made by an [`AssertionSource`]. It spends nothing, so it is
/// sent again after silence and after a server's passing trouble, twice at most. No refresh token is kept
/// even if one is sent: the next token takes another assertion (RFC 7521 §4.1).
/// The client authenticates only if [`client`](Self::client) says so (RFC 7521 §4.1).
#[derive(Debug)]
pub struct JwtBearerGrant(Asserted);

impl JwtBearerGrant {
    /// Asks for a token of these scopes for an assertion; none leaves them to the assertion or the server.
    pub fn new(
        token_endpoint: &Endpoint,
        assertions: impl AssertionSource + 'static,
        scopes: impl Into<Scopes>,
    ) -> Self {
        let mut grant = Grant::anonymous(token_endpoint, GRANT_TYPE, Replay::Freely);
        grant.request_scopes(scopes.into());
        Self(Asserted {
            grant,
            assertions: Arc::new(assertions),
            asserting: Asserting::default(),
            last: None,
            finished: false,
        })
    }

    /// Proves also who the client is.
    #[must_use]
    pub fn client(mut self, client: &ClientRegistration) -> Self {
        self.0.grant.identify(client);
        self
    }

    /// Asks for a token for these resources (RFC 8707 §2.2).
    #[must_use]
    pub fn resource<'a>(mut self, resource: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.grant.push_resource(resource);
        self
    }

    /// Reads the answer in this way, where there is no client that says how.
    #[must_use]
    pub fn tolerance(mut self, tolerance: &Tolerance) -> Self {
        self.0.grant.tolerate(tolerance);
        self
    }

    /// Adds a parameter of the server's own.
    ///
    /// # Errors
    /// [`Misuse::Parameter`] for one that is the protocol's or is there already.
    pub fn param(mut self, name: &str, value: &str) -> Result<Self, Error> {
        self.0.grant.push_extra(name, value)?;
        Ok(self)
    }

    /// Expects an ID token and nothing else, as Google answers an assertion that names a `target_audience`.
    pub fn for_id_token(self) -> JwtBearerIdToken {
        JwtBearerIdToken(self.0)
    }
}

impl Flow for JwtBearerGrant {
    type Output = Redeemed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Redeemed>, Error> {
        let answer = match self.0.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let mut redeemed = self.0.scrubbed(self.0.grant.read(answer))?;
        redeemed.tokens.refresh = None;
        Ok(Step::Done(redeemed))
    }
}

/// The JWT bearer grant when an ID token is all that is asked for.
#[derive(Debug)]
pub struct JwtBearerIdToken(Asserted);

/// An ID token that came without an access token, not verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedIdToken {
    /// The ID token.
    pub id_token: IdToken,
    /// When it stops being good, as far as the answer says; the token itself says it in `exp`.
    pub expires: Expiry,
    /// What was odd about the server's answer.
    pub oddities: alloc::vec::Vec<Oddity>,
}

impl Flow for JwtBearerIdToken {
    type Output = IssuedIdToken;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<IssuedIdToken>, Error> {
        let answer = match self.0.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let Answer { response, requested_at } = answer;
        let read = response::IdTokenResponse::parse(&response).map_err(Error::from);
        let response::IdTokenResponse { id_token, lifetime, oddities, .. } = self.0.scrubbed(read)?;
        Ok(Step::Done(IssuedIdToken { id_token, expires: lifetime.from_request(requested_at), oddities }))
    }
}

/// A grant whose requests wait for their assertions.
struct Asserted {
    grant: Grant,
    assertions: Arc<dyn AssertionSource>,
    asserting: Asserting,
    /// The assertion that was sent last, which must not be repeated to anybody.
    last: Option<Secret>,
    finished: bool,
}

impl Asserted {
    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        if self.finished {
            return Err(Misuse::Finished.into());
        }
        let progress = if self.asserting.is_under_way() {
            self.asserting.step(input, env)
        } else {
            match self.grant.exchange(input, env) {
                // What the client's own assertion takes passes by; only the grant's request waits for this one.
                Ok(Step::Send(request)) if assertion::is_own(&request) => {
                    self.asserting.begin(request, &self.assertions, env)
                }
                step => step.map(Progress::Step),
            }
        };
        let step = progress.map(|progress| match progress {
            Progress::Step(step) => step,
            Progress::Made(mut request, assertion) => {
                append(&mut request, &Params::new().with("assertion", assertion.clone()));
                self.last = Some(assertion);
                Step::Send(request)
            }
        });
        self.finished = matches!(step, Err(_) | Ok(Step::Done(_)));
        step
    }

    fn scrubbed<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| match (error, &self.last) {
            (Error::Refused(mut refusal), Some(assertion)) => {
                refusal.scrub(assertion);
                Error::Refused(refusal)
            }
            (error, _) => error,
        })
    }
}

impl fmt::Debug for Asserted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { grant, assertions: _, asserting: _, last: _, finished: _ } = self;
        grant.fmt(f)
    }
}

/// Fresh tokens for a signed statement (RFC 7523 §2.1).
#[derive(Clone)]
pub struct JwtBearerSource {
    key: Key,
    token_endpoint: Endpoint,
    assertions: Arc<dyn AssertionSource>,
    client: Option<ClientRegistration>,
}

impl JwtBearerSource {
    /// A source of tokens of these scopes for `subject`; its key names the scopes, because each request is its
    /// own grant.
    ///
    /// The subject is whom the assertions speak of: two sources with different subjects must not share a key,
    /// or one would be handed the other's token.
    pub fn new(
        issuer: &str,
        token_endpoint: Endpoint,
        subject: &str,
        assertions: impl AssertionSource + 'static,
        scopes: impl Into<Scopes>,
    ) -> Self {
        let key = Key::new(issuer, subject, subject).with_scopes(scopes.into());
        Self { key, token_endpoint, assertions: Arc::new(assertions), client: None }
    }

    /// The same source with a client that authenticates too, which its key then names.
    #[must_use]
    pub fn with_client(mut self, client: ClientRegistration) -> Self {
        self.key.client = String::from(client.id.as_str());
        self.client = Some(client);
        self
    }
}

impl Source for JwtBearerSource {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let scopes = self.key.scopes.clone().unwrap_or_default();
        let mut grant = JwtBearerGrant::new(&self.token_endpoint, Arc::clone(&self.assertions), scopes)
            .resource(self.key.resource.iter().map(String::as_str));
        if let Some(client) = &self.client {
            grant = grant.client(client);
        }
        Ok(Box::new(Mapped::new(grant, |redeemed| redeemed.tokens)))
    }
}

impl fmt::Debug for JwtBearerSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, token_endpoint, assertions: _, client } = self;
        f.debug_struct("JwtBearerSource")
            .field("key", key)
            .field("token_endpoint", token_endpoint)
            .field("client", client)
            .finish_non_exhaustive()
    }
}
