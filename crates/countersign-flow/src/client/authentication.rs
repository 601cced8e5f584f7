use alloc::vec::Vec;
use core::fmt;

use countersign_wire::{
    Params,
    flow::{Env, Flow, Handling, Input, Purpose, Step},
    form,
    header::basic,
};
use http::{HeaderValue, Request, header::AUTHORIZATION};

use super::{ClientAuthentication, ClientRegistration};
use crate::Error;

/// A flow whose token and revocation requests prove who the client is (RFC 6749 §2.3).
///
/// Each request is authenticated anew, a repeated one too. Requests of any other purpose, and those that do
/// not say their purpose, pass as they are: a secret never goes to a metadata or key endpoint.
/// The flows of this crate that take a [`ClientRegistration`] do this by themselves.
pub struct ClientAuthenticated<F> {
    flow: F,
    client: ClientRegistration,
}

impl<F> ClientAuthenticated<F> {
    /// The same conversation, led by this client.
    pub fn new(flow: F, client: ClientRegistration) -> Self {
        Self { flow, client }
    }

    /// The conversation itself, to be prepared further.
    pub(crate) fn inner_mut(&mut self) -> &mut F {
        &mut self.flow
    }
}

impl<F: Flow<Error: From<Error>>> Flow for ClientAuthenticated<F> {
    type Output = F::Output;
    type Error = F::Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<F::Output>, F::Error> {
        let mut step = self.flow.step(input, env)?;
        if let Step::Send(request) = &mut step {
            authenticate(request, &self.client)?;
        }
        Ok(step)
    }
}

fn authenticate(request: &mut Request<Vec<u8>>, client: &ClientRegistration) -> Result<(), Error> {
    let purpose = request.extensions().get().map(|handling: &Handling| handling.purpose);
    if !matches!(purpose, Some(Purpose::Token | Purpose::Revocation)) {
        return Ok(());
    }
    let id = client.id.as_str();
    match &client.authentication {
        ClientAuthentication::None => append(request, &Params::new().with("client_id", id)),
        ClientAuthentication::SecretPost(secret) => {
            append(request, &Params::new().with("client_id", id).with("client_secret", secret.clone()))
        }
        ClientAuthentication::SecretBasic(secret) => {
            let mut value = HeaderValue::from_str(basic::print(id, secret.expose()).expose())
                .map_err(|_| countersign_wire::Error::Malformed { name: "client_id" })
                .map_err(Error::from)?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
    }
    Ok(())
}

fn append(request: &mut Request<Vec<u8>>, params: &Params) {
    let body = request.body_mut();
    if !body.is_empty() {
        body.push(b'&');
    }
    body.extend_from_slice(form::print(params).as_bytes());
}

impl<F> fmt::Debug for ClientAuthenticated<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { flow: _, client } = self;
        f.debug_struct("ClientAuthenticated").field("client", client).finish_non_exhaustive()
    }
}
