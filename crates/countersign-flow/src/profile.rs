//! Providers as data: where their endpoints are, where clients are registered, and what is odd about them.
//!
//! Ten are built in; a user adds others as TOML, without code. The reader takes a part of TOML: tables, text,
//! booleans and lists of texts.
//!
//! ```
//! use countersign_flow::{AuthorizationRequest, profile::Profile};
//! # use countersign_wire::flow::{Env};
//! # let entropy = |out: &mut [u8]| { out.fill(7); Ok(()) };
//! # let env = Env { now: countersign_token::Timestamp::from_unix(0), entropy: &entropy };
//!
//! let google = Profile::find("google").unwrap();
//! let server = google.server();
//! let client = google.client("123.apps.example", Some("desktop-secret".into()))
//!     .with_redirect_uri("http://127.0.0.1:4711/");
//! let request = AuthorizationRequest::new(server, &client).scopes("openid email");
//! let (url, _pending) = google.prepare(request).begin(&env)?;
//! assert!(url.starts_with("https://accounts.google.com/") && url.contains("access_type=offline"));
//!
//! let own = Profile::from_toml(r#"
//!     name = "ours"
//!     issuer = "https://as.example"
//!     [endpoints]
//!     token = "https://as.example/token"
//! "#)?;
//! assert_eq!(own.server().token_endpoint.as_str(), "https://as.example/token");
//! # Ok::<(), countersign_flow::Error>(())
//! ```

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_token::Secret;
use countersign_wire::response::Tolerance;

use crate::{
    AuthorizationRequest, AuthorizationServer, ClientAuthentication, ClientRegistration, DeviceAuthorization,
    DeviceGrantName, Endpoint, Error,
};

mod read;
mod toml;

/// The profiles that are built in.
const BUILTIN: [&str; 10] = [
    include_str!("../profiles/discord.toml"),
    include_str!("../profiles/dropbox.toml"),
    include_str!("../profiles/fastmail.toml"),
    include_str!("../profiles/github.toml"),
    include_str!("../profiles/gitlab.toml"),
    include_str!("../profiles/google.toml"),
    include_str!("../profiles/microsoft.toml"),
    include_str!("../profiles/reddit.toml"),
    include_str!("../profiles/slack.toml"),
    include_str!("../profiles/spotify.toml"),
];

/// A provider and its quirks.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Profile {
    /// The name it is found by.
    pub name: String,
    /// The name for people.
    pub title: String,
    server: AuthorizationServer,
    /// Where people register clients.
    pub registered_at: Option<String>,
    /// Where the provider documents what is written here.
    pub source: Option<String>,
    /// When it was written down, as a date; nobody asked the provider since.
    pub written: Option<String>,
    /// What to know besides, a sentence each.
    pub notes: Vec<String>,
    /// Parameters that every login takes.
    pub authorization: Vec<(String, String)>,
    /// How answers are read.
    pub tolerance: Tolerance,
    /// Which redirect URI a program on the user's machine may have.
    pub loopback: Loopback,
    /// Whether a resource (RFC 8707) may be named beside scopes.
    pub resource_with_scopes: bool,
    /// What the device grant is called.
    pub device_grant: DeviceGrantName,
    /// Other spellings of the issuer in ID tokens.
    pub also_issuers: Vec<String>,
    /// The issuer of ID tokens with `{tenantid}` for the token's tenant.
    pub issuer_template: Option<String>,
    /// A client without a secret authenticates by Basic with an empty one.
    empty_secret: bool,
    /// Identifier and secret are not encoded before they go into `Authorization: Basic`.
    unencoded: bool,
}

/// Which redirect URI a provider lets a program on the user's machine have (RFC 8252 §7.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loopback {
    /// A loopback address with any port.
    #[default]
    AnyPort,
    /// A loopback address with the port that was registered.
    ExactPort,
    /// The name `localhost`, with any port.
    Localhost,
    /// None.
    None,
}

impl Profile {
    /// All that are built in, by name.
    pub fn builtin() -> impl Iterator<Item = Self> {
        BUILTIN.iter().filter_map(|text| Self::from_toml(text).ok())
    }

    /// The one of this name, in any case.
    pub fn find(name: &str) -> Option<Self> {
        Self::builtin().find(|profile| profile.name.eq_ignore_ascii_case(name))
    }

    /// The one whose server has this issuer, compared as it is written.
    pub fn of_issuer(issuer: &str) -> Option<Self> {
        Self::builtin().find(|profile| profile.server.issuer == issuer)
    }

    /// Reads a profile.
    ///
    /// # Errors
    /// [`Error::Profile`] with the line and what is wrong there, [`Error::Endpoint`] for an address that must
    /// not be used.
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        read::profile(text)
    }

    /// The server.
    pub const fn server(&self) -> &AuthorizationServer {
        &self.server
    }

    /// A client registered there, with the secret that it was given, if it was.
    pub fn client(&self, id: &str, secret: Option<Secret>) -> ClientRegistration {
        let secret = secret.or_else(|| self.empty_secret.then(Secret::default));
        let authentication =
            match ClientAuthentication::choose(secret, &self.server.client_authentication_methods) {
                ClientAuthentication::SecretBasic(secret) if self.unencoded => {
                    ClientAuthentication::SecretBasicUnencoded(secret)
                }
                authentication => authentication,
            };
        ClientRegistration::new(id.to_string(), authentication).with_tolerance(self.tolerance.clone())
    }

    /// The login with the parameters that the provider takes.
    pub fn prepare<'a>(&self, request: AuthorizationRequest<'a>) -> AuthorizationRequest<'a> {
        self.authorization.iter().fold(request, |request, (name, value)| request.param(name, value))
    }

    /// A device that asks this provider for a code.
    ///
    /// # Errors
    /// [`Misuse::NoEndpoint`](crate::error::Misuse::NoEndpoint) when it has no device authorization endpoint.
    pub fn device(&self, client: &ClientRegistration) -> Result<DeviceAuthorization, Error> {
        Ok(DeviceAuthorization::new(&self.server, client)?.grant_name(self.device_grant))
    }

    /// The rules for ID tokens with the provider's spellings of its issuer.
    #[cfg(feature = "jwt")]
    pub fn identity(&self, rules: crate::id_token::IdTokenRules) -> crate::id_token::IdTokenRules {
        let rules = self.also_issuers.iter().fold(rules, |rules, issuer| rules.also_issuer(issuer));
        match &self.issuer_template {
            Some(template) => rules.issuer_template(template),
            None => rules,
        }
    }

    fn new(name: &str, issuer: &str, token_endpoint: Endpoint) -> Self {
        Self {
            name: name.to_string(),
            title: name.to_string(),
            server: AuthorizationServer::at(issuer, token_endpoint),
            registered_at: None,
            source: None,
            written: None,
            notes: Vec::new(),
            authorization: Vec::new(),
            tolerance: Tolerance::default(),
            loopback: Loopback::AnyPort,
            resource_with_scopes: true,
            device_grant: DeviceGrantName::Standard,
            also_issuers: Vec::new(),
            issuer_template: None,
            empty_secret: false,
            unencoded: false,
        }
    }
}
