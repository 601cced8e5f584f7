//! The three legs of OAuth 1.0a, from the person's consent to the credential.

use core::fmt;
use std::sync::Arc;

use countersign_flow::oauth1::{
    AuthorizedLogin, Callback, CallbackConfirmed, Endpoints, LoginRequest, PendingLogin,
};
use countersign_oauth1::{Algorithm, SignatureMethod};
use countersign_token::{ClientCredentials, Credential};

use super::{LoginOptions, session};
use crate::{Error, world::World};

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
}

impl fmt::Debug for OAuth1Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { endpoints, client, confirmed, algorithm, method, out_of_band } = self;
        let method = method.as_ref().map_or(algorithm.as_str(), |method| method.name());
        f.debug_struct("OAuth1Login")
            .field("endpoints", endpoints)
            .field("client", client)
            .field("confirmed", confirmed)
            .field("method", &method)
            .field("out_of_band", out_of_band)
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
    if !options.scopes.is_empty() {
        request = request.param("scope", options.scopes.to_string());
    }
    for (name, value) in &options.params {
        request = request.param(name, value);
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
    Ok(credential)
}
