//! `Authorization: Bearer` (RFC 6750 §2.1), and what may stand in it.

use alloc::format;

use countersign_token::Secret;

use super::split_scheme;
use crate::Error;

/// Whether a token can be sent in a header field: visible ASCII and nothing else.
///
/// Wider than RFC 6750's `b64token`, for the sake of tokens with `!` or `|`; still without white space and
/// control characters, so that a token cannot become a second header.
pub fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a token has the form RFC 6750 §2.1 gives it (`b64token`).
pub fn is_b64token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// The field's value for this token.
///
/// # Errors
/// [`Error::Malformed`] when the token cannot be sent in a header field.
pub fn print(token: &str) -> Result<Secret, Error> {
    if is_sendable(token) {
        Ok(Secret::new(format!("Bearer {token}")))
    } else {
        Err(Error::Malformed { name: "access_token" })
    }
}

/// The token of the field's value; `None` when the scheme is another.
///
/// # Errors
/// [`Error::Header`] when what follows the scheme is not one token.
pub fn parse(value: &str) -> Result<Option<Secret>, Error> {
    let (scheme, token) = split_scheme(value);
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Ok(None);
    }
    if is_sendable(token) {
        Ok(Some(Secret::new(token)))
    } else {
        Err(Error::Header { position: scheme.len() })
    }
}
