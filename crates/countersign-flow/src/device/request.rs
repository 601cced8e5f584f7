use alloc::{string::String, vec::Vec};

use countersign_token::Scopes;
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    response::DeviceResponse,
};

use super::PendingDevice;
use crate::{
    AuthorizationServer, ClientAuthenticated, ClientRegistration, Endpoint, Error,
    error::Misuse,
    exchange::Scrub,
    exchange::{Exchange, Replay},
};

/// What the grant is called at the token endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceGrantName {
    /// As RFC 8628 §3.4 calls it.
    #[default]
    Standard,
    /// As drafts before the RFC did, and some servers still do: `http://oauth.net/grant_type/device/1.0`.
    Older,
}

impl DeviceGrantName {
    /// The value of `grant_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Older => "http://oauth.net/grant_type/device/1.0",
        }
    }
}

/// A device that asks for a code for its user (RFC 8628 §3.1).
///
/// The conversation ends with what to show the user and what to poll with. It spends nothing, so it is sent
/// again after silence and after a server's passing trouble, twice at most.
#[derive(Debug)]
pub struct DeviceAuthorization {
    exchange: ClientAuthenticated<Exchange>,
    scrub: Scrub,
    token_endpoint: Endpoint,
    client: ClientRegistration,
    grant_name: DeviceGrantName,
    scopes: Scopes,
    resource: Vec<String>,
}

impl DeviceAuthorization {
    /// Asks this server on behalf of this client.
    ///
    /// # Errors
    /// [`Misuse::NoEndpoint`] when the server has no device authorization endpoint.
    pub fn new(server: &AuthorizationServer, client: &ClientRegistration) -> Result<Self, Error> {
        let endpoint = server
            .device_authorization_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint { name: "device_authorization_endpoint" })?;
        let exchange = Exchange::post(endpoint, Purpose::DeviceAuthorization, Params::new(), Replay::Freely);
        Ok(Self {
            exchange: ClientAuthenticated::new(exchange, client.clone()),
            scrub: Scrub::of(client),
            token_endpoint: server.token_endpoint.clone(),
            client: client.clone(),
            grant_name: DeviceGrantName::Standard,
            scopes: Scopes::none(),
            resource: Vec::new(),
        })
    }

    /// Asks for these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        if !self.scopes.is_empty() {
            self.exchange.inner_mut().push("scope", &alloc::string::ToString::to_string(&self.scopes));
        }
        self
    }

    /// Asks for a token for this resource too (RFC 8707); it is named again when the token is asked for.
    #[must_use]
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        let resource = resource.into();
        self.exchange.inner_mut().push("resource", &resource);
        self.resource.push(resource);
        self
    }

    /// Calls the grant by another name at the token endpoint.
    #[must_use]
    pub fn grant_name(mut self, name: DeviceGrantName) -> Self {
        self.grant_name = name;
        self
    }
}

impl Flow for DeviceAuthorization {
    type Output = PendingDevice;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<PendingDevice>, Error> {
        let answer = match self.exchange.step(input, env)? {
            Step::Send(request) => return Ok(Step::Send(request)),
            Step::Wait(pause) => return Ok(Step::Wait(pause)),
            Step::Done(answer) => answer,
        };
        let response = DeviceResponse::parse_with(&answer.response, &self.client.tolerance)
            .map_err(|error| self.scrub.error(error.into()))?;
        Ok(Step::Done(PendingDevice {
            device_code: response.device_code,
            user_code: response.user_code,
            verification_uri: response.verification_uri,
            verification_uri_complete: response.verification_uri_complete,
            // From the answer on, because from then on the user can see it.
            expires_at: env.now.plus(response.lifetime),
            interval: response.interval,
            oddities: response.oddities,
            token_endpoint: self.token_endpoint.clone(),
            client: self.client.clone(),
            grant_name: self.grant_name,
            scopes: self.scopes.clone(),
            resource: self.resource.clone(),
        }))
    }
}
