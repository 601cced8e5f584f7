use core::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Error, ErrorKind, SealKey};

/// Where the key of one sealed store is kept: a keyring, a hardware module, a file elsewhere.
///
/// 1. `load` answers the key that was kept last, by whomever; `None` only when it is known that there is none.
/// 2. `create` keeps a first key, and answers [`Conflict`](ErrorKind::Conflict) when there is one already.
/// 3. `replace` keeps a key in place of the one there is.
/// 4. A key that was acknowledged survives a loss of power. A call that failed left one of the two.
///
/// # Security
///
/// A `load` that answers `None` because the keyring is locked or absent makes a store without records begin
/// with another key; it must be [`Unavailable`](ErrorKind::Unavailable). An error must not hold the key.
/// Calls happen while saves wait, so each must end by itself.
pub trait KeySource: Send + Sync {
    /// The key, or `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be found out.
    fn load(&self) -> Result<Option<SealKey>, Error>;

    /// Keeps the first key.
    ///
    /// # Errors
    /// [`Conflict`](ErrorKind::Conflict) when there is one, and when it cannot be kept.
    fn create(&self, key: &SealKey) -> Result<(), Error>;

    /// Keeps `key` in place of the one there is.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn replace(&self, key: &SealKey) -> Result<(), Error>;
}

impl<K: KeySource + ?Sized> KeySource for Arc<K> {
    fn load(&self) -> Result<Option<SealKey>, Error> {
        (**self).load()
    }

    fn create(&self, key: &SealKey) -> Result<(), Error> {
        (**self).create(key)
    }

    fn replace(&self, key: &SealKey) -> Result<(), Error> {
        (**self).replace(key)
    }
}

/// A key that lasts as long as its last handle: for tests, and for a key that the program got otherwise.
///
/// A clone is another handle of the same key.
#[derive(Clone, Default)]
pub struct MemoryKeySource(Arc<Mutex<Option<SealKey>>>);

impl MemoryKeySource {
    /// A source without a key so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// A source of this key.
    pub fn of(key: SealKey) -> Self {
        Self(Arc::new(Mutex::new(Some(key))))
    }

    fn inside(&self) -> MutexGuard<'_, Option<SealKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeySource for MemoryKeySource {
    fn load(&self) -> Result<Option<SealKey>, Error> {
        Ok(self.inside().clone())
    }

    fn create(&self, key: &SealKey) -> Result<(), Error> {
        let mut inside = self.inside();
        if inside.is_some() {
            return Err(Error::new(ErrorKind::Conflict).at("key source"));
        }
        *inside = Some(key.clone());
        Ok(())
    }

    fn replace(&self, key: &SealKey) -> Result<(), Error> {
        *self.inside() = Some(key.clone());
        Ok(())
    }
}

impl fmt::Debug for MemoryKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryKeySource(..)")
    }
}
