use alloc::boxed::Box;

use countersign_token::{AccessToken, RefreshToken, Secret};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::IntrospectionResponse,
};

use crate::{
    ClientAuthenticated, ClientRegistration, Endpoint, Error,
    exchange::Scrub,
    exchange::{Exchange, Replay},
};

/// A look into a token (RFC 7662): the server that issued it says what it is good for.
///
/// What cannot be understood is an error and never a yes. It spends nothing, so it is sent again after silence
/// and after a server's passing trouble, twice at most.
#[derive(Debug)]
pub struct Introspection {
    exchange: ClientAuthenticated<Exchange>,
    scrub: Scrub,
}

/// What became of a look into a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Introspected {
    /// The token is good. For whom (`aud`), from whom (`iss`) and for what (`scope`) is for the asker to
    /// check: the server does not know who asks for what.
    Active(Box<IntrospectionResponse>),
    /// The token is unknown, over, revoked, not good yet, or not for the asker to know of.
    Inactive,
}

impl Introspection {
    /// Looks into an access token.
    pub fn access_token(endpoint: &Endpoint, client: &ClientRegistration, token: &AccessToken) -> Self {
        Self::new(endpoint, client, &token.secret, Some("access_token"))
    }

    /// Looks into a refresh token.
    pub fn refresh_token(endpoint: &Endpoint, client: &ClientRegistration, token: &RefreshToken) -> Self {
        Self::new(endpoint, client, token.secret(), Some("refresh_token"))
    }

    /// Looks into a token with a hint at what it is, which a server may ignore (RFC 7662 §2.1).
    pub fn new(endpoint: &Endpoint, client: &ClientRegistration, token: &Secret, hint: Option<&str>) -> Self {
        let mut form = Params::new().with("token", token.clone());
        if let Some(hint) = hint {
            form.push("token_type_hint", hint);
        }
        let mut scrub = Scrub::of(client);
        scrub.push(token);
        let exchange = Exchange::post(endpoint, Purpose::Introspection, form, Replay::Freely);
        Self { exchange: ClientAuthenticated::new(exchange, client.clone()), scrub }
    }
}

impl Flow for Introspection {
    type Output = Introspected;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Introspected>, Error> {
        let answer = match self.exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let token =
            IntrospectionResponse::parse(&answer.response).map_err(|error| self.scrub.error(error.into()))?;
        Ok(Step::Done(if token.is_active(env.now) {
            Introspected::Active(Box::new(token))
        } else {
            Introspected::Inactive
        }))
    }
}
