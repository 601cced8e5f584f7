//! Where a request may go.

use core::net::{Ipv4Addr, Ipv6Addr};

use countersign_wire::flow::Handling;
use http::Uri;

use crate::Error;

/// Whether a request may be sent to `uri`.
///
/// 1. The scheme is `https` or `http`, and there is a host.
/// 2. There is no user name or password before the host.
/// 3. `http` goes to a loopback literal only: `127.0.0.0/8` in dotted form, or `[::1]`. The name `localhost`
///    is refused, because what it resolves to is up to the machine: write `127.0.0.1`.
/// 4. With [`Handling::link_local_http`], `http` goes to a link-local literal too: `169.254.0.0/16` or
///    `[fe80::]/10`.
///
/// ```
/// use countersign_transport::policy::check_destination;
///
/// assert!(check_destination(&"https://example.com/token".parse()?, None).is_ok());
/// assert!(check_destination(&"http://127.0.0.1:8080/token".parse()?, None).is_ok());
/// assert!(check_destination(&"http://127.0.0.1:80@example.com/".parse()?, None).is_err());
/// # Ok::<(), http::uri::InvalidUri>(())
/// ```
///
/// # Errors
/// [`Refused`](crate::ErrorKind::Refused), with the rule that is broken; nothing was sent.
///
/// # Security
/// Clear text that leaves the machine shows every secret in it to everyone on the way.
pub fn check_destination(uri: &Uri, handling: Option<&Handling>) -> Result<(), Error> {
    let refuse = |reason| Err(Error::refused(reason).at(uri));
    let Some(authority) = uri.authority() else {
        return refuse("the address is not an absolute URL");
    };
    if authority.as_str().contains('@') {
        return refuse("the address has a user name in it");
    }
    if authority.host().is_empty() {
        return refuse("the address has no host");
    }
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_loopback(authority.host()) => Ok(()),
        Some("http") if is_link_local(authority.host()) && handling.is_some_and(|h| h.link_local_http) => {
            Ok(())
        }
        Some("http") if authority.host().eq_ignore_ascii_case("localhost") => {
            refuse("clear text goes to a loopback address only: write 127.0.0.1 for localhost")
        }
        Some("http") => refuse("clear text goes to a loopback address only: use https"),
        _ => refuse("the address is neither https nor http"),
    }
}

/// Whether the host of a URI is the literal address of this machine: never leaves it, and never by a proxy.
pub fn is_loopback(host: &str) -> bool {
    match literal(host) {
        Some(Literal::V4(address)) => address.is_loopback(),
        Some(Literal::V6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether the host of a URI is a literal address of the own link, where metadata servers answer.
pub fn is_link_local(host: &str) -> bool {
    match literal(host) {
        Some(Literal::V4(address)) => address.is_link_local(),
        Some(Literal::V6(address)) => address.is_unicast_link_local(),
        None => false,
    }
}

enum Literal {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
}

fn literal(host: &str) -> Option<Literal> {
    match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(Literal::V6),
        None => host.parse().ok().map(Literal::V4),
    }
}
