use alloc::{
    borrow::Cow,
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::{fmt, time::Duration};

use countersign_jwt::{Claims, Header, Signer, sign};
use countersign_token::{Secret, json::Value};
use countersign_wire::flow::Env;

use super::{AssertionSource, ready, unsigned};
use crate::{AuthorizationServer, Error, pkce, source::BoxFlow};

/// Assertions signed by a key of this process (RFC 7523 §3).
///
/// Each has its own `jti`, the time of its making in `iat`, and expires soon: after five minutes, unless
/// [`lifetime`](Self::lifetime) says otherwise.
///
/// ```
/// # #[cfg(feature = "jwt")] {
/// # fn signer() -> impl countersign_jwt::Signer + 'static {
/// #     struct Null;
/// #     impl countersign_jwt::Signer for Null {
/// #         fn algorithm(&self) -> countersign_jwt::Algorithm { countersign_jwt::Algorithm::Es256 }
/// #         fn sign(&self, _: &[u8]) -> Result<Vec<u8>, countersign_jwt::Error> { Ok(vec![0; 64]) }
/// #     }
/// #     Null
/// # }
/// use countersign_flow::{Endpoint, JwtBearerGrant, assertion::SignedAssertion};
///
/// let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
/// let assertion = SignedAssertion::new(signer(), "robot@example.com", "https://as.example/token")
///     .subject("ann@example.com")
///     .claim("scope", "files");
/// let grant = JwtBearerGrant::new(&endpoint, assertion, "");
/// # drop(grant);
/// # }
/// ```
#[derive(Clone)]
pub struct SignedAssertion {
    signer: Arc<dyn Signer>,
    kind: Cow<'static, str>,
    issuer: String,
    subject: String,
    audience: Vec<String>,
    lifetime: Duration,
    more: Vec<(String, Value)>,
}

/// Whom a client assertion is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AssertionAudience {
    /// The issuer identifier alone, as the revision of RFC 7523 says: no other server can use it.
    #[default]
    Issuer,
    /// The token endpoint, as RFC 7523 §3 says and older servers want.
    TokenEndpoint,
    /// Both, as a list.
    Both,
}

/// The explicit type of client assertions in the revision of RFC 7523.
const CLIENT_TYPE: &str = "client-authentication+jwt";

impl SignedAssertion {
    /// Assertions that this key makes, of `issuer` about itself, for `audience`.
    pub fn new(
        signer: impl Signer + 'static,
        issuer: impl Into<String>,
        audience: impl Into<String>,
    ) -> Self {
        let issuer = issuer.into();
        Self {
            signer: Arc::new(signer),
            kind: Cow::Borrowed("JWT"),
            subject: issuer.clone(),
            issuer,
            audience: vec![audience.into()],
            lifetime: Duration::from_secs(300),
            more: Vec::new(),
        }
    }

    /// Assertions by which this client proves at `server` who it is (RFC 7523 §2.2, and its revision: for the
    /// issuer alone, with the type `client-authentication+jwt`).
    pub fn of_client(
        signer: impl Signer + 'static,
        client: impl Into<String>,
        server: &AuthorizationServer,
    ) -> Self {
        let mut assertion = Self::new(signer, client, server.issuer.as_str());
        assertion.kind = Cow::Borrowed(CLIENT_TYPE);
        assertion
    }

    /// For whom they are, at this server.
    #[must_use]
    pub fn audience(mut self, audience: AssertionAudience, server: &AuthorizationServer) -> Self {
        let issuer = server.issuer.clone();
        let endpoint = server.token_endpoint.as_str().to_string();
        self.audience = match audience {
            AssertionAudience::Issuer => vec![issuer],
            AssertionAudience::TokenEndpoint => vec![endpoint],
            AssertionAudience::Both => vec![issuer, endpoint],
        };
        self
    }

    /// The explicit type (`typ`); `JWT` for servers that refuse any other.
    #[must_use]
    pub fn kind(mut self, kind: impl Into<Cow<'static, str>>) -> Self {
        self.kind = kind.into();
        self
    }

    /// Speaks of another than its issuer (`sub`): the user of a delegation.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// How long each is good for.
    #[must_use]
    pub const fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Says something more, such as `scope` or `target_audience`; the claims of RFC 7523 §3 stay as they are.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.more.push((name.into(), Value::text(value)));
        self
    }

    /// One assertion, at once.
    ///
    /// # Errors
    /// [`Error::NoEntropy`], and [`Misuse::Unsignable`](crate::error::Misuse::Unsignable) when the key refuses.
    pub fn make(&self, env: &Env<'_>) -> Result<Secret, Error> {
        let Self { signer, kind, issuer, subject, audience, lifetime, more } = self;
        let claims = more
            .iter()
            .fold(Claims::new(), |claims, (name, value)| claims.with(name.as_str(), value.clone()));
        let claims = claims.with_issuer(issuer.as_str()).with_subject(subject.as_str());
        let claims = match audience.as_slice() {
            [one] => claims.with_audience(one.as_str()),
            several => claims.with_audiences(several.iter().map(String::as_str)),
        };
        let claims = claims
            .with_issued_at(env.now)
            .with_expiry(env.now.plus(*lifetime))
            .with_id(pkce::random_text(env.entropy)?);
        sign(&Header::typed(kind.clone()), &claims, signer).map_err(unsigned)
    }
}

impl AssertionSource for SignedAssertion {
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error> {
        self.make(env).map(ready)
    }
}

impl fmt::Debug for SignedAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signer: _, kind, issuer, subject, audience, lifetime, more: _ } = self;
        f.debug_struct("SignedAssertion")
            .field("kind", kind)
            .field("issuer", issuer)
            .field("subject", subject)
            .field("audience", audience)
            .field("lifetime", lifetime)
            .finish_non_exhaustive()
    }
}
