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
    /// An error while an earlier call may still change the record.
    fn check(&self) -> Result<(), Error> {
        match Arc::strong_count(&self.lock) {
            0 | 1 => Ok(()),
            _ => Err(self.here(Cause::TimedOut.into_error())),
        }
    }

    fn here(&self, error: Error) -> Error {
        self.keyring.place(&self.name, error)
    }
}

impl Lease for KeyringLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.check()?;
        read(&self.keyring, &self.name, &self.key)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        self.check()?;
        let stored = parse(&self.keyring, &self.name, &self.key, self.keyring.get_surely(&self.name)?)?;
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
        let stored = self.load()?;
        form::succeed(stored.as_ref(), expected).map_err(|error| self.here(error))?;
        self.keyring.delete(&self.name, Arc::clone(&self.lock))
    }
}

pub(crate) fn read(keyring: &Keyring, name: &Name, key: &Key) -> Result<Option<Record>, Error> {
    parse(keyring, name, key, keyring.get(name)?)
}

fn parse(
    keyring: &Keyring,
    name: &Name,
    key: &Key,
    value: Option<Zeroizing<Vec<u8>>>,
) -> Result<Option<Record>, Error> {
    let record = value.map(|value| form::read(key, &text(value)?)).transpose();
    record.map_err(|error| keyring.place(name, error))
}

/// The value as text, which stays in memory that is wiped.
pub(crate) fn text(mut value: Zeroizing<Vec<u8>>) -> Result<Secret, Error> {
    String::from_utf8(core::mem::take(&mut *value)).map(Secret::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Error::new(ErrorKind::Corrupt).because("it is not UTF-8")
    })
}
