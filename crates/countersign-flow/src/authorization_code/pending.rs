use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use countersign_token::{Scopes, Secret, Timestamp};
use countersign_wire::Params;

use crate::{
    ClientAuthentication, ClientRegistration, Endpoint, Error, blob, dpop::ProofKey, pkce::Verifier,
};

/// How long the user may take.
const LIFETIME: Duration = Duration::from_secs(600);
const VERSION: &str = "countersign-authorization-1";

/// A login whose answer is awaited: what must be remembered while the user is away.
///
/// It is consumed by the server's answer, so that no answer counts twice:
///
/// ```compile_fail,E0382
/// # fn twice(pending: countersign_flow::PendingAuthorization) {
/// let first = pending.callback("state=a&code=b");
/// let second = pending.callback("state=a&code=c");
/// # }
/// ```
///
/// It may be used for ten minutes. A callback brings no clock, so the time is checked when the code is
/// redeemed, which then is [`Error::LoginExpired`] without a request; [`expires_at`](Self::expires_at) tells
/// whoever waits when to give up.
#[derive(Clone, Debug)]
pub struct PendingAuthorization {
    pub(super) state: Secret,
    pub(super) verifier: Verifier,
    pub(crate) nonce: Option<Secret>,
    pub(crate) max_age: Option<Duration>,
    pub(crate) issuer: String,
    pub(super) iss_parameter_supported: bool,
    pub(super) token_endpoint: Endpoint,
    /// The thumbprint of the key the code is bound to (RFC 9449 §10).
    pub(super) proof: Option<String>,
    pub(crate) client: ClientRegistration,
    pub(super) redirect_uri: String,
    pub(super) scopes: Scopes,
    pub(super) resource: Vec<String>,
    pub(super) created: Timestamp,
}

impl PendingAuthorization {
    /// Where the user comes back to.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// What the answer carries to be known by; a web application finds its pending login with it.
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// The issuer the user was sent to.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The scopes that were asked for.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// When it is too late to redeem a code.
    pub fn expires_at(&self) -> Timestamp {
        self.created.plus(LIFETIME)
    }

    /// The pending login as a text, for another process or a later start of this one.
    ///
    /// It holds the client's secret and the code verifier: it is kept like a password, and thrown away
    /// after the login.
    pub fn to_blob(&self) -> Secret {
        let Self {
            state,
            verifier,
            nonce,
            max_age,
            issuer,
            iss_parameter_supported,
            token_endpoint,
            proof: _,
            client,
            redirect_uri,
            scopes,
            resource,
            created,
        } = self;
        let mut params = Params::new()
            .with("state", state.clone())
            .with("verifier", verifier.secret().clone())
            .with("issuer", issuer.as_str())
            .with("iss", if *iss_parameter_supported { "1" } else { "0" })
            .with("token_endpoint", token_endpoint.as_str())
            .with("redirect_uri", redirect_uri.as_str())
            .with("scope", scopes.to_string())
            .with("created", created.unix().to_string());
        if let Some(nonce) = nonce {
            params.push("nonce", nonce.clone());
        }
        if let Some(age) = max_age {
            params.push("max_age", age.as_secs().to_string());
        }
        blob::push_client(&mut params, client);
        params.extend(resource.iter().map(|resource| ("resource", resource.as_str())));
        blob::print(VERSION, params)
    }

    /// The same login by a client that authenticates in this way: a key does not travel in a blob, so whoever
    /// authenticates by assertions says so again here.
    #[must_use]
    pub fn with_authentication(mut self, authentication: ClientAuthentication) -> Self {
        self.client.authentication = authentication;
        self
    }

    /// The same login with the key its tokens are to be bound to, which does not travel in a blob either.
    #[must_use]
    pub fn with_proof_key(mut self, key: ProofKey) -> Self {
        self.client.proof_key = Some(key);
        self
    }

    /// The pending login of which [`to_blob`](Self::to_blob) made this text.
    ///
    /// # Errors
    /// [`Error::Blob`] for any other text, also for one that was cut short or changed on the way.
    pub fn from_blob(blob: &Secret) -> Result<Self, Error> {
        read(&blob::parse(VERSION, blob)?).ok_or(Error::Blob)
    }
}

fn read(params: &Params) -> Option<PendingAuthorization> {
    let secret = |name| params.first(name).map(Secret::new);
    Some(PendingAuthorization {
        state: secret("state").filter(|state| !state.is_empty())?,
        verifier: Verifier::from_text(&secret("verifier")?)?,
        nonce: secret("nonce").filter(|nonce| !nonce.is_empty()),
        max_age: match params.first("max_age") {
            Some(age) => Some(Duration::from_secs(age.parse().ok()?)),
            None => None,
        },
        proof: params.first("dpop_jkt").map(ToString::to_string),
        issuer: params.first("issuer")?.to_string(),
        iss_parameter_supported: match params.first("iss")? {
            "1" => true,
            "0" => false,
            _ => return None,
        },
        token_endpoint: Endpoint::new("token_endpoint", params.first("token_endpoint")?).ok()?,
        client: blob::client(params)?,
        redirect_uri: params.first("redirect_uri")?.to_string(),
        scopes: Scopes::from(params.first("scope")?),
        resource: params.all("resource").map(ToString::to_string).collect(),
        created: Timestamp::from_unix(params.first("created")?.parse().ok()?),
    })
}
