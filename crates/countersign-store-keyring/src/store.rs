use core::{fmt, time::Duration};
use std::path::Path;

use countersign_store::{Error, Lease, Store};
use countersign_token::{Key, Record};

use crate::{
    Keyring,
    lease::{self, KeyringLease},
    locks::{Held, Locks},
    name::Name,
};

/// A keyring in which each grant has an entry.
///
/// The directory holds the lock file of each key that was ever leased, and nothing secret. It serves as the
/// list of the keys too: a lock file is durable before its entry is made and is never removed, so no crash
/// can hide an entry; [`list`](Store::list) asks the keyring which of them have one.
/// A clone is another handle; any number of programs may use one service and directory at a time.
///
/// # Security
///
/// Programs that use the same service must name the same directory: the locks in it are all that keeps two
/// of them from spending one refresh token. A save whose call does not come back in time is
/// [`Unavailable`](countersign_store::ErrorKind::Unavailable), but may still happen when the keyring wakes up.
/// Until that is known nobody else gets the lease, and this one answers the same.
/// The names of the lock files and of the entries tell the keys, that is issuer, client and account.
#[derive(Clone)]
pub struct KeyringStore {
    keyring: Keyring,
    service: Box<str>,
    locks: Locks,
}

impl KeyringStore {
    /// Opens the entries of `service` in `keyring`, with lock files in `directory`, which is created with the
    /// first lease when it is absent.
    ///
    /// The keyring is not asked for anything; see [`Keyring::probe`].
    ///
    /// # Errors
    /// [`Unavailable`](countersign_store::ErrorKind::Unavailable) when the path cannot be reached, and
    /// [`Insecure`](countersign_store::ErrorKind::Insecure) when it is no directory or open to others.
    pub fn open(keyring: Keyring, service: &str, directory: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(Self { keyring, service: service.into(), locks: Locks::open(directory.as_ref())? })
    }

    /// The keyring that the entries are in.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Where the lock files are: an absolute path, without links as far as it existed when it was opened.
    pub fn directory(&self) -> &Path {
        self.locks.directory()
    }

    fn name(&self, key: &Key) -> Name {
        Name::of_key(&self.service, key)
    }

    fn lease(&self, key: &Key, name: Name, lock: Held) -> Box<dyn Lease> {
        Box::new(KeyringLease {
            key: key.clone(),
            name,
            keyring: self.keyring.clone(),
            locks: self.locks.clone(),
            lock,
        })
    }
}

impl Store for KeyringStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        lease::read(&self.keyring, &self.name(key), key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        for key in self.locks.keys()? {
            if self.keyring.exists(&self.name(&key))? {
                keys.push(key);
            }
        }
        Ok(keys)
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let name = self.name(key);
        Ok(self.locks.try_lock(&name)?.map(|lock| self.lease(key, name, lock)))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        let name = self.name(key);
        let lock = self.locks.lock(&name, wait)?;
        Ok(self.lease(key, name, lock))
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("keyring", &self.keyring)
            .field("service", &self.service)
            .field("directory", &self.directory())
            .finish()
    }
}
