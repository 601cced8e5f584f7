//! `Authorization: OAuth` (RFC 5849 §3.5.1): quoted, percent-encoded pairs between commas.

use alloc::string::String;

use super::{grammar::Cursor, split_scheme};
use crate::{Error, Params, percent};

/// The parameters of the field's value, decoded, `realm` among them; `None` when the scheme is another.
///
/// Values may be quoted or not, commas may stand in quoted values, and white space around pairs does not
/// matter. `realm` is taken as it is written, everything else is percent-decoded; `+` is a plus.
///
/// # Errors
/// [`Error::Header`] with the offset after the scheme, or the errors of percent-decoding.
pub fn parse(value: &str) -> Result<Option<Params>, Error> {
    let (scheme, rest) = split_scheme(value);
    if !scheme.eq_ignore_ascii_case("OAuth") {
        return Ok(None);
    }
    let mut cursor = Cursor::new(rest);
    let mut params = Params::new();
    cursor.skip_list_space();
    while !cursor.is_at_end() {
        let name = cursor.token();
        cursor.skip_space();
        if name.is_empty() || !cursor.eat('=') {
            return Err(cursor.error());
        }
        cursor.skip_space();
        let value = if cursor.eat('"') {
            cursor.quoted()?
        } else {
            String::from(cursor.take_while(|char| !matches!(char, ',' | '"' | ' ' | '\t' | '\r' | '\n')))
        };
        let name = percent::decode(name)?;
        let value = if name.eq_ignore_ascii_case("realm") { value } else { percent::decode(&value)? };
        params.push(name, value);
        cursor.skip_space();
        if !matches!(cursor.peek(), None | Some(',')) {
            return Err(cursor.error());
        }
        cursor.skip_list_space();
    }
    Ok(Some(params))
}

/// The field's value: `realm` first when there is one, then the parameters in order.
///
/// ```
/// use countersign_wire::{Params, header::oauth};
///
/// let params = Params::new().with("oauth_token", "a b").with("oauth_signature", "x+y=");
/// assert_eq!(
///     oauth::print(Some("Photos"), &params).unwrap().expose(),
///     r#"OAuth realm="Photos", oauth_token="a%20b", oauth_signature="x%2By%3D""#
/// );
/// ```
///
/// # Errors
/// [`Error::Malformed`] when the realm holds a quote, a backslash or anything but visible ASCII and spaces, and
/// for a parameter without a name, which [`parse`] would not read.
pub fn print(realm: Option<&str>, params: &Params) -> Result<countersign_token::Secret, Error> {
    let mut out = String::from("OAuth");
    let mut separator = " ";
    if let Some(realm) = realm {
        if !realm.chars().all(|char| matches!(char, ' '..='~') && !matches!(char, '"' | '\\')) {
            return Err(Error::Malformed { name: "realm" });
        }
        out.push_str(" realm=\"");
        out.push_str(realm);
        out.push('"');
        separator = ", ";
    }
    for (name, value) in params.iter() {
        if name.is_empty() {
            return Err(Error::Malformed { name: "parameter name" });
        }
        out.push_str(separator);
        percent::encode_to(name.as_bytes(), &mut out);
        out.push_str("=\"");
        percent::encode_to(value.as_bytes(), &mut out);
        out.push('"');
        separator = ", ";
    }
    Ok(countersign_token::Secret::new(out))
}
