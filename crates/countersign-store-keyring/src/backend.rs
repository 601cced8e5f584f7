//! What the keyrings differ in, and the little that is asked of each.

use core::time::Duration;
use std::{collections::HashMap, sync::Arc, thread};

use countersign_store::Error;
use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use zeroize::Zeroizing;

use crate::{Persistence, cause, name::Name};

pub(crate) type Connect = Box<dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync>;

/// One kind of keyring, and how it is reached.
pub(crate) struct Backend {
    pub(crate) title: &'static str,
    pub(crate) persistence: Persistence,
    /// How an entry is to be made, where the default is not what is wanted.
    pub(crate) modifiers: &'static [(&'static str, &'static str)],
    pub(crate) connect: Connect,
}

/// The connection of one thread, made when it is needed.
pub(crate) struct Connection {
    backend: Arc<Backend>,
    entries: Option<Entries>,
}

impl Connection {
    pub(crate) fn new(backend: Arc<Backend>) -> Self {
        Self { backend, entries: None }
    }

    /// What `work` answers, or answers on a second connection when the first one is broken.
    ///
    /// A keyring that was restarted fails whatever is asked over the old connection. All work is the same
    /// done twice.
    pub(crate) fn attempt<T>(
        &mut self,
        work: impl Fn(&Entries) -> keyring_core::Result<T>,
    ) -> Result<T, Error> {
        let may_be_stale = self.entries.is_some();
        match self.once(&work) {
            Err((KeyringError::PlatformFailure(_), true)) if may_be_stale => self.once(&work),
            result => result,
        }
        .map_err(|(error, connected)| cause::translate(error, connected))
    }

    fn once<T>(
        &mut self,
        work: impl Fn(&Entries) -> keyring_core::Result<T>,
    ) -> Result<T, (KeyringError, bool)> {
        let entries = match self.entries.take() {
            Some(entries) => entries,
            None => Entries {
                store: (self.backend.connect)().map_err(|error| (error, false))?,
                modifiers: self.backend.modifiers.iter().copied().collect(),
            },
        };
        let result = work(&entries);
        if !matches!(result, Err(KeyringError::PlatformFailure(_))) {
            self.entries = Some(entries);
        }
        result.map_err(|error| (error, true))
    }
}

/// The entries of a keyring.
pub(crate) struct Entries {
    store: Arc<CredentialStore>,
    modifiers: HashMap<&'static str, &'static str>,
}

impl Entries {
    fn entry(&self, name: &Name) -> keyring_core::Result<Entry> {
        let modifiers = Some(&self.modifiers).filter(|modifiers| !modifiers.is_empty());
        self.store.build(&name.service, &name.user, modifiers)
    }

    pub(crate) fn get(&self, name: &Name) -> keyring_core::Result<Option<Zeroizing<Vec<u8>>>> {
        match self.entry(name)?.get_secret() {
            Err(KeyringError::NoEntry) => Ok(None),
            result => result.map(|bytes| Some(Zeroizing::new(bytes))),
        }
    }

    pub(crate) fn exists(&self, name: &Name) -> keyring_core::Result<bool> {
        match self.entry(name)?.get_credential() {
            Err(KeyringError::NoEntry) => Ok(false),
            result => result.map(|_| true),
        }
    }

    pub(crate) fn set(&self, name: &Name, value: &[u8]) -> keyring_core::Result<()> {
        self.entry(name)?.set_secret(value)
    }

    /// Deletes the entry, and answers whether it is gone.
    ///
    /// The kernel's keyring still answers what was deleted for some milliseconds.
    pub(crate) fn delete(&self, name: &Name) -> keyring_core::Result<bool> {
        match self.entry(name)?.delete_credential() {
            Err(KeyringError::NoEntry) | Ok(()) => {}
            Err(error) => return Err(error),
        }
        let mut pause = Duration::from_millis(1);
        while self.exists(name)? {
            if pause > Duration::from_millis(500) {
                return Ok(false);
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(2);
        }
        Ok(true)
    }
}
