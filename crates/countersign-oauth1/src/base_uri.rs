//! The base string URI (RFC 5849 §3.4.1.2).

use alloc::string::String;
use core::fmt;

use countersign_wire::percent;

use crate::{
    Error, RequestUri, decimal::Decimal, encoding::ONCE, request_uri::Written, room::Room,
    words::bytes_before,
};

/// Why a URI cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UriFault {
    /// The scheme is missing, or is neither `http` nor `https`.
    Scheme,
    /// There is a user name or a password, which belong into no request URI.
    UserInfo,
    /// The host is missing or holds a character that no host has; an international name goes in its ASCII form.
    Host,
    /// The port is not a number from 1 to 65535 without leading zeros.
    Port,
    /// The path does not begin with a slash.
    Path,
    /// There is a fragment, which never goes on the wire.
    Fragment,
    /// A `%` is not followed by two hexadecimal digits.
    PercentEncoding,
    /// There is a space, which one client sends as `%20` and another as `+`.
    Space,
    /// There is a control character.
    Control,
}

impl fmt::Display for UriFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "no scheme http or https",
            Self::UserInfo => "a user name",
            Self::Host => "no valid host",
            Self::Port => "no valid port",
            Self::Path => "a path without a leading slash",
            Self::Fragment => "a fragment",
            Self::PercentEncoding => "broken percent-encoding",
            Self::Space => "a space",
            Self::Control => "a control character",
        })
    }
}

/// A request URI that has been checked, in its parts.
#[derive(Clone, Copy)]
pub(crate) struct BaseUri<'a> {
    tls: bool,
    host: &'a str,
    is_lower_case: bool,
    /// Whether it stays as it is when it is encoded.
    is_plain: bool,
    /// Absent when it is the default of the scheme.
    port: Option<u16>,
    path: &'a str,
    pub(crate) query: &'a str,
    /// Where the query begins in the URI, in bytes.
    pub(crate) query_position: usize,
}

impl<'a> BaseUri<'a> {
    pub(crate) fn parse(uri: RequestUri<'a>) -> Result<Self, Error> {
        let (scheme, authority, rest) = match uri.0 {
            Written::Whole(text) => {
                let (scheme, rest) = split_scheme(text).ok_or(fault(UriFault::Scheme, 0))?;
                let end = bytes_before(rest.as_bytes(), [b'/', b'?', b'#']);
                let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
                (scheme, authority, rest)
            }
            Written::Parts { scheme, authority, path_and_query } => (scheme, authority, path_and_query),
        };
        let tls = if scheme.eq_ignore_ascii_case("https") {
            true
        } else if scheme.eq_ignore_ascii_case("http") {
            false
        } else {
            return Err(fault(UriFault::Scheme, 0));
        };
        let authority_position = scheme.len().saturating_add(3);
        let of_authority = classes_of(authority.as_bytes());
        // Most are a name of letters and no more.
        let is_host = !authority.is_empty() && of_authority & HOST != 0;
        let (host, port) = match is_host {
            true => (authority, None),
            false => split_authority(authority, authority_position, tls)?,
        };
        let path_position = authority_position.saturating_add(authority.len());
        if !is_clean(rest.as_bytes()) {
            check_characters(rest, path_position)?;
        }
        let path_end = bytes_before(rest.as_bytes(), [b'?']);
        let (path, query) = rest.split_at_checked(path_end).unwrap_or((rest, ""));
        let query_offset = path_end.saturating_add(1).min(rest.len());
        let query = query.strip_prefix('?').unwrap_or_default();
        if !path.is_empty() && !path.starts_with('/') {
            return Err(fault(UriFault::Path, path_position));
        }
        let of_host = if is_host { of_authority } else { classes_of(host.as_bytes()) };
        Ok(Self {
            tls,
            host,
            is_lower_case: of_host & LOWER_CASE != 0,
            is_plain: of_host & PLAIN != 0,
            port,
            path: if path.is_empty() { "/" } else { path },
            query,
            query_position: path_position.saturating_add(query_offset),
        })
    }

    /// How long the path is, in bytes.
    pub(crate) const fn path_length(&self) -> usize {
        self.path.len()
    }

    /// Whether what is sent there is hidden from the network: by TLS, or because it never leaves the machine.
    pub(crate) fn is_private(&self) -> bool {
        let loopback = self.host.eq_ignore_ascii_case("localhost")
            || self.host == "[::1]"
            || self.host.parse().is_ok_and(|address: core::net::Ipv4Addr| address.is_loopback());
        self.tls || loopback
    }

    /// Appends the base string URI through `write`, which takes it in pieces.
    fn pieces(&self, mut write: impl FnMut(&str)) {
        write(if self.tls { "https://" } else { "http://" });
        if !self.is_lower_case {
            let mut lower = [0; 4];
            for char in self.host.chars() {
                write(char.to_ascii_lowercase().encode_utf8(&mut lower));
            }
        } else {
            write(self.host);
        }
        if let Some(port) = self.port {
            write(":");
            write(Decimal::new(port.into()).as_str());
        }
        write(self.path);
    }

    /// Appends it percent-encoded, as the base string wants it.
    pub(crate) fn write_encoded(&self, out: &mut Room) {
        if self.is_lower_case && self.port.is_none() {
            out.push(if self.tls { "https%3A%2F%2F" } else { "http%3A%2F%2F" });
            if self.is_plain {
                out.push(self.host);
            } else {
                out.encode(self.host, &ONCE);
            }
            out.encode_each(self.path.as_bytes(), &ONCE);
        } else {
            self.pieces(|piece| out.encode(piece, &ONCE));
        }
    }
}

/// The base string URI of a request (RFC 5849 §3.4.1.2).
///
/// Scheme and host are lower case, the scheme's default port is left out, an empty path is `/`, query and
/// fragment are gone. The path stays as it is written: it is neither decoded nor normalised.
///
/// ```
/// use countersign_oauth1::{RequestUri, base_string_uri};
///
/// let uri = RequestUri::parts("http", "EXAMPLE.COM:80", "/r%20v/X?id=123");
/// assert_eq!(base_string_uri(uri)?, "http://example.com/r%20v/X");
/// # Ok::<(), countersign_oauth1::Error>(())
/// ```
///
/// # Errors
/// [`Error::Uri`] with the position of what could be read in two ways.
pub fn base_string_uri<'a>(uri: impl Into<RequestUri<'a>>) -> Result<String, Error> {
    let uri = BaseUri::parse(uri.into())?;
    let mut out = String::new();
    uri.pieces(|piece| out.push_str(piece));
    Ok(out)
}

const fn fault(fault: UriFault, position: usize) -> Error {
    Error::Uri { fault, position }
}

/// Host and port of RFC 3986 §3.2, without the user information that HTTP deprecates (RFC 9110 §4.2.4).
fn split_authority(authority: &str, start: usize, tls: bool) -> Result<(&str, Option<u16>), Error> {
    let at = |offset: usize| start.saturating_add(offset);
    let last = |wanted| authority.bytes().rposition(|byte| byte == wanted);
    if let Some(offset) = last(b'@') {
        return Err(fault(UriFault::UserInfo, at(offset)));
    }
    let first = |wanted| authority.bytes().position(|byte| byte == wanted);
    let host_end = match first(b']') {
        Some(bracket) => bracket.saturating_add(1),
        None => first(b':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(host_end).unwrap_or((authority, ""));
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let (name, name_offset) = literal.map_or((host, 0), |literal| (literal, 1));
    if name.is_empty() {
        return Err(fault(UriFault::Host, at(name_offset)));
    }
    if literal.is_some_and(|literal| literal.parse::<core::net::Ipv6Addr>().is_err()) {
        return Err(fault(UriFault::Host, at(name_offset)));
    }
    if literal.is_none()
        && let Some(offset) = name.bytes().position(|byte| !is_host_byte(byte))
    {
        return Err(fault(UriFault::Host, at(offset)));
    }
    let Some(digits) = port.strip_prefix(':') else {
        return if port.is_empty() { Ok((host, None)) } else { Err(fault(UriFault::Host, at(host_end))) };
    };
    if digits.is_empty() {
        return Ok((host, None));
    }
    let broken = fault(UriFault::Port, at(host_end.saturating_add(1)));
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(broken);
    }
    let number: u16 = digits.parse().map_err(|_| broken)?;
    let default = if tls { 443 } else { 80 };
    Ok((host, (number != default).then_some(number)))
}

/// RFC 3986 §3.2.2 `reg-name` without percent-encoding, which no resolver understands.
fn is_host_byte(byte: u8) -> bool {
    classes_of(&[byte]) & HOST != 0
}

/// What a byte may be part of.
static CLASSES: [u8; 256] = classes();
const HOST: u8 = 1;
/// Path and query, a percent sign apart, which needs a closer look.
const CLEAN: u8 = 2;
const LOWER_CASE: u8 = 4;
const PLAIN: u8 = 8;

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        if percent::is_unreserved(byte) || matches!(byte, b'!' | b'$' | b'&'..=b',' | b';' | b'=') {
            table[byte as usize] |= HOST;
        }
        if !matches!(byte, 0..=b' ' | 0x7f | b'#' | b'%') {
            table[byte as usize] |= CLEAN;
        }
        if !byte.is_ascii_uppercase() {
            table[byte as usize] |= LOWER_CASE;
        }
        if percent::is_unreserved(byte) {
            table[byte as usize] |= PLAIN;
        }
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// Whether all bytes may stand in path or query; sixteen are looked at together.
fn is_clean(text: &[u8]) -> bool {
    match (text.as_chunks(), text.last_chunk()) {
        ((sixteens, _), Some(last)) => are_clean(sixteens, last),
        (_, None) => classes_of(text) & CLEAN != 0,
    }
}

/// The last sixteen overlap with those before.
#[inline(never)]
fn are_clean(sixteens: &[[u8; 16]], last: &[u8; 16]) -> bool {
    let mut odd = [0; 16];
    for bytes in sixteens.iter().chain([last]) {
        odd = core::array::from_fn(|at| {
            let byte = bytes.get(at).copied().unwrap_or_default();
            let is_odd = (byte <= b' ') | (byte == 0x7f) | (byte == b'#') | (byte == b'%');
            odd.get(at).copied().unwrap_or_default() | u8::from(is_odd)
        });
    }
    odd == [0; 16]
}

/// The classes that all bytes are of.
#[inline]
fn classes_of(text: &[u8]) -> u8 {
    text.iter().fold(u8::MAX, |all, byte| all & CLASSES.get(usize::from(*byte)).copied().unwrap_or_default())
}

/// The scheme of a whole URI, and what comes after `://`.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    if let Some(rest) = text.strip_prefix("https://") {
        return Some(("https", rest));
    }
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some((scheme.strip_suffix("://")?, rest))
    })
}

/// Checks path and query.
fn check_characters(rest: &str, start: usize) -> Result<(), Error> {
    let mut bytes = rest.bytes().enumerate();
    while let Some((offset, byte)) = bytes.next() {
        let found = match byte {
            b'#' => UriFault::Fragment,
            b' ' => UriFault::Space,
            0..=0x1f | 0x7f => UriFault::Control,
            b'%' => {
                let mut digit = || bytes.next().is_some_and(|(_, byte)| byte.is_ascii_hexdigit());
                if digit() && digit() {
                    continue;
                }
                UriFault::PercentEncoding
            }
            _ => continue,
        };
        return Err(fault(found, start.saturating_add(offset)));
    }
    Ok(())
}
