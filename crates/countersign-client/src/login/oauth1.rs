//! The three legs of OAuth 1.0a, from the person's consent to the credential.

use core::fmt;
use std::sync::Arc;

use countersign_flow::{
    Endpoint,
    oauth1::{AuthorizedLogin, Callback, CallbackConfirmed, Endpoints, LoginRequest, PendingLogin},
};
use countersign_oauth1::{Algorithm, SignatureMethod};
use countersign_token::{ClientCredentials, Credential};

use super::{LoginOptions, session};
use crate::{Error, engine::session as session_of_server, logout::oauth1 as logout, world::World};

/// What a login by OAuth 1.0a needs to know besides [`LoginOptions`].
#[derive(Clone)]
#[must_use]
pub struct OAuth1Login {
    pub(crate) endpoints: Endpoints,
    pub(crate) client: ClientCredentials,
    confirmed: CallbackConfirmed,
    algorithm: Algorithm,
    method: Option<Arc<dyn SignatureMethod>>,
    pub(crate) out_of_band: bool,
    follows_server_clock: bool,
    authorization_params: Vec<(String, String)>,
    revocation: Option<(Endpoint, RevocationMethod)>,
}

/// How a server of OAuth 1.0a is asked to revoke: RFC 5849 has nothing to say of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationMethod {
    /// By a signed and empty `POST`, as `countersign-provider` has it.
    Post,
    /// By a signed `GET`, as the predecessors did it.
    Get,
}

impl OAuth1Login {
    /// A login at these endpoints by this client, signed with HMAC-SHA1.
    pub fn new(endpoints: Endpoints, client: ClientCredentials) -> Self {
        Self {
            endpoints,
            client,
            confirmed: CallbackConfirmed::Strict,
            algorithm: Algorithm::HmacSha1,
            method: None,
            out_of_band: false,
            follows_server_clock: false,
            authorization_params: Vec::new(),
            revocation: None,
        }
    }

    /// How the server must confirm the callback.
    pub fn callback_confirmed(mut self, confirmed: CallbackConfirmed) -> Self {
        self.confirmed = confirmed;
        self
    }

    /// Signs with this method, keyed by the secrets.
    pub fn signature_method(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Signs with a method that has its key already, such as RSA; the client's secret has no part in it.
    ///
    /// The credential that comes of it names the method and not the key: with it a request is signed by a
    /// [`Signer`](countersign_oauth1::Signer) that is given the key again.
    pub fn sign_with(mut self, method: impl SignatureMethod + 'static) -> Self {
        self.method = Some(Arc::new(method));
        self
    }

    /// Names no callback (`oob`): the server shows a verifier, which [`Prompt::ask`](super::Prompt::ask) is
    /// asked for, and nobody listens.
    pub fn out_of_band(mut self) -> Self {
        self.out_of_band = true;
        self
    }

    /// When the server refuses the timestamp, signs once more by the `Date` of its answer.
    ///
    /// # Security
    /// The server chooses the time that such a signature is good at. Setting this machine's clock is better.
    pub fn follow_server_clock(mut self) -> Self {
        self.follows_server_clock = true;
        self
    }

    /// Adds a parameter of the server's own to the address to which the person is sent, such as Google's `hd`,
    /// `hl` and `btmpl`.
    ///
    /// Those of [`LoginOptions::param`] go with the request for temporary credentials, as `scope` and
    /// `xoauth_displayname` do.
    pub fn authorization_param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.authorization_params.push((name.into(), value.into()));
        self
    }

    /// Where a logout revokes the token credentials, at a server that has an address for it.
    pub fn revocation(mut self, endpoint: Endpoint, method: RevocationMethod) -> Self {
        self.revocation = Some((endpoint, method));
        self
    }
}

impl fmt::Debug for OAuth1Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoints,
            client,
            confirmed,
            algorithm,
            method,
            out_of_band,
            follows_server_clock,
            authorization_params,
            revocation,
        } = self;
        let names: Vec<&str> = authorization_params.iter().map(|(name, _)| name.as_str()).collect();
        let method = method.as_ref().map_or(algorithm.as_str(), |method| method.name());
        f.debug_struct("OAuth1Login")
            .field("endpoints", endpoints)
            .field("client", client)
            .field("confirmed", confirmed)
            .field("method", &method)
            .field("out_of_band", out_of_band)
            .field("follows_server_clock", follows_server_clock)
            .field("authorization_params", &names)
            .field("revocation", revocation)
            .finish()
    }
}

impl session::Pending for PendingLogin {
    type Answer = AuthorizedLogin;

    fn answer(self, query: &str) -> Result<Result<AuthorizedLogin, countersign_flow::Error>, Self> {
        match self.callback(query) {
            Ok(Callback::Ours(login)) => Ok(Ok(login)),
            Ok(Callback::NotOurs(pending)) => Err(pending),
            Err(error) => Ok(Err(error)),
        }
    }

    fn code(self, code: &str) -> Result<AuthorizedLogin, countersign_flow::Error> {
        self.verifier(code)
    }
}

/// Gets temporary credentials, asks the person, and gets token credentials.
pub(super) async fn login(
    world: &World,
    options: &LoginOptions,
    login: &OAuth1Login,
) -> Result<Credential, Error> {
    let listener = if login.out_of_band { None } else { Some(session::listen(options)?) };
    let mut request = LoginRequest::new(&login.endpoints, &login.client)
        .callback_confirmed(login.confirmed)
        .signature_method(login.algorithm);
    if let Some(method) = &login.method {
        request = request.sign_with(Arc::clone(method));
    }
    if let Some(listener) = &listener {
        request = request.callback(listener.redirect_uri());
    }
    if login.follows_server_clock {
        request = request.follow_server_clock();
    }
    if !options.scopes.is_empty() {
        request = request.param("scope", options.scopes.to_string());
    }
    for (name, value) in &options.params {
        request = request.param(name, value);
    }
    for (name, value) in &login.authorization_params {
        request = request.authorization_param(name, value);
    }
    let product = options.user_agent.as_deref();
    let (url, pending) = world.converse(request.begin()?, product).await?;
    let authorized = match listener {
        Some(listener) => session::wait(options, listener, &url, pending)?,
        None => session::ask(options, &url, pending)?,
    };
    let redeemed = world.converse(authorized.redeem()?, product).await?;
    let mut credential = redeemed.into_credential();
    credential.scopes.clone_from(&options.scopes);
    let endpoint = login.endpoints.token_credentials.as_str();
    credential.extra.insert_text(session_of_server::ENDPOINT, endpoint);
    if let Some((endpoint, method)) = &login.revocation {
        credential.extra.insert_text(logout::ENDPOINT, endpoint.as_str());
        if *method == RevocationMethod::Get {
            credential.extra.insert_text(logout::METHOD, "GET");
        }
    }
    Ok(credential)
}
