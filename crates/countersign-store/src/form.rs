//! The stored form of a record, with the limit and the errors that all backends share.

use countersign_token::{Credential, Grant, Key, Record, RecordError, Revision, Secret};

use crate::{Error, ErrorKind};

/// The largest stored form, in bytes, of a credential that is not sealed.
pub const MAX_BYTES: usize = 1 << 20;

/// The largest stored form of all, in bytes: a sealed credential takes a third more than what is in it.
pub const MAX_SEALED_BYTES: usize = MAX_BYTES / 3 * 4 + (64 << 10);

/// The stored form of `credential` under `key`, for a backend that notices damage by other means.
///
/// # Errors
/// [`ErrorKind::TooBig`] past [`MAX_BYTES`], or [`MAX_SEALED_BYTES`] when it is sealed.
pub fn write(key: &Key, credential: &Credential, revision: Revision) -> Result<Secret, Error> {
    within_limit(credential, Record::new(key.clone(), credential.clone(), revision).to_json())
}

/// The stored form with a checksum, for a backend that would not notice a changed byte.
///
/// # Errors
/// As [`write()`].
pub fn write_checked(key: &Key, credential: &Credential, revision: Revision) -> Result<Secret, Error> {
    within_limit(credential, Record::new(key.clone(), credential.clone(), revision).to_checked_json())
}

fn within_limit(credential: &Credential, form: Secret) -> Result<Secret, Error> {
    if form.expose().len() > limit(credential) {
        return Err(Error::new(ErrorKind::TooBig));
    }
    Ok(form)
}

/// The record of which `form` is the stored form, when it is that of `key`.
///
/// # Errors
/// [`ErrorKind::TooNew`], [`ErrorKind::TooBig`], or [`ErrorKind::Corrupt`] when it cannot be read or belongs
/// to another key.
pub fn read(key: &Key, form: &Secret) -> Result<Record, Error> {
    let length = form.expose().len();
    if length > MAX_SEALED_BYTES {
        return Err(Error::new(ErrorKind::TooBig));
    }
    let record = Record::from_json(form.expose().as_bytes());
    // What cannot be read is not known to be sealed.
    if length > record.as_ref().map_or(MAX_BYTES, |record| limit(&record.credential)) {
        return Err(Error::new(ErrorKind::TooBig));
    }
    let record = record.map_err(|error| {
        let kind = match error {
            RecordError::TooNew { .. } => ErrorKind::TooNew,
            _ => ErrorKind::Corrupt,
        };
        Error::new(kind).because(error)
    })?;
    if record.key == *key {
        Ok(record)
    } else {
        Err(Error::new(ErrorKind::Corrupt).because("it holds the record of another key"))
    }
}

/// The revision after `expected`, when that is the revision of `stored`.
///
/// # Errors
/// [`ErrorKind::Conflict`] when it is not.
pub fn succeed(stored: Option<&Record>, expected: Revision) -> Result<Revision, Error> {
    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
    if revision == expected { Ok(expected.next()) } else { Err(Error::new(ErrorKind::Conflict)) }
}

fn limit(credential: &Credential) -> usize {
    match &credential.grant {
        Grant::Sealed { .. } => MAX_SEALED_BYTES,
        _ => MAX_BYTES,
    }
}
