//! `Authorization: Basic` as RFC 6749 §2.3.1 uses it: both halves form-encoded before they are joined.

use alloc::{format, string::String};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_token::Secret;

use super::split_scheme;
use crate::{Error, form};

/// The field's value for this client.
///
/// ```
/// use countersign_wire::header::basic;
///
/// let value = basic::print("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw");
/// assert_eq!(value.expose(), "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3");
/// ```
pub fn print(id: &str, secret: &str) -> Secret {
    let pair = Secret::new(format!("{}:{}", form::encode(id), form::encode(secret)));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// The field's value without the encoding of RFC 6749 §2.3.1, for servers that do not decode it.
pub fn print_unencoded(id: &str, secret: &str) -> Secret {
    let pair = Secret::new(format!("{id}:{secret}"));
    Secret::new(format!("Basic {}", STANDARD.encode(pair.expose())))
}

/// The client identifier and secret of the field's value; `None` when the scheme is another.
///
/// # Errors
/// [`Error::Header`] for broken base64 or a missing colon, and the errors of percent-decoding.
pub fn parse(value: &str) -> Result<Option<(String, Secret)>, Error> {
    let (scheme, rest) = split_scheme(value);
    if !scheme.eq_ignore_ascii_case("Basic") {
        return Ok(None);
    }
    let broken = Error::Header { position: scheme.len() };
    let bytes = STANDARD.decode(rest).map_err(|_| broken.clone())?;
    let pair = Secret::new(String::from_utf8(bytes).map_err(|_| Error::NotUtf8)?);
    let (id, secret) = pair.expose().split_once(':').ok_or(broken)?;
    Ok(Some((form::decode(id)?, Secret::new(form::decode(secret)?))))
}
