use core::fmt;

use countersign_token::{Secret, Timestamp};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    form,
    response::PushedResponse,
};

use super::PendingAuthorization;
use crate::{
    ClientAuthenticated, Endpoint, Error,
    error::Misuse,
    exchange::Scrub,
    exchange::{Exchange, Replay},
};

/// An authorization request on its way to the server before the user is (RFC 9126).
///
/// The server learns from the client itself what is asked for, and the address the user visits says nothing
/// of it. It spends nothing, so it is sent again after silence and after a server's passing trouble, twice at
/// most.
pub struct PushedAuthorization {
    exchange: ClientAuthenticated<Exchange>,
    scrub: Scrub,
    authorization_endpoint: Endpoint,
    /// Until it is handed over.
    pending: Option<PendingAuthorization>,
}

/// A pushed authorization request: where to send the user, and what to remember until the answer comes.
#[derive(Clone)]
#[non_exhaustive]
pub struct Pushed {
    /// Where to send the user.
    pub url: alloc::string::String,
    /// The login whose answer is awaited.
    pub pending: PendingAuthorization,
    /// When it is too late to send the user; push the request again then.
    pub expires_at: Timestamp,
}

impl PushedAuthorization {
    pub(super) fn new(
        endpoint: &Endpoint,
        authorization_endpoint: &Endpoint,
        params: Params,
        pending: PendingAuthorization,
    ) -> Self {
        let client = pending.client.clone();
        let mut scrub = Scrub::of(&client);
        scrub.push(&pending.state);
        let exchange = Exchange::post(endpoint, Purpose::PushedAuthorization, params, Replay::Freely);
        Self {
            exchange: ClientAuthenticated::new(exchange, client),
            scrub,
            authorization_endpoint: authorization_endpoint.clone(),
            pending: Some(pending),
        }
    }
}

impl Flow for PushedAuthorization {
    type Output = Pushed;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Pushed>, Error> {
        let answer = match self.exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let pending = self.pending.take().ok_or(Misuse::Finished)?;
        let PushedResponse { request_uri, lifetime, .. } =
            PushedResponse::parse_with(&answer.response, &pending.client.tolerance)
                .map_err(|error| self.scrub.error(error.into()))?;
        let params: [(&str, Secret); 2] =
            [("client_id", pending.client.id.as_str().into()), ("request_uri", request_uri)];
        let url = form::append_to_query(self.authorization_endpoint.as_str(), &params.into_iter().collect());
        Ok(Step::Done(Pushed { url, pending, expires_at: answer.requested_at.plus(lifetime) }))
    }
}

impl fmt::Debug for PushedAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exchange: _, scrub: _, authorization_endpoint, pending: _ } = self;
        f.debug_struct("PushedAuthorization")
            .field("authorization_endpoint", authorization_endpoint)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Pushed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address stands for the whole request until it is used.
        let Self { url: _, pending, expires_at } = self;
        f.debug_struct("Pushed")
            .field("pending", pending)
            .field("expires_at", expires_at)
            .finish_non_exhaustive()
    }
}
