use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use countersign_token::Scopes;

use crate::{Error, redirect};

/// How long things last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lifetimes {
    /// An authorization code; 60 s, and never more than 10 minutes (RFC 6749 §4.1.2).
    pub code: Duration,
    /// An OAuth 2.0 access token; one hour.
    pub access_token: Duration,
    /// A refresh token that is not used; 30 days.
    pub refresh_token: Duration,
    /// OAuth 1.0a temporary credentials; 10 minutes.
    pub temporary_credentials: Duration,
    /// How far an OAuth 1.0a timestamp may be off, either way; 300 s.
    pub timestamp_window: Duration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: Duration::from_secs(60),
            access_token: Duration::from_secs(3600),
            refresh_token: Duration::from_secs(30 * 86_400),
            temporary_credentials: Duration::from_secs(600),
            timestamp_window: Duration::from_secs(300),
        }
    }
}

/// A scope that can be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScopeInfo {
    /// The scope token.
    pub name: String,
    /// What it allows, for the person who is asked.
    pub description: String,
}

/// Where the provider's endpoints are, as paths below the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paths {
    pub(crate) authorize: &'static str,
    pub(crate) token: &'static str,
    pub(crate) revoke: &'static str,
}

pub(crate) const PATHS: Paths = Paths { authorize: "/authorize", token: "/token", revoke: "/revoke" };

/// What the provider is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The issuer identifier: an origin, without path, query and fragment.
    issuer: String,
    /// How long things last.
    pub lifetimes: Lifetimes,
    /// The scopes that can be granted.
    pub scopes: Vec<ScopeInfo>,
    /// How many events are kept.
    pub event_limit: usize,
}

impl Config {
    /// A provider with this issuer identifier, which is also the origin of all its URLs.
    ///
    /// OAuth 1.0a signatures are checked against this origin, whatever `Host` a request names, so that a
    /// proxy in front needs no trust.
    ///
    /// # Errors
    /// [`Error::Issuer`] when it is neither `https` nor `http` on a loopback address, or is more than an origin.
    pub fn new(issuer: impl Into<String>) -> Result<Self, Error> {
        let issuer = issuer.into();
        let authority = issuer
            .strip_prefix("https://")
            .or_else(|| issuer.strip_prefix("http://").filter(|_| redirect::is_loopback(&issuer)))
            .ok_or(Error::Issuer)?;
        let clean = !authority.is_empty()
            && authority
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte));
        if !clean {
            return Err(Error::Issuer);
        }
        Ok(Self { issuer, lifetimes: Lifetimes::default(), scopes: Vec::new(), event_limit: 1000 })
    }

    /// The same provider with these scopes and what each allows.
    #[must_use]
    pub fn with_scopes<N: Into<String>, D: Into<String>>(
        mut self,
        scopes: impl IntoIterator<Item = (N, D)>,
    ) -> Self {
        self.scopes = scopes
            .into_iter()
            .map(|(name, description)| ScopeInfo { name: name.into(), description: description.into() })
            .collect();
        self
    }

    /// The same provider with these lifetimes.
    #[must_use]
    pub fn with_lifetimes(mut self, lifetimes: Lifetimes) -> Self {
        self.lifetimes = lifetimes;
        self
    }

    /// The issuer identifier.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether the issuer is on a loopback address.
    pub fn is_loopback(&self) -> bool {
        redirect::is_loopback(&self.issuer)
    }

    /// Scheme and authority.
    pub(crate) fn origin(&self) -> (&str, &str) {
        self.issuer.split_once("://").unwrap_or(("https", ""))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) fn known_scopes(&self) -> Scopes {
        self.scopes.iter().map(|scope| scope.name.to_string()).collect()
    }
}
