//! A program that acts for a user at servers nobody told it about: the authorization of the Model Context
//! Protocol (revision 2026-07-28), as one sequence.
//!
//! ```text
//! 401 + WWW-Authenticate ──AgentDiscovery (a Flow)──► AgentServer
//!     AgentServer::identify ──► a ClientRegistration, or a Registration (a Flow) that makes one
//!     AgentServer::request  ──► AuthorizationRequest: begin or push, callback, redeem, as for any login
//! 403 insufficient_scope   ──AgentServer::step_up──► the same with more scopes, request again
//! 401 with a token         ──► Refresh once (with the resource), then request again
//! ```
//!
//! - Resource metadata (RFC 9728), where the challenge says or at its well-known addresses; then the metadata of
//!   one of its authorization servers (RFC 8414, OpenID Connect Discovery), whose issuer is exact.
//! - PKCE must be named by the server; a server that does not say is refused.
//! - The client is known to the server already, or by the address of a document about it, or registers
//!   (RFC 7591), or the user is asked; registrations and tokens are kept by issuer.
//! - The resource is named in every request (RFC 8707), whether or not the server minds.
//! - Scopes are those of the challenge, else those of the resource, else none; `offline_access` is added where
//!   the server names it.
//!
//! # Security
//! The resource chooses the server the user is sent to: let the caller's policy look at the issuer
//! ([`AgentDiscovery::accepting`]), and the user at its host. A token goes to its resource and nowhere else.

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use countersign_token::Scopes;
use countersign_wire::{
    flow::{Env, Flow, Input, Step},
    metadata::ResourceMetadata,
    response::{ErrorCode, ErrorResponse},
};
use http::HeaderMap;

use crate::{
    AuthorizationServer, Discovery, Error, ResourceDiscovery,
    discovery::challenges,
    error::{EndpointProblem, Misuse},
};

mod identity;

pub use identity::{AgentIdentity, AgentRegistration};

/// How often more scopes are asked for at most, before the resource's refusal is taken as final.
const STEP_UPS: u32 = 2;

/// Whether a server may be used, by its issuer.
type Policy = Box<dyn Fn(&str) -> bool + Send>;

/// From a resource that wants a token to the server that issues it.
pub struct AgentDiscovery {
    resource: String,
    challenged: Option<Scopes>,
    policy: Policy,
    state: State,
}

enum State {
    Resource(ResourceDiscovery),
    Server { metadata: ResourceMetadata, issuers: Vec<String>, discovery: Discovery },
    Finished,
}

impl AgentDiscovery {
    /// Begins with what the resource answered to a request without a token.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the resource, or the address of its metadata, must not be used.
    pub fn new(resource: &str, headers: &HeaderMap) -> Result<Self, Error> {
        Ok(Self {
            resource: resource.to_string(),
            challenged: scope(headers),
            policy: Box::new(|_| true),
            state: State::Resource(ResourceDiscovery::challenged(resource, headers)?),
        })
    }

    /// Uses a server only if this says so of its issuer.
    #[must_use]
    pub fn accepting(mut self, policy: impl Fn(&str) -> bool + Send + 'static) -> Self {
        self.policy = Box::new(policy);
        self
    }

    /// Takes resource metadata too that names a parent of the resource.
    #[must_use]
    pub fn or_parent(mut self) -> Self {
        if let State::Resource(discovery) = self.state {
            self.state = State::Resource(discovery.or_parent());
        }
        self
    }

    fn advance(&mut self, state: State, input: Input, env: &Env<'_>) -> Result<Step<AgentServer>, Error> {
        match state {
            State::Resource(mut discovery) => match discovery.step(input, env)? {
                Step::Send(request) => {
                    self.state = State::Resource(discovery);
                    Ok(Step::Send(request))
                }
                Step::Wait(pause) => {
                    self.state = State::Resource(discovery);
                    Ok(Step::Wait(pause))
                }
                Step::Done(metadata) => {
                    let mut issuers: Vec<String> = metadata
                        .authorization_servers
                        .iter()
                        .filter(|issuer| (self.policy)(issuer))
                        .cloned()
                        .collect();
                    issuers.reverse();
                    let missing = countersign_wire::Error::Missing { name: "authorization_servers" };
                    self.next_server(metadata, issuers, missing.into(), env)
                }
            },
            State::Server { metadata, issuers, mut discovery } => match discovery.step(input, env) {
                Ok(Step::Send(request)) => {
                    self.state = State::Server { metadata, issuers, discovery };
                    Ok(Step::Send(request))
                }
                Ok(Step::Wait(pause)) => {
                    self.state = State::Server { metadata, issuers, discovery };
                    Ok(Step::Wait(pause))
                }
                Ok(Step::Done(document)) => {
                    let server = AuthorizationServer::from_metadata(&document)?;
                    self.found(metadata, server).map(Step::Done)
                }
                Err(error @ Error::Undiscovered { .. }) => self.next_server(metadata, issuers, error, env),
                Err(error) => Err(error),
            },
            State::Finished => Err(Misuse::Finished.into()),
        }
    }

    fn next_server(
        &mut self,
        metadata: ResourceMetadata,
        mut issuers: Vec<String>,
        failed: Error,
        env: &Env<'_>,
    ) -> Result<Step<AgentServer>, Error> {
        let issuer = issuers.pop().ok_or(failed)?;
        let discovery = Discovery::new(&issuer)?;
        self.advance(State::Server { metadata, issuers, discovery }, Input::Start, env)
    }

    fn found(&self, metadata: ResourceMetadata, server: AuthorizationServer) -> Result<AgentServer, Error> {
        let name = "code_challenge_methods_supported";
        if !server.code_challenge_methods.iter().any(|method| method == "S256") {
            return Err(countersign_wire::Error::Missing { name }.into());
        }
        let asked = self.challenged.clone().unwrap_or_else(|| metadata.scopes_supported.clone());
        let scopes = if server.scopes_supported.contains("offline_access") {
            asked.union(&"offline_access".into())
        } else {
            asked
        };
        Ok(AgentServer { resource: metadata.resource.clone(), server, metadata, scopes, step_ups: 0 })
    }
}

impl Flow for AgentDiscovery {
    type Output = AgentServer;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<AgentServer>, Error> {
        let state = core::mem::replace(&mut self.state, State::Finished);
        self.advance(state, input, env)
    }
}

impl fmt::Debug for AgentDiscovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { resource, challenged, policy: _, state: _ } = self;
        f.debug_struct("AgentDiscovery")
            .field("resource", resource)
            .field("challenged", challenged)
            .finish_non_exhaustive()
    }
}

/// A server that issues tokens for a resource, and what to ask it for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AgentServer {
    /// The resource as it is named in every request.
    pub resource: String,
    /// The server.
    pub server: AuthorizationServer,
    /// What the resource says of itself.
    pub metadata: ResourceMetadata,
    /// The scopes to ask for.
    pub scopes: Scopes,
    step_ups: u32,
}

impl AgentServer {
    /// The login, for these scopes and this resource.
    pub fn request<'a>(&'a self, client: &'a crate::ClientRegistration) -> crate::AuthorizationRequest<'a> {
        crate::AuthorizationRequest::new(&self.server, client)
            .scopes(&self.scopes)
            .resource(self.resource.as_str())
    }

    /// The same server asked for more, after the resource answered `insufficient_scope` (RFC 6750 §3.1): what was
    /// asked for before and what the challenge names.
    ///
    /// # Errors
    /// [`Error::Refused`] with `insufficient_scope` when the challenge names nothing new, or after two such
    /// answers: asking on would go round in circles. [`Error::Protocol`] when the answer is another.
    pub fn step_up(mut self, headers: &HeaderMap) -> Result<Self, Error> {
        let insufficient = challenges(headers)
            .iter()
            .any(|challenge| challenge.param("error") == Some(ErrorCode::InsufficientScope.as_str()));
        if !insufficient {
            return Err(countersign_wire::Error::Missing { name: "insufficient_scope" }.into());
        }
        let union = self.scopes.union(&scope(headers).unwrap_or_default());
        if union == self.scopes || self.step_ups >= STEP_UPS {
            let mut refusal = ErrorResponse::new(ErrorCode::InsufficientScope);
            refusal.status = Some(403);
            return Err(Error::Refused(refusal));
        }
        self.step_ups = self.step_ups.saturating_add(1);
        self.scopes = union;
        Ok(self)
    }
}

/// The scopes that challenges name.
fn scope(headers: &HeaderMap) -> Option<Scopes> {
    challenges(headers)
        .iter()
        .filter(|challenge| challenge.is("Bearer") || challenge.is("DPoP"))
        .find_map(|challenge| challenge.param("scope"))
        .filter(|scope| !scope.trim().is_empty())
        .map(Scopes::from)
}

/// Whether an address may stand for a client: `https`, with a path of plain segments.
fn check_document(url: &str) -> Result<(), Error> {
    let endpoint = crate::Endpoint::new("client_id", url)?;
    let path = endpoint.uri().path();
    let plain = path.len() > 1 && !path.split('/').any(|segment| matches!(segment, "." | ".."));
    if endpoint.uri().scheme_str() != Some("https") || !plain {
        return Err(Error::Endpoint { name: "client_id", problem: EndpointProblem::NotAbsolute });
    }
    Ok(())
}
