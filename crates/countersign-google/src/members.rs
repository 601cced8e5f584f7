//! A credential file as JSON members, and how they are read.

use std::{fs::File, io::Read, path::Path};

use countersign_flow::Endpoint;
use countersign_token::{
    Secret,
    json::{Object, Value},
};

use crate::{Error, ErrorKind, FileKind, TrustedHosts};

/// The largest file that is read, in bytes.
pub(crate) const MAX_BYTES: u64 = 64 * 1024;

/// The text of a file that is not too big.
pub(crate) fn read(path: &Path) -> Result<Secret, Error> {
    let mut text = String::new();
    let read = File::open(path)
        .and_then(|file| file.take(MAX_BYTES.saturating_add(1)).read_to_string(&mut text))
        .map_err(|error| Error::because(ErrorKind::Unreadable, error).at(path));
    let text = Secret::new(text);
    read.and_then(|_| fits(&text).map_err(|error| error.at(path)))?;
    Ok(text)
}

fn fits(text: &Secret) -> Result<(), Error> {
    let fits = u64::try_from(text.expose().len()).is_ok_and(|length| length <= MAX_BYTES);
    if fits { Ok(()) } else { Err(ErrorKind::TooBig.into()) }
}

/// The members of a file.
pub(crate) fn parse(json: &[u8]) -> Result<Object, Error> {
    if u64::try_from(json.len()).map_or(true, |length| length > MAX_BYTES) {
        return Err(ErrorKind::TooBig.into());
    }
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    match Value::parse(json) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(ErrorKind::Json.into()),
        Err(error) => Err(Error::because(ErrorKind::Json, error)),
    }
}

/// The members of a file that must be of this kind.
pub(crate) fn parse_as(json: &[u8], wanted: FileKind) -> Result<Object, Error> {
    let object = parse(json)?;
    expect(&object, wanted)?;
    Ok(object)
}

/// Refuses a file of another kind.
pub(crate) fn expect(object: &Object, wanted: FileKind) -> Result<(), Error> {
    let found = FileKind::of(object);
    if found == wanted { Ok(()) } else { Err(ErrorKind::Kind { wanted, found }.into()) }
}

/// A text that must be there.
pub(crate) fn text<'a>(object: &'a Object, name: &'static str) -> Result<&'a str, Error> {
    optional(object, name)?.ok_or_else(|| ErrorKind::Member { name }.into())
}

/// A text that may be missing; an empty one is as good as none.
pub(crate) fn optional<'a>(object: &'a Object, name: &'static str) -> Result<Option<&'a str>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) if text.expose().starts_with("[[") => {
            Err(ErrorKind::Placeholder { name }.into())
        }
        Some(Value::Text(text)) => Ok(Some(text.expose()).filter(|text| !text.is_empty())),
        Some(_) => Err(ErrorKind::Member { name }.into()),
    }
}

/// The same as a text of its own.
pub(crate) fn owned(object: &Object, name: &'static str) -> Result<Option<String>, Error> {
    Ok(optional(object, name)?.map(ToOwned::to_owned))
}

/// The same as a secret.
pub(crate) fn secret(object: &Object, name: &'static str) -> Result<Option<Secret>, Error> {
    Ok(optional(object, name)?.map(Secret::from))
}

/// An object that may be missing.
pub(crate) fn object<'a>(object: &'a Object, name: &'static str) -> Result<Option<&'a Object>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(_) => Err(ErrorKind::Member { name }.into()),
    }
}

/// A list of texts that may be missing.
pub(crate) fn texts(object: &Object, name: &'static str) -> Result<Vec<String>, Error> {
    let wrong = || Error::from(ErrorKind::Member { name });
    match object.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_text().map(ToOwned::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

/// The address in a member, or this one when it is missing.
pub(crate) fn endpoint(
    object: &Object,
    name: &'static str,
    default: &str,
    hosts: &TrustedHosts,
) -> Result<Endpoint, Error> {
    hosts.endpoint(name, optional(object, name)?.unwrap_or(default))
}
