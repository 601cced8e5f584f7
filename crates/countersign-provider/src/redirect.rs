use alloc::string::String;

/// The longest redirect URI that is looked at, in bytes.
const LONGEST: usize = 2048;

/// A redirect URI that a client registered.
///
/// # Security
/// A URI is compared byte for byte and never normalised (RFC 9700 §4.1.3). Only the port varies, and only
/// with the loopback literals `127.0.0.1` and `[::1]` (RFC 8252 §7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedirectRule {
    /// Exactly this URI; any port when its host is a loopback literal and its scheme `http`.
    Exact(String),
    /// Any `http` URI whose host is `127.0.0.1`, `[::1]` or `localhost`: for demonstrations and development.
    AnyLoopback,
}

impl RedirectRule {
    /// Whether this URI is registered.
    pub fn allows(&self, uri: &str) -> bool {
        if !is_clean(uri) {
            return false;
        }
        match self {
            Self::Exact(registered) => {
                registered == uri
                    || matches!((literal(registered), literal(uri)), (Some(own), Some(other)) if own == other)
            }
            Self::AnyLoopback => is_loopback(uri),
        }
    }
}

/// Nothing that two readers could understand differently: no white space, control or non-ASCII characters, no
/// backslash, no fragment, no broken escape, no userinfo.
fn is_clean(uri: &str) -> bool {
    let characters = uri.len() <= LONGEST
        && uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>^`{|}".contains(&byte));
    let authority = uri.split_once("://").map_or("", |(_, rest)| authority(rest).0);
    let escapes = uri
        .split('%')
        .skip(1)
        .all(|rest| rest.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())));
    characters && escapes && !authority.contains('@')
}

fn authority(rest: &str) -> (&str, &str) {
    rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""))
}

/// Host, and path with query, of an `http` URI at a loopback host with a sound port.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let (authority, path) = authority(uri.strip_prefix("http://")?);
    let host = ["127.0.0.1", "[::1]", "localhost"]
        .into_iter()
        .find(|host| authority.strip_prefix(host).is_some_and(is_port))?;
    Some((host, path))
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|digits| {
            !digits.starts_with('0')
                && digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok()
        })
}

/// Like [`loopback`], for the literals alone: a name may be made to point elsewhere.
fn literal(uri: &str) -> Option<(&str, &str)> {
    loopback(uri).filter(|(host, _)| *host != "localhost")
}

/// Whether this is an `http` URI whose host is this machine.
pub(crate) fn is_loopback(uri: &str) -> bool {
    loopback(uri).is_some()
}
