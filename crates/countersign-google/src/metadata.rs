use core::time::Duration;

use countersign_flow::{BoxFlow, Endpoint};
use countersign_token::Scopes;
use countersign_wire::flow::{Handling, Purpose};
use http::{HeaderName, StatusCode, Uri};

use crate::{Environment, Error, ErrorKind, Unsupported, call::Call, environment};

mod detection;
mod fetch;
mod source;

pub use detection::MetadataDetection;
use fetch::Fetch;
pub use source::{MetadataIdToken, MetadataSource};

/// The address of every metadata server: it answers on the own link only.
const ADDRESS: &str = "169.254.169.254";
const FLAVOR: HeaderName = HeaderName::from_static("metadata-flavor");
const GOOGLE: &str = "Google";
/// No answer of the server is longer.
const RESPONSE_LIMIT: usize = 64 * 1024;

/// The metadata server of a machine in Google's cloud, which has the tokens of the accounts attached to it.
///
/// Requests go to a link-local or loopback address in clear, and never through a proxy. The server is told and
/// must say that it is Google's, so that no captive portal is taken for it.
///
/// ```
/// use countersign_flow::Source;
/// use countersign_google::MetadataServer;
///
/// let source = MetadataServer::new().source().scopes(["https://www.googleapis.com/auth/drive"]);
/// assert_eq!(source.key().account, "default");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataServer {
    /// Scheme and authority.
    root: String,
    timeout: Duration,
    attempts: u32,
}

/// What else the server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetadataValue {
    /// The identifier of the project (`project/project-id`).
    Project,
    /// The domain under which the services are (`universe/universe-domain`).
    Universe,
    /// The address of the default account (`instance/service-accounts/default/email`).
    Email,
}

impl MetadataServer {
    /// The server at its usual address.
    pub fn new() -> Self {
        Self { root: format!("http://{ADDRESS}"), timeout: Duration::from_secs(3), attempts: 3 }
    }

    /// The server at this host, with or without a port: a literal link-local or loopback address, or
    /// `metadata.google.internal`.
    ///
    /// # Errors
    /// [`ErrorKind::Endpoint`] for any other host, to which a token must not come in clear.
    pub fn at(host: &str) -> Result<Self, Error> {
        let refused = || Error::from(ErrorKind::Endpoint { name: "GCE_METADATA_HOST" });
        let named = ["metadata.google.internal", "metadata"]
            .into_iter()
            .find_map(|name| host.strip_prefix(name).filter(|port| port.is_empty() || port.starts_with(':')));
        let host = named.map_or_else(|| host.to_owned(), |port| format!("{ADDRESS}{port}"));
        let root = format!("http://{host}");
        let uri: Uri = root.parse().map_err(|_| refused())?;
        let link_local = uri
            .host()
            .and_then(|host| host.parse::<core::net::Ipv4Addr>().ok())
            .is_some_and(|address| address.is_link_local());
        let bare = uri.authority().is_some_and(|authority| authority.as_str() == host) && !host.contains('@');
        if bare && (link_local || Endpoint::new("GCE_METADATA_HOST", &root).is_ok()) {
            Ok(Self { root, ..Self::new() })
        } else {
            Err(refused())
        }
    }

    /// The server as the variables `GCE_METADATA_HOST` (or `GCE_METADATA_ROOT`, or `GCE_METADATA_IP`),
    /// `GCE_METADATA_TIMEOUT` in seconds and `GCE_METADATA_DETECT_RETRIES` describe it; nothing when
    /// `NO_GCE_CHECK` is `true`.
    ///
    /// # Errors
    /// [`ErrorKind::Endpoint`] for a host to which a token must not come in clear, and
    /// [`ErrorKind::NotSupported`] when `GCE_METADATA_MTLS_MODE` is `strict`.
    pub fn from_environment(environment: &dyn Environment) -> Result<Option<Self>, Error> {
        let text = |name| environment::text(environment, name);
        if text("NO_GCE_CHECK").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        if text("GCE_METADATA_MTLS_MODE").is_some_and(|mode| mode.eq_ignore_ascii_case("strict")) {
            return Err(ErrorKind::NotSupported(Unsupported::MetadataMutualTls).into());
        }
        let host = ["GCE_METADATA_HOST", "GCE_METADATA_ROOT", "GCE_METADATA_IP"].into_iter().find_map(text);
        let mut server = host.map_or_else(|| Ok(Self::new()), |host| Self::at(&host))?;
        if let Some(seconds) = text("GCE_METADATA_TIMEOUT").and_then(|value| value.parse().ok()) {
            server.timeout = Duration::from_secs(u64::clamp(seconds, 1, 60));
        }
        if let Some(attempts) = text("GCE_METADATA_DETECT_RETRIES").and_then(|value| value.parse().ok()) {
            server.attempts = u32::clamp(attempts, 1, 10);
        }
        Ok(Some(server))
    }

    /// The conversation that finds out whether the server is there: a few tries, each of a few seconds.
    pub fn detection(&self) -> MetadataDetection {
        MetadataDetection::new(self)
    }

    /// A source of access tokens of the account attached to the machine.
    pub fn source(&self) -> MetadataSource {
        MetadataSource::new(self.clone())
    }

    /// The conversation that reads a value; nothing when the server has none.
    ///
    /// A server without a universe is in [`UNIVERSE`](crate::endpoints::UNIVERSE).
    pub fn value(&self, value: MetadataValue) -> BoxFlow<Option<String>> {
        let path = match value {
            MetadataValue::Project => "project/project-id",
            MetadataValue::Universe => "universe/universe-domain",
            MetadataValue::Email => "instance/service-accounts/default/email",
        };
        let default = (value == MetadataValue::Universe).then(|| crate::endpoints::UNIVERSE.to_owned());
        Box::new(Fetch::new(self, false, path, Purpose::Metadata, move |response, _| {
            if response.status() == StatusCode::NOT_FOUND {
                return Ok(default.clone());
            }
            let text = fetch::text(response)?;
            Ok(if text.expose().is_empty() { default.clone() } else { Some(text.expose().to_owned()) })
        }))
    }

    fn call(&self, path: &str, purpose: Purpose) -> Result<Call, countersign_flow::Error> {
        let uri: Uri = format!("{}/{path}", self.root)
            .parse()
            .map_err(|_| countersign_wire::Error::Malformed { name: "path" })?;
        let mut handling = Handling::new(purpose);
        handling.link_local_http = true;
        handling.no_proxy = true;
        handling.timeout = Some(self.timeout);
        handling.response_limit = Some(RESPONSE_LIMIT);
        Ok(Call::get(uri, handling).header(FLAVOR, GOOGLE))
    }
}

impl Default for MetadataServer {
    fn default() -> Self {
        Self::new()
    }
}

/// Scopes as the server wants them.
fn commas(scopes: &Scopes) -> String {
    scopes.iter().collect::<Vec<_>>().join(",")
}

/// Whether whoever answered says that he is Google's.
fn is_google(response: &http::Response<Vec<u8>>) -> bool {
    response.headers().get(FLAVOR).is_some_and(|value| value.as_bytes() == GOOGLE.as_bytes())
}
