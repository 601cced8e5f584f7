use alloc::string::{String, ToString};
use core::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use http::Uri;

use crate::{Error, error::EndpointProblem};

/// The address of a server's endpoint: `https`, or `http` to a literal loopback address.
///
/// It keeps the text it was made from, because URIs are compared as they are written.
///
/// ```
/// use countersign_flow::Endpoint;
///
/// assert!(Endpoint::new("token_endpoint", "https://as.example/token").is_ok());
/// assert!(Endpoint::new("token_endpoint", "http://[::1]:8080/token").is_ok());
/// assert!(Endpoint::new("token_endpoint", "http://localhost:80@attacker.example/").is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    text: String,
    uri: Uri,
}

impl Endpoint {
    /// Takes over an address; `name` says in an error which one it was.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when it is not absolute, would send in clear, or has a fragment or user
    /// information.
    pub fn new(name: &'static str, text: &str) -> Result<Self, Error> {
        let refused = |problem| Error::Endpoint { name, problem };
        // `http::Uri` cuts a fragment off without a word, so it is looked for in the text.
        if text.contains('#') {
            return Err(refused(EndpointProblem::Fragment));
        }
        let uri: Uri = text.parse().map_err(|_| refused(EndpointProblem::NotAbsolute))?;
        let (Some(_), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(refused(EndpointProblem::NotAbsolute));
        };
        if authority.as_str().contains('@') {
            return Err(refused(EndpointProblem::UserInfo));
        }
        if !is_confidential(&uri) {
            return Err(refused(EndpointProblem::ClearText));
        }
        Ok(Self { text: text.to_string(), uri })
    }

    /// The address as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address, parsed.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the query: an address from elsewhere may carry anything in it.
        write!(f, "Endpoint({})", countersign_wire::redact::uri(&self.uri))
    }
}

/// Whether what is sent there is seen by nobody on the way: TLS, or it never leaves the machine.
///
/// The host is a literal address, because `localhost` is whatever a resolver says, and is taken from the
/// authority's host part, never from what stands before an `@`.
pub(crate) fn is_confidential(uri: &Uri) -> bool {
    let Some(scheme) = uri.scheme_str() else {
        return false;
    };
    if scheme.eq_ignore_ascii_case("https") {
        return true;
    }
    let host = uri.host().unwrap_or_default();
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).map_or_else(
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback()),
        |host| host.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback()),
    );
    scheme.eq_ignore_ascii_case("http") && literal
}

/// RFC 6749 §3.1.2, and RFC 8707 §2 for resources: absolute and without a fragment; any scheme, because applications have their own.
pub(crate) fn check_redirect_uri(name: &'static str, uri: &str) -> Result<(), Error> {
    let refused = |problem| Err(Error::Endpoint { name, problem });
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let absolute = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char));
    if !absolute || uri.chars().any(|char| char.is_control() || char == ' ') {
        return refused(EndpointProblem::NotAbsolute);
    }
    if uri.contains('#') {
        return refused(EndpointProblem::Fragment);
    }
    Ok(())
}
