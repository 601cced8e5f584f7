//! The codec of `application/x-www-form-urlencoded`, for bodies and queries (RFC 6749 appendix B).

use alloc::string::String;

use crate::{Error, Params, percent};

/// The media type of a form body.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether a `Content-Type` names a form, whatever its case and parameters (RFC 9110 §8.3).
pub fn is_form(content_type: &str) -> bool {
    content_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case(CONTENT_TYPE))
}

/// Reads a form: pairs between `&`, a name without `=` has an empty value, `+` is a space.
///
/// Empty pairs, as in `a=1&&b=2`, are skipped. Order and repetition are kept.
///
/// # Errors
/// [`Error::PercentEncoding`] with the offset into `text`, or [`Error::NotUtf8`].
pub fn parse(text: &str) -> Result<Params, Error> {
    let mut params = Params::new();
    let mut start = 0;
    for pair in text.split('&') {
        if !pair.is_empty() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = decode_at(name, start)?;
            let value_start = start.saturating_add(name.len()).saturating_add(1);
            params.push(decoded, decode_at(value, value_start)?);
        }
        start = start.saturating_add(pair.len()).saturating_add(1);
    }
    Ok(params)
}

/// Encodes one name or value: a space as `+`, all but the unreserved characters as `%` and two digits.
///
/// ```
/// assert_eq!(countersign_wire::form::encode(" %&+£€"), "+%25%26%2B%C2%A3%E2%82%AC");
/// ```
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_to(text, &mut out);
    out
}

/// Decodes one name or value: `+` is a space.
///
/// # Errors
/// [`Error::PercentEncoding`] or [`Error::NotUtf8`].
pub fn decode(text: &str) -> Result<String, Error> {
    percent::decode(&text.replace('+', " "))
}

/// Writes a form.
pub fn print(params: &Params) -> String {
    let mut out = String::new();
    print_to(params, &mut out);
    out
}

/// Appends the parameters to a URI's query, keeping what is there (RFC 6749 §3.1).
pub fn append_to_query(uri: &str, params: &Params) -> String {
    let mut out = String::from(uri);
    if !params.is_empty() {
        match uri.split_once('?') {
            None => out.push('?'),
            Some((_, query)) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => out.push('&'),
        }
        print_to(params, &mut out);
    }
    out
}

fn print_to(params: &Params, out: &mut String) {
    for (index, (name, value)) in params.iter().enumerate() {
        if index > 0 {
            out.push('&');
        }
        encode_to(name, out);
        out.push('=');
        encode_to(value, out);
    }
}

fn encode_to(text: &str, out: &mut String) {
    for (index, part) in text.split(' ').enumerate() {
        if index > 0 {
            out.push('+');
        }
        percent::encode_to(part.as_bytes(), out);
    }
}

fn decode_at(text: &str, start: usize) -> Result<String, Error> {
    decode(text).map_err(|error| match error {
        Error::PercentEncoding { position } => {
            Error::PercentEncoding { position: start.saturating_add(position) }
        }
        other => other,
    })
}
