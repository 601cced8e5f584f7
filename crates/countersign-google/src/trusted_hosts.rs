use countersign_flow::Endpoint;

use crate::{Error, ErrorKind};

/// The hosts to which credential files may send their secrets.
///
/// A credential file names the addresses to which its secrets go, so a file from a stranger could name his
/// own. By default only Google's hosts are accepted; what a host of one's own is for must be said here.
///
/// ```
/// use countersign_google::{ErrorKind, ServiceAccountKey, TrustedHosts};
///
/// let file = br#"{"type": "service_account", "client_email": "robot@example.com", "private_key": "-",
///                 "token_uri": "https://attacker.example/token"}"#;
/// let error = ServiceAccountKey::from_json(file, &TrustedHosts::google()).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::UnexpectedHost { name: "token_uri" });
///
/// let hosts = TrustedHosts::google().and("as.example.org").and(".corp.example");
/// # drop(hosts);
/// ```
///
/// # Security
/// `universe_domain` of a file widens nothing: the hosts of another universe are trusted by
/// [`and`](Self::and), as `.example-universe.goog`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedHosts {
    hosts: Vec<String>,
    anyone: bool,
}

impl TrustedHosts {
    /// Google's own: `accounts.google.com` and everything under `googleapis.com`.
    pub fn google() -> Self {
        Self { hosts: vec!["accounts.google.com".into(), ".googleapis.com".into()], anyone: false }
    }

    /// Whatever a file names.
    ///
    /// # Security
    /// Only for files that nobody else could have written.
    pub const fn anyone() -> Self {
        Self { hosts: Vec::new(), anyone: true }
    }

    /// Also this host, or with a dot in front all that are under it.
    #[must_use]
    pub fn and(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Whether an address is on one of them.
    pub fn covers(&self, endpoint: &Endpoint) -> bool {
        let host = endpoint.uri().host().unwrap_or_default().to_ascii_lowercase();
        let is = |trusted: &String| {
            if trusted.starts_with('.') { host.ends_with(trusted.as_str()) } else { host == *trusted }
        };
        self.anyone || self.hosts.iter().any(is)
    }

    /// The address `text`, when it may be used and its host is trusted.
    pub(crate) fn endpoint(&self, name: &'static str, text: &str) -> Result<Endpoint, Error> {
        let endpoint =
            Endpoint::new(name, text).map_err(|error| Error::because(ErrorKind::Endpoint { name }, error))?;
        if self.covers(&endpoint) { Ok(endpoint) } else { Err(ErrorKind::UnexpectedHost { name }.into()) }
    }
}

impl Default for TrustedHosts {
    fn default() -> Self {
        Self::google()
    }
}
