use alloc::string::{String, ToString};
use core::fmt;

use countersign_oauth1::{Algorithm, Signer, Token};
use countersign_token::{ClientCredentials, TemporaryCredentials};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    form, text,
};

use super::{CallbackConfirmed, Endpoints, PendingLogin, answer, signed::Signed};
use crate::{
    Endpoint, Error,
    authorize::unsignable,
    endpoint,
    error::{EndpointProblem, Misuse},
    exchange::{Answer, Exchange, Replay},
};

/// The callback of a client that cannot be called back (RFC 5849 §2.1): the user brings the verifier.
const OUT_OF_BAND: &str = "oob";

/// A login that is about to begin (RFC 5849 §2.1).
#[must_use = "a login begins with `begin`"]
#[derive(Clone, Debug)]
pub struct LoginRequest<'a> {
    endpoints: &'a Endpoints,
    client: &'a ClientCredentials,
    callback: String,
    confirmed: CallbackConfirmed,
    algorithm: Algorithm,
    params: Params,
    authorization_params: Params,
}

impl<'a> LoginRequest<'a> {
    /// A login whose verifier the user brings back by hand, signed with HMAC-SHA1.
    pub fn new(endpoints: &'a Endpoints, client: &'a ClientCredentials) -> Self {
        Self {
            endpoints,
            client,
            callback: OUT_OF_BAND.to_string(),
            confirmed: CallbackConfirmed::Strict,
            algorithm: Algorithm::HmacSha1,
            params: Params::new(),
            authorization_params: Params::new(),
        }
    }

    /// Sends the user back to this address; `oob` is none.
    pub fn callback(mut self, callback: impl Into<String>) -> Self {
        self.callback = callback.into();
        self
    }

    /// How the server must confirm the callback.
    pub fn callback_confirmed(mut self, confirmed: CallbackConfirmed) -> Self {
        self.confirmed = confirmed;
        self
    }

    /// Signs with this method.
    pub fn signature_method(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sends a parameter of the server's own with the request for temporary credentials, such as `scope`
    /// or `xoauth_displayname`.
    ///
    /// One that begins with `oauth_`, or that is there already, is refused by [`begin`](Self::begin).
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push(name.into(), value.into());
        self
    }

    /// Adds a parameter of the server's own to the address to which the user is sent, such as `hd`.
    pub fn authorization_param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.authorization_params.push(name.into(), value.into());
        self
    }

    /// The conversation that gets temporary credentials.
    ///
    /// # Errors
    /// [`Misuse::Parameter`], [`Misuse::SignatureMethod`], and [`Error::Endpoint`] for a callback or an
    /// address that must not be used.
    pub fn begin(self) -> Result<TemporaryCredentialsRequest, Error> {
        let Self { endpoints, client, callback, confirmed, algorithm, params, authorization_params } = self;
        if callback != OUT_OF_BAND {
            endpoint::check_redirect_uri("oauth_callback", &callback)?;
        }
        check_params(&params)?;
        check_params(&authorization_params)?;
        let authorization = &endpoints.authorization;
        if authorization.uri().query().is_some_and(|query| {
            form::parse(query).map_or(true, |query| {
                let taken = |name| name == "oauth_token" || authorization_params.first(name).is_some();
                query.iter().any(|(name, _)| taken(name))
            })
        }) {
            let problem = EndpointProblem::Query;
            return Err(Error::Endpoint { name: "authorization_endpoint", problem });
        }
        let signer = Signer::new(algorithm, client.clone(), Token::None).map_err(unsignable)?;
        let purpose = Purpose::TemporaryCredentials;
        let exchange = Exchange::post(&endpoints.temporary_credentials, purpose, params, Replay::UnlessSent);
        Ok(TemporaryCredentialsRequest {
            signed: Signed { exchange, signer, callback: Some(callback), verifier: None },
            client: client.clone(),
            authorization: authorization.clone(),
            authorization_params,
            token_credentials: endpoints.token_credentials.clone(),
            confirmed,
            algorithm,
        })
    }
}

fn check_params(params: &Params) -> Result<(), Error> {
    let own = params
        .iter()
        .map(|(name, _)| name)
        .find(|name| name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("oauth_")));
    match own.or_else(|| params.repeated()) {
        Some(name) => Err(Misuse::Parameter { name: text::sanitise(name, 64) }.into()),
        None => Ok(()),
    }
}

/// The request for temporary credentials; it ends with the address to which the user is sent, and with what
/// to remember until the answer comes.
pub struct TemporaryCredentialsRequest {
    signed: Signed,
    client: ClientCredentials,
    authorization: Endpoint,
    authorization_params: Params,
    token_credentials: Endpoint,
    confirmed: CallbackConfirmed,
    algorithm: Algorithm,
}

impl TemporaryCredentialsRequest {
    fn read(&self, answer: Answer) -> Result<(String, PendingLogin), Error> {
        let Answer { response, requested_at } = answer;
        let params = answer::credentials(&response, &[&self.client.secret])?;
        let confirmed = self.confirmed.check(params.unique("oauth_callback_confirmed")?)?;
        let token = params.required("oauth_token")?;
        let mut query = Params::new().with("oauth_token", token);
        query.extend(self.authorization_params.iter());
        let pending = PendingLogin {
            client: self.client.clone(),
            temporary: TemporaryCredentials::new(token, params.required("oauth_token_secret")?),
            token_credentials: self.token_credentials.clone(),
            algorithm: self.algorithm,
            confirmed,
            created: requested_at,
        };
        Ok((form::append_to_query(self.authorization.as_str(), &query), pending))
    }
}

impl Flow for TemporaryCredentialsRequest {
    type Output = (String, PendingLogin);
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Self::Output>, Error> {
        Ok(match self.signed.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(answer)?),
        })
    }
}

impl fmt::Debug for TemporaryCredentialsRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemporaryCredentialsRequest")
            .field("signed", &self.signed)
            .field("client", &self.client)
            .finish_non_exhaustive()
    }
}
