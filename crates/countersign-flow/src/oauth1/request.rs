use alloc::string::{String, ToString};
use core::fmt;

use countersign_oauth1::{Algorithm, SignatureMethod, Token};
use countersign_token::{ClientCredentials, Scopes, TemporaryCredentials};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
    form, text,
};

use super::{
    CallbackConfirmed, Endpoints, PendingLogin, answer, clock::Clock, signed::Signed, signing::Signing,
};
use crate::{
    Endpoint, Error, endpoint,
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
    signing: Signing,
    clock: Clock,
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
            signing: Algorithm::HmacSha1.into(),
            clock: Clock::default(),
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

    /// Signs with this method, keyed by the secrets.
    pub fn signature_method(mut self, algorithm: Algorithm) -> Self {
        self.signing = algorithm.into();
        self
    }

    /// Signs with a method that has its key already, such as RSA; the client's secret has no part in it.
    ///
    /// The key signs both requests, and must not depend on the secret of a token.
    pub fn sign_with(mut self, method: impl SignatureMethod + 'static) -> Self {
        self.signing = Signing::own(method);
        self
    }

    /// When the server refuses the timestamp (`timestamp_refused`), signs once more by the `Date` of its
    /// answer, and goes by that clock for the rest of the login.
    ///
    /// # Security
    /// The server chooses the time that such a signature is good at. Setting this machine's clock is better.
    pub fn follow_server_clock(mut self) -> Self {
        self.clock = Clock::following(0);
        self
    }

    /// Asks for these scopes (`scope`, with spaces between), with the request for temporary credentials.
    ///
    /// As Google's servers had it, and those that succeed them; RFC 5849 knows no scopes.
    #[doc(alias = "scope")]
    pub fn scopes(self, scopes: impl Into<Scopes>) -> Self {
        let scopes = scopes.into();
        if scopes.is_empty() { self } else { self.param("scope", scopes.to_string()) }
    }

    /// Has the user asked in the name of this application (`xoauth_displayname`), with the request for
    /// temporary credentials; for clients that the server does not know, such as `anonymous`.
    #[doc(alias = "xoauth_displayname")]
    pub fn display_name(self, name: impl Into<String>) -> Self {
        self.param("xoauth_displayname", name)
    }

    /// Lets only accounts of this domain in (`hd`), `default` for none; sent with the user.
    #[doc(alias = "hd")]
    pub fn hosted_domain(self, domain: impl Into<String>) -> Self {
        self.authorization_param("hd", domain)
    }

    /// Has the page of consent written in this language (`hl`), such as `de`; sent with the user.
    #[doc(alias = "hl")]
    pub fn language(self, language: impl Into<String>) -> Self {
        self.authorization_param("hl", language)
    }

    /// Has the page of consent made for such a screen (`btmpl`), such as `mobile`; sent with the user.
    #[doc(alias = "btmpl")]
    pub fn template(self, template: impl Into<String>) -> Self {
        self.authorization_param("btmpl", template)
    }

    /// Sends a parameter of the server's own with the request for temporary credentials.
    ///
    /// One that begins with `oauth_`, or that is there already, is refused by [`begin`](Self::begin).
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push(name.into(), value.into());
        self
    }

    /// Adds a parameter of the server's own to the address to which the user is sent.
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
        let Self { endpoints, client, callback, confirmed, signing, clock, params, authorization_params } =
            self;
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
        let signer = signing.signer(client, Token::None)?;
        let purpose = Purpose::TemporaryCredentials;
        let exchange = Exchange::post(&endpoints.temporary_credentials, purpose, params, Replay::UnlessSent);
        let mut signed = Signed::new(exchange, signer);
        (signed.callback, signed.clock) = (Some(callback), clock);
        Ok(TemporaryCredentialsRequest {
            signed,
            client: client.clone(),
            authorization: authorization.clone(),
            authorization_params,
            token_credentials: endpoints.token_credentials.clone(),
            confirmed,
            signing,
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
    signing: Signing,
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
            signing: self.signing.clone(),
            // One correction in each request, from what the first has learned.
            clock: self.signed.clock.skew().map_or_else(Clock::default, Clock::following),
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
