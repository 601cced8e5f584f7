//! The stored form of a record, with the limit and the errors that all backends share.

use countersign_token::{Credential, Key, Record, RecordError, Revision, Secret};

use crate::{Error, ErrorKind};

/// The largest stored form, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// The stored form of `credential` under `key`.
///
/// # Errors
/// [`ErrorKind::TooBig`] past [`MAX_BYTES`].
pub fn write(key: &Key, credential: &Credential, revision: Revision) -> Result<Secret, Error> {
    let form = Record::new(key.clone(), credential.clone(), revision).to_json();
    if form.expose().len() > MAX_BYTES {
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
    if form.expose().len() > MAX_BYTES {
        return Err(Error::new(ErrorKind::TooBig));
    }
    let record = Record::from_json(form.expose().as_bytes()).map_err(|error| {
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
