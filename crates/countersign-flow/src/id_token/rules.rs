use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::{fmt, time::Duration};

use countersign_jwt::{Algorithm, Expected};
use countersign_token::{ClientId, Secret};

use super::Identity;
use crate::{AuthorizationServer, AuthorizedCode};

/// What an ID token must be (OpenID Connect Core §3.1.3.7).
///
/// Signed with a public key by one of the algorithms; of the issuer; for the client, as audience and authorized
/// party; in its time, with a minute of leeway; with `sub` and `iat`; and with the hashes it says it has.
#[derive(Clone)]
pub struct IdTokenRules {
    issuers: Vec<String>,
    template: Option<String>,
    client: ClientId,
    nonce: Option<Secret>,
    max_age: Option<Duration>,
    code: Option<Secret>,
    subject: Option<String>,
    algorithms: Vec<Algorithm>,
    leeway: Duration,
}

impl IdTokenRules {
    /// An ID token of this issuer for this client, after whatever login.
    pub fn new(issuer: impl Into<String>, client: impl Into<ClientId>) -> Self {
        Self {
            issuers: vec![issuer.into()],
            template: None,
            client: client.into(),
            nonce: None,
            max_age: None,
            code: None,
            subject: None,
            algorithms: Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect(),
            leeway: Duration::from_secs(60),
        }
    }

    /// Accepts another spelling of the issuer too, such as Google's without its scheme.
    #[must_use]
    pub fn also_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Accepts the issuer that this template makes of the token's own tenant (`tid` for `{tenantid}`), as the
    /// metadata of Microsoft's shared endpoints is written.
    #[must_use]
    pub fn issuer_template(mut self, template: impl Into<String>) -> Self {
        self.template = Some(template.into());
        self
    }

    /// Accepts these algorithms only; those with a shared secret never.
    #[must_use]
    pub fn signed_by(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect();
        self
    }

    /// Accepts the algorithms that this server names, of those that are known here.
    #[must_use]
    pub fn signed_as(self, server: &AuthorizationServer) -> Self {
        if server.id_token_algorithms.is_empty() {
            return self;
        }
        self.signed_by(server.id_token_algorithms.iter().filter_map(|name| Algorithm::from_name(name)))
    }

    /// What the clocks may differ by.
    #[must_use]
    pub const fn leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    /// The rules after a refresh: the same user of the same issuer, and no nonce (OpenID Connect Core §12.2).
    #[must_use]
    pub fn after_refresh(mut self, before: &Identity) -> Self {
        let Identity { issuer, subject, claims: _ } = before;
        self.issuers = vec![issuer.clone()];
        self.template = None;
        self.subject = Some(subject.clone());
        self.nonce = None;
        self.code = None;
        self.max_age = None;
        self
    }

    pub(super) fn expected(&self) -> Expected {
        let expected = match &self.template {
            None => Expected::from_issuers(self.issuers.iter().map(String::as_str)),
            // The form is checked when the tenant is known.
            Some(_) => Expected::from_anyone().with_claim("iss"),
        };
        let expected = expected
            .for_client(self.client.as_str())
            .signed_by(self.algorithms.iter().copied())
            .with_claim("sub")
            .with_claim("iat")
            .with_leeway(self.leeway);
        match &self.nonce {
            Some(nonce) => expected.with_nonce(nonce.clone()),
            None => expected,
        }
    }

    pub(super) fn accepts_issuer(&self, issuer: &str, tenant: Option<&str>) -> bool {
        let is_tenant = |tenant: &&str| {
            !tenant.is_empty() && tenant.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let made = self.template.as_ref().zip(tenant.filter(is_tenant));
        self.issuers.iter().any(|own| own == issuer)
            || made.is_some_and(|(template, tenant)| template.replace("{tenantid}", tenant) == issuer)
    }

    pub(super) fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    pub(super) const fn code(&self) -> Option<&Secret> {
        self.code.as_ref()
    }

    /// How long ago the login may be at most, leeway included.
    pub(super) fn oldest_login(&self) -> Option<Duration> {
        self.max_age.map(|age| age.saturating_add(self.leeway))
    }
}

impl AuthorizedCode {
    /// What the ID token that comes for this code must be: of the issuer the user was sent to, for this login.
    pub fn id_token_rules(&self) -> IdTokenRules {
        let pending = &self.pending;
        let mut rules = IdTokenRules::new(pending.issuer.to_string(), pending.client.id.clone());
        rules.nonce.clone_from(&pending.nonce);
        rules.max_age = pending.max_age;
        rules.code = Some(self.code.clone());
        rules
    }
}

impl fmt::Debug for IdTokenRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { issuers, template, client, nonce: _, max_age, code: _, subject, algorithms, leeway } =
            self;
        f.debug_struct("IdTokenRules")
            .field("issuers", issuers)
            .field("template", template)
            .field("client", client)
            .field("max_age", max_age)
            .field("subject", subject)
            .field("algorithms", algorithms)
            .field("leeway", leeway)
            .finish_non_exhaustive()
    }
}
