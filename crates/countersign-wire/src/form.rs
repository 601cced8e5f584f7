//! The codec of `application/x-www-form-urlencoded`, for bodies and queries (RFC 6749 appendix B).

use alloc::string::String;

use crate::{Error, Params, percent};

/// The media type of a form body.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// Whether a `Content-Type` names a form, whatever its case and parameters (RFC 9110 §8.3).
pub fn is_form(content_type: &str) -> bool {
    content_type
        .split(';')
        .next()
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(CONTENT_TYPE))
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
            let name_decoded = decode(name, start)?;
            let value_start = start.saturating_add(name.len()).saturating_add(1);
            params.push(name_decoded, decode(value, value_start)?);
        }
        start = start.saturating_add(pair.len()).saturating_add(1);
    }
    Ok(params)
}

/// Writes a form; a space becomes `%20`, which every reader of `+` understands too.
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
        percent::encode_to(name.as_bytes(), out);
        out.push('=');
        percent::encode_to(value.as_bytes(), out);
    }
}

fn decode(text: &str, start: usize) -> Result<String, Error> {
    percent::decode(&text.replace('+', " ")).map_err(|error| match error {
        Error::PercentEncoding { position } => Error::PercentEncoding {
            position: start.saturating_add(position),
        },
        other => other,
    })
}
