use core::net::{Ipv4Addr, Ipv6Addr};

use crate::UrlFault;

const MAX_URL: usize = 16 * 1024;

/// Whether an address, which a malicious server may have chosen, may go to a browser: `https`, or `http` to
/// a loopback address in digits, and every character one that RFC 3986 allows.
pub(crate) fn check(url: &str) -> Result<(), UrlFault> {
    if url.len() > MAX_URL {
        return Err(UrlFault::TooLong);
    }
    check_characters(url)?;
    let (scheme, rest) = url.split_once("://").ok_or(UrlFault::Scheme)?;
    let clear_text = scheme.eq_ignore_ascii_case("http");
    if !clear_text && !scheme.eq_ignore_ascii_case("https") {
        return Err(UrlFault::Scheme);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(UrlFault::UserInfo);
    }
    match host(authority)? {
        Host::V4(address) if address.is_loopback() => Ok(()),
        Host::V6(address) if address.is_loopback() => Ok(()),
        _ if clear_text => Err(UrlFault::ClearText),
        _ => Ok(()),
    }
}

fn check_characters(url: &str) -> Result<(), UrlFault> {
    let mut rest = url.bytes();
    while let Some(byte) = rest.next() {
        let fine = match byte {
            b'%' => {
                let mut is_hex = || rest.next().is_some_and(|digit| digit.is_ascii_hexdigit());
                is_hex() && is_hex()
            }
            // Browsers read `\` as `/`, and the others mean something to one shell or another.
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
            other => other.is_ascii_graphic(),
        };
        if !fine {
            return Err(UrlFault::Character);
        }
    }
    Ok(())
}

enum Host {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Name,
}

fn host(authority: &str) -> Result<Host, UrlFault> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (digits, port) = rest.split_once(']').ok_or(UrlFault::Host)?;
        (Host::V6(digits.parse().map_err(|_| UrlFault::Host)?), port)
    } else {
        let end = authority.find(':').unwrap_or(authority.len());
        let (name, port) = authority.split_at_checked(end).ok_or(UrlFault::Host)?;
        let host = match name.parse() {
            Ok(address) => Host::V4(address),
            Err(_) if is_name(name) => Host::Name,
            Err(_) => return Err(UrlFault::Host),
        };
        (host, port)
    };
    if port.is_empty() || port.strip_prefix(':').is_some_and(is_port) {
        Ok(host)
    } else {
        Err(UrlFault::Host)
    }
}

/// A host name, also one with underscores, as some private zones have. No label is empty or begins with a
/// hyphen, so that no program behind the browser takes it for an option.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port != 0)
}
