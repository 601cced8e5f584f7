use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use countersign_token::Scopes;
use countersign_wire::{Params, flow::Env, form};

use super::{PendingAuthorization, PushedAuthorization};
use crate::{
    AuthorizationDetails, AuthorizationServer, ClientRegistration, Endpoint, Error, endpoint,
    error::{EndpointProblem, Misuse, Unsupported},
    pkce::{self, Verifier},
};

/// What only the protocol may say; an extra parameter of such a name is refused.
const PROTOCOL: [&str; 14] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "resource",
    "authorization_details",
    "dpop_jkt",
    "max_age",
    "client_secret",
    // A fragment would never reach a listener.
    "response_mode",
];

/// What would replace all the other parameters (RFC 9101 §5).
const REQUEST_OBJECT: [&str; 2] = ["request", "request_uri"];

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
    details: Option<&'a AuthorizationDetails>,
    max_age: Option<Duration>,
    form_post: bool,
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
            details: None,
            max_age: None,
            form_post: false,
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

    /// Asks in more detail than scopes can say (RFC 9396).
    pub fn authorization_details(mut self, details: &'a AuthorizationDetails) -> Self {
        self.details = Some(details);
        self
    }

    /// Wants the user to have signed in no longer ago than this (OpenID Connect Core §3.1.2.1).
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Wants the answer as a form that the browser posts (OAuth 2.0 Form Post Response Mode), for a web
    /// application, which hands the body to [`PendingAuthorization::form_post`].
    pub fn form_post(mut self) -> Self {
        self.form_post = true;
        self
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
    /// redirect URI or an endpoint that must not be used, [`Misuse::PushRequired`] when the server wants
    /// [`push`](Self::push), [`Misuse::NotSupported`] when it wants a signed request, [`Error::NoEntropy`].
    pub fn begin(self, env: &Env<'_>) -> Result<(String, PendingAuthorization), Error> {
        if self.server.pushed_authorization_required {
            return Err(Misuse::PushRequired.into());
        }
        let (endpoint, params, pending) = self.prepare(env)?;
        Ok((form::append_to_query(endpoint.as_str(), &params), pending))
    }

    /// The conversation that hands the request to the server before the user is sent there (RFC 9126).
    ///
    /// # Errors
    /// Those of [`begin`](Self::begin); [`Misuse::NoEndpoint`] when the server takes no pushed requests.
    pub fn push(self, env: &Env<'_>) -> Result<PushedAuthorization, Error> {
        let endpoint = self
            .server
            .pushed_authorization_request_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint { name: "pushed_authorization_request_endpoint" })?;
        let (authorization_endpoint, params, pending) = self.prepare(env)?;
        Ok(PushedAuthorization::new(endpoint, authorization_endpoint, params, pending))
    }

    fn prepare(self, env: &Env<'_>) -> Result<(&'a Endpoint, Params, PendingAuthorization), Error> {
        let Self { server, client, scopes, redirect_uri, resource, details, max_age, form_post, extra } =
            self;
        if server.signed_request_required {
            return Err(Misuse::NotSupported(Unsupported::RequestObject).into());
        }
        let endpoint = server
            .authorization_endpoint
            .as_ref()
            .ok_or(Misuse::NoEndpoint { name: "authorization_endpoint" })?;
        let redirect_uri =
            redirect_uri.or_else(|| client.redirect_uri.clone()).ok_or(Misuse::NoRedirectUri)?;
        endpoint::check_redirect_uri("redirect_uri", &redirect_uri)?;
        for resource in &resource {
            // RFC 8707 §2: an absolute URI without a fragment.
            endpoint::check_redirect_uri("resource", resource)?;
        }
        check_extra(&extra)?;
        check_query(endpoint, &extra)?;
        let state = pkce::random_text(env.entropy)?;
        let verifier = Verifier::generate(env.entropy)?;
        // Whoever asks who the user is gets an answer that cannot be somebody else's.
        let nonce = scopes.contains("openid").then(|| pkce::random_text(env.entropy)).transpose()?;
        let mut params = Params::new()
            .with("response_type", "code")
            .with("client_id", client.id.as_str())
            .with("redirect_uri", redirect_uri.as_str());
        if !scopes.is_empty() {
            params.push("scope", scopes.to_string());
        }
        params.push("state", state.clone());
        if let Some(nonce) = &nonce {
            params.push("nonce", nonce.clone());
        }
        params.push("code_challenge", verifier.challenge());
        params.push("code_challenge_method", "S256");
        params.extend(resource.iter().map(|resource| ("resource", resource.as_str())));
        if let Some(details) = details {
            params.push("authorization_details", details.to_json());
        }
        if let Some(age) = max_age {
            params.push("max_age", age.as_secs().to_string());
        }
        if let Some(key) = &client.proof_key {
            params.push("dpop_jkt", key.thumbprint());
        }
        if form_post {
            params.push("response_mode", "form_post");
        }
        params.extend(extra.iter());
        let pending = PendingAuthorization {
            state,
            verifier,
            nonce,
            max_age,
            issuer: server.issuer.clone(),
            iss_parameter_supported: server.iss_parameter_supported,
            token_endpoint: server.token_endpoint.clone(),
            proof: client.proof_key.as_ref().map(|key| key.thumbprint().to_string()),
            client: client.clone(),
            redirect_uri,
            scopes,
            resource,
            created: env.now,
        };
        Ok((endpoint, params, pending))
    }
}

/// The endpoint's own query stays as it is, and must not say what the request says.
fn check_query(endpoint: &Endpoint, extra: &Params) -> Result<(), Error> {
    let Some((_, query)) = endpoint.as_str().split_once('?') else {
        return Ok(());
    };
    let taken = |name: &str| is_protocol(name) || is_request_object(name) || extra.first(name).is_some();
    if form::parse(query).map_or(true, |params| params.iter().any(|(name, _)| taken(name))) {
        return Err(Error::Endpoint { name: "authorization_endpoint", problem: EndpointProblem::Query });
    }
    Ok(())
}

fn is_request_object(name: &str) -> bool {
    REQUEST_OBJECT.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// In any case, because some servers do not tell `State` from `state`.
fn is_protocol(name: &str) -> bool {
    PROTOCOL.iter().any(|own| own.eq_ignore_ascii_case(name))
}

fn check_extra(extra: &Params) -> Result<(), Error> {
    if extra.iter().any(|(name, _)| is_request_object(name)) {
        return Err(Misuse::NotSupported(Unsupported::RequestObject).into());
    }
    let forbidden =
        extra.iter().map(|(name, _)| name).find(|name| is_protocol(name)).or_else(|| extra.repeated());
    match forbidden {
        Some(name) => Err(Misuse::Parameter { name: countersign_wire::text::sanitise(name, 64) }.into()),
        None => Ok(()),
    }
}
