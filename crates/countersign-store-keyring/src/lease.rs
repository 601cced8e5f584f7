use std::sync::Arc;

use countersign_store::{Error, ErrorKind, Lease, form};
use countersign_token::{Credential, Key, Record, Revision, Secret};
use zeroize::Zeroizing;

use crate::{
    Cause, Keyring,
    locks::{Held, Locks},
    name::Name,
};

/// The right to change one entry, held as a lock on a file.
pub(crate) struct KeyringLease {
    pub(crate) key: Key,
    pub(crate) name: Name,
    pub(crate) keyring: Keyring,
    pub(crate) locks: Locks,
    pub(crate) lock: Held,
}

impl KeyringLease {
    /// The record, when no earlier call can change it any more.
    fn current(&self) -> Result<Option<Record>, Error> {
        if Arc::strong_count(&self.lock) > 1 {
            return Err(self.keyring.place(&self.name, Cause::TimedOut.into_error()));
        }
        read(&self.keyring, &self.name, &self.key)
    }

    fn here(&self, error: Error) -> Error {
        self.keyring.place(&self.name, error)
    }
}

impl Lease for KeyringLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.current()
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let stored = self.current()?;
        let revision = form::succeed(stored.as_ref(), expected).map_err(|error| self.here(error))?;
        let form = form::write(&self.key, credential, revision).map_err(|error| self.here(error))?;
        if stored.is_none() {
            self.locks.sync(&self.name)?;
        }
        let value = Zeroizing::new(form.expose().as_bytes().to_vec());
        self.keyring.set(&self.name, value, Arc::clone(&self.lock))?;
        Ok(revision)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        let stored = self.current()?;
        form::succeed(stored.as_ref(), expected).map_err(|error| self.here(error))?;
        self.keyring.delete(&self.name, Arc::clone(&self.lock))
    }
}

pub(crate) fn read(keyring: &Keyring, name: &Name, key: &Key) -> Result<Option<Record>, Error> {
    let Some(value) = keyring.get(name)? else {
        return Ok(None);
    };
    let record = text(value).and_then(|form| form::read(key, &form));
    record.map(Some).map_err(|error| keyring.place(name, error))
}

/// The value as text, which stays in memory that is wiped.
pub(crate) fn text(mut value: Zeroizing<Vec<u8>>) -> Result<Secret, Error> {
    String::from_utf8(core::mem::take(&mut *value)).map(Secret::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Error::new(ErrorKind::Corrupt).because("it is not UTF-8")
    })
}
