use alloc::string::ToString;
use core::time::Duration;

use countersign_oauth1::SignatureMethod;
use countersign_token::{ClientCredentials, Secret, TemporaryCredentials, Timestamp};
use countersign_wire::{
    Params,
    response::{ErrorCode, ErrorResponse},
};

use super::{AuthorizedLogin, answer, clock::Clock, signing::Signing};
use crate::{Endpoint, Error, authorization_code::parse_callback, blob};

/// How long the user may take.
const LIFETIME: Duration = Duration::from_secs(600);
const VERSION: &str = "countersign-oauth1-login-1";

/// A login whose answer is awaited: what must be remembered while the user is away.
///
/// It is consumed by the server's answer, so that no answer counts twice:
///
/// ```compile_fail,E0382
/// # fn twice(pending: countersign_flow::oauth1::PendingLogin) {
/// let first = pending.verifier("123456");
/// let second = pending.verifier("654321");
/// # }
/// ```
///
/// It may be used for ten minutes; later the request for token credentials is [`Error::LoginExpired`].
#[derive(Clone, Debug)]
pub struct PendingLogin {
    pub(super) client: ClientCredentials,
    pub(super) temporary: TemporaryCredentials,
    pub(super) token_credentials: Endpoint,
    pub(super) signing: Signing,
    pub(super) clock: Clock,
    pub(super) confirmed: bool,
    pub(super) created: Timestamp,
}

/// What came back by the callback.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "it is ours or it is not")]
pub enum Callback {
    /// The server's answer to this login.
    Ours(AuthorizedLogin),
    /// Something else, such as another login's answer or a forgery: go on waiting.
    NotOurs(PendingLogin),
}

impl PendingLogin {
    /// The temporary identifier, by which a web application finds its pending login.
    pub fn token(&self) -> &Secret {
        &self.temporary.identifier
    }

    /// When it is too late to ask for token credentials.
    pub fn expires_at(&self) -> Timestamp {
        self.created.plus(LIFETIME)
    }

    /// Signs the request for token credentials with this method, which has its key already, such as RSA.
    ///
    /// Only a login that comes [from a blob](Self::from_blob) needs it: no blob holds a key.
    #[must_use]
    pub fn sign_with(mut self, method: impl SignatureMethod + 'static) -> Self {
        self.signing = Signing::own(method);
        self
    }

    /// Reads the answer that the user's browser brings back (RFC 5849 §2.2).
    ///
    /// `query` is the query of the address, or all of the address. Without the token of this login, compared
    /// in constant time, the callback is [`NotOurs`](Callback::NotOurs): anybody can knock, and must not end
    /// the login.
    ///
    /// # Errors
    /// [`Error::Refused`] when the user or the server said no (`denied`, `oauth_problem`);
    /// [`Error::Protocol`] when the verifier is missing or repeated.
    pub fn callback(self, query: &str) -> Result<Callback, Error> {
        let Some(params) = parse_callback(query) else {
            return Ok(Callback::NotOurs(self));
        };
        let names =
            |name| matches!(params.unique(name), Ok(Some(token)) if self.temporary.identifier.ct_eq(token));
        // Twitter's way to say that the user refused: the token under this name, and under no other.
        if names("denied") && params.first("oauth_token").is_none() {
            return Err(Error::Refused(ErrorResponse::new(ErrorCode::AccessDenied)));
        }
        if !names("oauth_token") {
            return Ok(Callback::NotOurs(self));
        }
        if let Some(refusal) = answer::problem(&params) {
            return Err(Error::Refused(answer::scrubbed(refusal, &[&self.temporary.identifier])));
        }
        if names("denied") {
            return Err(Error::Refused(ErrorResponse::new(ErrorCode::AccessDenied)));
        }
        let verifier = params.unique("oauth_verifier")?.map(Secret::new);
        self.authorized(verifier).map(Callback::Ours)
    }

    /// Takes the verifier that the user read from the server's page and typed in (`oob`).
    ///
    /// # Errors
    /// [`Error::Protocol`] when it is empty.
    pub fn verifier(self, verifier: &str) -> Result<AuthorizedLogin, Error> {
        let verifier = verifier.trim();
        self.authorized((!verifier.is_empty()).then(|| Secret::new(verifier)))
    }

    fn authorized(self, verifier: Option<Secret>) -> Result<AuthorizedLogin, Error> {
        // A server that confirms the callback sends a verifier; one of OAuth 1.0 knows neither.
        if verifier.is_none() && self.confirmed {
            return Err(countersign_wire::Error::Missing { name: "oauth_verifier" }.into());
        }
        Ok(AuthorizedLogin { verifier, pending: self })
    }

    /// The pending login as a text, for another process or a later start of this one.
    ///
    /// It holds the client's and the temporary secret: it is kept like a password, and thrown away after
    /// the login. It holds no key of a method that brings its own, which is given again by
    /// [`sign_with`](Self::sign_with).
    pub fn to_blob(&self) -> Secret {
        let Self { client, temporary, token_credentials, signing, clock, confirmed, created } = self;
        let mut params = Params::new()
            .with("client", client.identifier.as_str())
            .with("client_secret", client.secret.clone())
            .with("token", temporary.identifier.clone())
            .with("token_secret", temporary.secret.clone())
            .with("endpoint", token_credentials.as_str())
            .with("method", signing.name())
            .with("confirmed", if *confirmed { "1" } else { "0" })
            .with("created", created.unix().to_string());
        if let Some(skew) = clock.skew() {
            params.push("skew", skew.to_string());
        }
        blob::print(VERSION, params)
    }

    /// The pending login of which [`to_blob`](Self::to_blob) made this text.
    ///
    /// # Errors
    /// [`Error::Blob`] for any other text, also for one that was cut short or changed on the way.
    pub fn from_blob(blob: &Secret) -> Result<Self, Error> {
        read(&blob::parse(VERSION, blob)?).ok_or(Error::Blob)
    }
}

fn read(params: &Params) -> Option<PendingLogin> {
    Some(PendingLogin {
        client: ClientCredentials::new(params.first("client")?, params.first("client_secret")?),
        temporary: TemporaryCredentials::new(params.required("token").ok()?, params.first("token_secret")?),
        token_credentials: Endpoint::new("token_credentials_endpoint", params.first("endpoint")?).ok()?,
        signing: Signing::named(params.first("method")?),
        clock: match params.first("skew") {
            Some(skew) => Clock::following(skew.parse().ok()?),
            None => Clock::default(),
        },
        confirmed: match params.first("confirmed")? {
            "1" => true,
            "0" => false,
            _ => return None,
        },
        created: Timestamp::from_unix(params.first("created")?.parse().ok()?),
    })
}
