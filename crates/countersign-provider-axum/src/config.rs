use core::fmt;
use std::sync::Arc;

use countersign_provider::{Config as ProviderConfig, Lifetimes, RegisteredClient, User, state::Consumer};
use countersign_token::Secret;
use countersign_transport::{Clock, SystemClock};
use countersign_wire::flow::{Entropy, NoEntropy};

use crate::{Error, ErrorKind, seed};

/// A person who can sign in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Account {
    /// Who it is; the name is what is typed in.
    pub user: User,
    /// The password.
    pub password: Secret,
    /// The files the sample API lists for this person.
    pub files: Vec<SampleFile>,
}

impl Account {
    /// A person without files.
    pub fn new(user: User, password: impl Into<Secret>) -> Self {
        Self { user, password: password.into(), files: Vec::new() }
    }
}

/// A file of the sample API, in the shape of Drive v3.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "whoever seeds the sample API writes them down")]
pub struct SampleFile {
    /// The identifier.
    pub id: String,
    /// The name.
    pub name: String,
    /// The media type.
    pub mime_type: String,
    /// When it was changed, in RFC 3339.
    pub modified_time: String,
    /// The size in bytes.
    pub size: u64,
}

/// What a [`Service`](crate::Service) is.
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// Issuer, scopes and lifetimes.
    pub provider: ProviderConfig,
    /// Who can sign in.
    pub accounts: Vec<Account>,
    /// OAuth 2.0 clients.
    pub clients: Vec<RegisteredClient>,
    /// OAuth 1.0a clients.
    pub consumers: Vec<Consumer>,
    /// How many entries each table of the state may have.
    pub state_limit: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
}

impl Config {
    /// A provider without people and clients, by the system's clock and entropy.
    ///
    /// # Errors
    /// [`ErrorKind::Issuer`] when the issuer cannot be one.
    pub fn new(issuer: impl Into<String>) -> Result<Self, Error> {
        let provider = ProviderConfig::new(issuer).map_err(|_| Error::new(ErrorKind::Issuer))?;
        Ok(Self {
            provider,
            accounts: Vec::new(),
            clients: Vec::new(),
            consumers: Vec::new(),
            state_limit: 100_000,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(|out: &mut [u8]| getrandom::fill(out).map_err(|_| NoEntropy)),
        })
    }

    /// The demonstration: `alice` (an administrator) and `bob`, both with the password `demo`; the clients
    /// `demo-public` and `demo-web` (secret `demo-secret`) with any loopback redirect; the OAuth 1.0a
    /// consumer `demo-consumer` (secret `demo-consumer-secret`); the scopes `files.read`, `profile`,
    /// `offline`, and Drive's own for `files.read`.
    ///
    /// `offline` is there for clients that ask for it: a refresh token comes with every code in any case.
    ///
    /// # Errors
    /// [`ErrorKind::Issuer`] when the issuer cannot be one.
    pub fn demo(issuer: impl Into<String>) -> Result<Self, Error> {
        Self::new(issuer).map(seed::plant)
    }

    /// The same with these lifetimes.
    #[must_use]
    pub fn with_lifetimes(mut self, lifetimes: Lifetimes) -> Self {
        self.provider.lifetimes = lifetimes;
        self
    }

    /// The same by this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The same with these random bytes.
    #[must_use]
    pub fn with_entropy(mut self, entropy: impl Entropy + 'static) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, accounts, clients, consumers, state_limit, clock: _, entropy: _ } = self;
        f.debug_struct("Config")
            .field("provider", provider)
            .field("accounts", accounts)
            .field("clients", clients)
            .field("consumers", consumers)
            .field("state_limit", state_limit)
            .finish_non_exhaustive()
    }
}
