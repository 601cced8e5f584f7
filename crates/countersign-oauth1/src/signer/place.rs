//! How signed parameters are written into a request (RFC 5849 §3.5).

use alloc::string::String;
use core::fmt::Write;

use countersign_wire::percent;

use super::Value;
use crate::{Error, Parameter, ParameterFault};

/// Writes the header's value: quoted pairs between commas, `realm` first (RFC 5849 §3.5.1).
///
/// The grammar's printer in `countersign-wire` takes collected parameters; this one writes them into room
/// that is kept.
pub(super) fn header(
    realm: Option<&str>,
    out: &mut String,
    parameters: impl FnOnce(&mut dyn FnMut(&str, Value<'_>)) -> Result<(), Error>,
) -> Result<(), Error> {
    out.push_str("OAuth ");
    let mut separator = "";
    if let Some(realm) = realm {
        if !realm.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')) {
            return Err(Error::parameter(Parameter::Realm, ParameterFault::Malformed));
        }
        out.push_str("realm=\"");
        out.push_str(realm);
        out.push('"');
        separator = ", ";
    }
    parameters(&mut |name, value| {
        out.push_str(separator);
        percent::encode_to(name.as_bytes(), out);
        out.push_str("=\"");
        write_value(value, out);
        out.push('"');
        separator = ", ";
    })
}

/// Writes pairs as a query or form body does, a space as `%20` (RFC 5849 §3.5.2 and §3.5.3).
pub(super) fn form(
    mut separated: bool,
    out: &mut String,
    parameters: impl FnOnce(&mut dyn FnMut(&str, Value<'_>)) -> Result<(), Error>,
) -> Result<(), Error> {
    parameters(&mut |name, value| {
        if !separated {
            out.push('&');
        }
        separated = false;
        percent::encode_to(name.as_bytes(), out);
        out.push('=');
        write_value(value, out);
    })
}

fn write_value(value: Value<'_>, out: &mut String) {
    match value {
        Value::Kept(value) => out.push_str(value.once.expose()),
        Value::Text(value) => percent::encode_to(value.as_bytes(), out),
        Value::Number(value) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{value}");
        }
    }
}
