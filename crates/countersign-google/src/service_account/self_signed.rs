use core::time::Duration;
use std::sync::Arc;

use countersign_flow::{Authorization, Authorize, Bearer, Error, RequestView};
use countersign_jwt::{Claims, Header, Signer, sign};
use countersign_token::{AccessToken, TokenSet};
use countersign_wire::flow::Env;
use http::Uri;

use super::{ServiceAccount, assertion::unsigned};
use crate::{Error as CredentialError, ErrorKind};

/// For whom a token that the account signs itself is good.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SelfSignedAudience {
    /// The service that is called: scheme and host of the request, with `/` at the end.
    Service,
    /// The address that is called, up to its query, as the older libraries had it.
    Request,
    /// This audience, whatever is called.
    Fixed(String),
    /// No audience: the scopes of the account as a claim.
    Scopes,
}

/// Requests authorized by a token that the service account signs itself: no server is asked.
///
/// ```
/// # fn example(robot: countersign_google::ServiceAccount) -> Result<(), countersign_google::Error> {
/// use countersign_google::SelfSignedAudience;
///
/// let authorize = robot.self_signed(SelfSignedAudience::Service)?;
/// # drop(authorize);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SelfSigned {
    signer: Arc<dyn Signer>,
    email: Arc<str>,
    scopes: String,
    audience: SelfSignedAudience,
    claims: countersign_token::json::Object,
    lifetime: Duration,
    skew: Duration,
}

impl SelfSigned {
    pub(super) fn new(
        account: &ServiceAccount,
        audience: SelfSignedAudience,
    ) -> Result<Self, CredentialError> {
        if account.subject.is_some() {
            return Err(ErrorKind::Misuse("a token that is signed here cannot speak for a user").into());
        }
        if audience == SelfSignedAudience::Scopes && account.scopes.is_empty() {
            return Err(ErrorKind::Misuse("a token for scopes needs some").into());
        }
        Ok(Self {
            signer: Arc::clone(&account.signer),
            email: Arc::clone(&account.email),
            scopes: account.scopes.to_string(),
            audience,
            claims: account.claims.clone(),
            lifetime: account.lifetime,
            skew: account.skew,
        })
    }

    fn claims(&self, uri: &Uri, env: &Env<'_>) -> Claims {
        let Self { signer: _, email, scopes, audience, claims, lifetime, skew } = self;
        let own = Claims::new().with_issuer(&**email).with_subject(&**email);
        // Never both: which of the two counts is up to the service otherwise.
        let own = match audience {
            SelfSignedAudience::Scopes => own.with_text("scope", scopes.as_str()),
            SelfSignedAudience::Fixed(audience) => own.with_audience(audience.as_str()),
            SelfSignedAudience::Service => own.with_audience(format!("{}/", origin(uri))),
            SelfSignedAudience::Request => own.with_audience(format!("{}{}", origin(uri), uri.path())),
        };
        let issued_at = env.now.minus(*skew);
        let own = own.with_issued_at(issued_at).with_expiry(issued_at.plus(*lifetime));
        claims.iter().fold(own, |own, (name, value)| own.with(name, value.clone()))
    }
}

fn origin(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    format!("{}://{authority}", uri.scheme_str().unwrap_or("https"))
}

impl Authorize for SelfSigned {
    fn authorize(
        &self,
        request: RequestView<'_>,
        _: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        let token = sign(&Header::jwt(), &self.claims(request.uri, env), &self.signer).map_err(unsigned)?;
        // It is a bearer token like any other, and goes nowhere in clear.
        let tokens = TokenSet::new(AccessToken::bearer(token, env.now));
        Bearer::new().authorize(request, Some(&tokens), env)
    }
}

impl core::fmt::Debug for SelfSigned {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { signer: _, email, scopes, audience, claims: _, lifetime, skew } = self;
        f.debug_struct("SelfSigned")
            .field("email", email)
            .field("scopes", scopes)
            .field("audience", audience)
            .field("lifetime", lifetime)
            .field("skew", skew)
            .finish_non_exhaustive()
    }
}
