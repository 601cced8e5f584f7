use core::time::Duration;
use std::sync::Arc;

use countersign_flow::{AssertionSource, BoxFlow, Error, assertion, error::Misuse};
use countersign_jwt::{Claims, Header, Signer, base64url, sign};
use countersign_token::{Secret, json::Object};
use countersign_wire::flow::Env;

/// What is asserted at the token endpoint, signed anew for each request.
#[derive(Clone)]
pub(super) struct Assertion {
    pub(super) signer: Arc<dyn Signer>,
    pub(super) email: Arc<str>,
    pub(super) subject: Option<String>,
    pub(super) audience: String,
    pub(super) purpose: Purpose,
    pub(super) claims: Object,
    pub(super) lifetime: Duration,
    pub(super) skew: Duration,
}

/// What the token is to be for.
#[derive(Clone)]
pub(super) enum Purpose {
    Scopes(String),
    TargetAudience(String),
}

impl Assertion {
    pub(super) fn make(&self, env: &Env<'_>) -> Result<Secret, Error> {
        let Self { signer, email, subject, audience, purpose, claims, lifetime, skew } = self;
        let mut id = [0; 16];
        env.entropy.fill(&mut id)?;
        let own = Claims::new().with_issuer(&**email);
        let own = match subject {
            Some(subject) => own.with_subject(subject.as_str()),
            None => own,
        };
        let own = match purpose {
            Purpose::Scopes(scopes) => own.with_text("scope", scopes.as_str()),
            Purpose::TargetAudience(audience) => own.with_text("target_audience", audience.as_str()),
        };
        let issued_at = env.now.minus(*skew);
        let own = own
            .with_audience(audience.as_str())
            .with_issued_at(issued_at)
            .with_expiry(issued_at.plus(*lifetime))
            .with_id(base64url::encode(id));
        let claims = claims.iter().fold(own, |own, (name, value)| own.with(name, value.clone()));
        sign(&Header::jwt(), &claims, signer).map_err(unsigned)
    }
}

impl AssertionSource for Assertion {
    fn begin(&self, env: &Env<'_>) -> Result<BoxFlow<Secret>, Error> {
        self.make(env).map(assertion::ready)
    }
}

/// The key did not sign.
pub(super) fn unsigned(_: countersign_jwt::Error) -> Error {
    Misuse::Unsignable { part: "key" }.into()
}
