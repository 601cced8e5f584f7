use alloc::vec::Vec;
use core::fmt;

use countersign_token::Secret;
use countersign_wire::{
    Params,
    flow::{Env, Flow, Handling, Input, Purpose, Step},
    form,
    header::basic,
};
use http::{HeaderValue, Request, header::AUTHORIZATION};

use super::{ClientAssertion, ClientAuthentication, ClientRegistration};
use crate::{
    Error,
    assertion::{self, Asserting, Progress},
    error::Misuse,
};

/// A flow whose requests at the token endpoint and its siblings prove who the client is (RFC 6749 §2.3).
///
/// Each request is authenticated anew, a repeated one too, and in one way only: one that is authenticated
/// already is refused as [`Misuse::AuthenticatedTwice`]. Requests of any other purpose, and those that do not
/// say their purpose, pass as they are: a secret never goes to a metadata or key endpoint.
/// The flows of this crate that take a [`ClientRegistration`] do this by themselves.
pub struct ClientAuthenticated<F> {
    flow: F,
    client: Option<ClientRegistration>,
    asserting: Asserting,
    finished: bool,
}

impl<F> ClientAuthenticated<F> {
    /// The same conversation, led by this client.
    pub fn new(flow: F, client: ClientRegistration) -> Self {
        Self::perhaps(flow, Some(client))
    }

    /// The same conversation, led by nobody in particular when there is no client.
    pub(crate) fn perhaps(flow: F, client: Option<ClientRegistration>) -> Self {
        Self { flow, client, asserting: Asserting::default(), finished: false }
    }

    /// Lets this client lead it.
    pub(crate) fn identify(&mut self, client: ClientRegistration) {
        self.client = Some(client);
    }

    /// Lets it begin anew.
    pub(crate) fn restart(&mut self) {
        self.asserting = Asserting::default();
        self.finished = false;
    }

    /// The conversation itself, as it is.
    pub(crate) const fn inner(&self) -> &F {
        &self.flow
    }

    /// The conversation itself, to be prepared further.
    pub(crate) fn inner_mut(&mut self) -> &mut F {
        &mut self.flow
    }

    fn send<T>(&mut self, mut request: Request<Vec<u8>>, env: &Env<'_>) -> Result<Step<T>, Error> {
        let purpose = request.extensions().get().map(|handling: &Handling| handling.purpose);
        let Some(client) =
            self.client.as_ref().filter(|_| assertion::is_own(&request) && is_authenticated(purpose))
        else {
            return Ok(Step::Send(request));
        };
        let params = core::str::from_utf8(request.body()).ok().and_then(|text| form::parse(text).ok());
        let in_form = |name| params.as_ref().is_some_and(|params| params.first(name).is_some());
        // A pushed authorization request names its client among what it asks for (RFC 9126 §2.1).
        let names_client = in_form("client_id") && purpose != Some(Purpose::PushedAuthorization);
        let proves_client = request.headers().contains_key(AUTHORIZATION)
            || in_form("client_secret")
            || in_form("client_assertion");
        if names_client || proves_client {
            return Err(Misuse::AuthenticatedTwice.into());
        }
        let mut more = Params::new();
        if !in_form("client_id") {
            more.push("client_id", client.id.as_str());
        }
        match &client.authentication {
            ClientAuthentication::None => append(&mut request, &more),
            ClientAuthentication::SecretPost(secret) => {
                append(&mut request, &more.with("client_secret", secret.clone()));
            }
            ClientAuthentication::SecretBasic(secret) => {
                show(&mut request, &basic::print(client.id.as_str(), secret.expose()))?;
            }
            ClientAuthentication::SecretBasicUnencoded(secret) => {
                show(&mut request, &basic::print_unencoded(client.id.as_str(), secret.expose()))?;
            }
            ClientAuthentication::Assertion(assertion) => {
                append(&mut request, &more);
                let source = assertion.source().ok_or(Misuse::AuthenticationMethod)?;
                return Ok(asserted(self.asserting.begin(request, source, env)?));
            }
        }
        Ok(Step::Send(request))
    }
}

/// Whether requests of this purpose prove who the client is.
const fn is_authenticated(purpose: Option<Purpose>) -> bool {
    matches!(
        purpose,
        Some(
            Purpose::Token
                | Purpose::Revocation
                | Purpose::Introspection
                | Purpose::PushedAuthorization
                | Purpose::DeviceAuthorization
        )
    )
}

fn show(request: &mut Request<Vec<u8>>, value: &Secret) -> Result<(), Error> {
    let mut value = HeaderValue::from_str(value.expose())
        .map_err(|_| countersign_wire::Error::Malformed { name: "client_id" })?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

fn asserted<T>(progress: Progress<T>) -> Step<T> {
    match progress {
        Progress::Step(step) => step,
        Progress::Made(mut request, assertion) => {
            append(
                &mut request,
                &Params::new()
                    .with("client_assertion_type", ClientAssertion::TYPE)
                    .with("client_assertion", assertion),
            );
            Step::Send(request)
        }
    }
}

impl<F: Flow<Error: From<Error>>> Flow for ClientAuthenticated<F> {
    type Output = F::Output;
    type Error = F::Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<F::Output>, F::Error> {
        if self.finished {
            return Err(Error::from(Misuse::Finished).into());
        }
        let step = if self.asserting.is_under_way() {
            self.asserting.step(input, env).map(asserted)
        } else {
            match self.flow.step(input, env)? {
                Step::Send(request) => self.send(request, env),
                step => Ok(step),
            }
        };
        self.finished = step.is_err();
        Ok(step?)
    }
}

/// Adds to a form.
pub(crate) fn append(request: &mut Request<Vec<u8>>, params: &Params) {
    if params.is_empty() {
        return;
    }
    let body = request.body_mut();
    if !body.is_empty() {
        body.push(b'&');
    }
    body.extend_from_slice(form::print(params).as_bytes());
}

impl<F> fmt::Debug for ClientAuthenticated<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow: _, client, asserting: _, finished: _ } = self;
        f.debug_struct("ClientAuthenticated").field("client", client).finish_non_exhaustive()
    }
}
