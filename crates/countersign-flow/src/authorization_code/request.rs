use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_token::Scopes;
use countersign_wire::{Params, flow::Env, form};

use super::PendingAuthorization;
use crate::{
    AuthorizationServer, ClientRegistration, Error, endpoint,
    error::{EndpointProblem, Misuse},
    pkce::{self, Verifier},
};

/// What only the protocol may say; an extra parameter of such a name is refused.
const PROTOCOL: [&str; 12] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "resource",
    // These two replace all the others (RFC 9101 §5).
    "request",
    "request_uri",
    "client_secret",
    // A fragment would never reach a listener.
    "response_mode",
];

/// A login that is about to begin (RFC 6749 §4.1.1).
///
/// Always with PKCE `S256` and a `state` of 256 bits, both new for each.
#[doc(alias = "run_flow")]
#[doc(alias = "step1_get_authorize_url")]
#[doc(alias = "flow_from_clientsecrets")]
#[must_use = "a login begins with `begin`"]
#[derive(Clone, Debug)]
pub struct AuthorizationRequest<'a> {
    server: &'a AuthorizationServer,
    client: &'a ClientRegistration,
    scopes: Scopes,
    redirect_uri: Option<String>,
    resource: Vec<String>,
    extra: Params,
}

impl<'a> AuthorizationRequest<'a> {
    /// A login at this server by this client.
    pub fn new(server: &'a AuthorizationServer, client: &'a ClientRegistration) -> Self {
        Self {
            server,
            client,
            scopes: Scopes::none(),
            redirect_uri: None,
            resource: Vec::new(),
            extra: Params::new(),
        }
    }

    /// Asks for these scopes.
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self
    }

    /// Sends the user back here in place of the client's own redirect URI.
    pub fn redirect_uri(mut self, redirect_uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(redirect_uri.into());
        self
    }

    /// Asks for a token for this resource too (RFC 8707); it is named again when the code is redeemed.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource.push(resource.into());
        self
    }

    /// Tells the server whom to expect (OpenID Connect Core §3.1.2.1).
    pub fn login_hint(self, hint: impl Into<String>) -> Self {
        self.param("login_hint", hint)
    }

    /// Tells the server which of its pages to show, such as `consent` (OpenID Connect Core §3.1.2.1).
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        self.param("prompt", prompt)
    }

    /// Adds a parameter of the server's own, such as `access_type`.
    ///
    /// One that is the protocol's, or that is there already, is refused by [`begin`](Self::begin).
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push(name.into(), value.into());
        self
    }

    /// The address to which the user is sent, and what to remember until the answer comes.
    ///
    /// # Errors
    /// [`Misuse::NoEndpoint`], [`Misuse::NoRedirectUri`], [`Misuse::Parameter`], [`Error::Endpoint`] for a
    /// redirect URI or an endpoint that must not be used, [`Error::NoEntropy`].
    pub fn begin(self, env: &Env<'_>) -> Result<(String, PendingAuthorization), Error> {
        let Self { server, client, scopes, redirect_uri, resource, extra } = self;
        let endpoint = server
            .authorization_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint { name: "authorization_endpoint" })?;
        let redirect_uri =
            redirect_uri.or_else(|| client.redirect_uri.clone()).ok_or(Misuse::NoRedirectUri)?;
        endpoint::check_redirect_uri("redirect_uri", &redirect_uri)?;
        check_extra(&extra)?;
        if let Some((_, query)) = endpoint.as_str().split_once('?')
            && form::parse(query).map_or(true, |params| {
                params.iter().any(|(name, _)| is_protocol(name) || extra.first(name).is_some())
            })
        {
            return Err(Error::Endpoint { name: "authorization_endpoint", problem: EndpointProblem::Query });
        }
        let state = pkce::random_text(env.entropy)?;
        let verifier = Verifier::generate(env.entropy)?;
        let mut params = Params::new()
            .with("response_type", "code")
            .with("client_id", client.id.as_str())
            .with("redirect_uri", redirect_uri.as_str());
        if !scopes.is_empty() {
            params.push("scope", scopes.to_string());
        }
        params.push("state", state.clone());
        params.push("code_challenge", verifier.challenge());
        params.push("code_challenge_method", "S256");
        params.extend(resource.iter().map(|resource| ("resource", resource.as_str())));
        params.extend(extra.iter());
        let url = form::append_to_query(endpoint.as_str(), &params);
        let pending = PendingAuthorization {
            state,
            verifier,
            issuer: server.issuer.clone(),
            iss_parameter_supported: server.iss_parameter_supported,
            token_endpoint: server.token_endpoint.clone(),
            client: client.clone(),
            redirect_uri,
            scopes,
            resource,
            created: env.now,
        };
        Ok((url, pending))
    }
}

/// In any case, because some servers do not tell `State` from `state`.
fn is_protocol(name: &str) -> bool {
    PROTOCOL.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn check_extra(extra: &Params) -> Result<(), Error> {
    let forbidden =
        extra.iter().map(|(name, _)| name).find(|name| is_protocol(name)).or_else(|| extra.repeated());
    match forbidden {
        Some(name) => Err(Misuse::Parameter { name: countersign_wire::text::sanitise(name, 64) }.into()),
        None => Ok(()),
    }
}
