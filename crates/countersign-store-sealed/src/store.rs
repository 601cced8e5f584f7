use core::{fmt, time::Duration};
use std::sync::Arc;

use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_token::{Key, Record};

use crate::{Unlock, header, keys::Keys, lease::SealedLease};

/// A store that encrypts what another one keeps.
///
/// The other store gives it its leases, and what it says about failures is passed on. A record that does not
/// open is [`Undecryptable`](ErrorKind::Undecryptable), never absent or corrupt, and is left as it is. A clone
/// is another handle; any number of programs may use one inner store at a time.
///
/// # Security
///
/// Nothing but the keys, the revisions and the lengths of records is in clear in the other store. See the
/// head of this crate for what that is good against.
#[derive(Clone)]
pub struct SealedStore {
    pub(crate) keys: Arc<Keys>,
}

impl SealedStore {
    /// Opens the store that is sealed in `inner`, and makes sure that `unlock` opens it.
    ///
    /// Nothing is written: where there is no store it begins with the first save.
    ///
    /// # Errors
    /// [`ErrorKind::Undecryptable`] when it is another key or passphrase, or the key is missing from its
    /// source, and the errors of the inner store and of the source.
    pub fn open(inner: impl Store + 'static, unlock: Unlock) -> Result<Self, Error> {
        let store = Self { keys: Arc::new(Keys::new(Box::new(inner), unlock)) };
        store.keys.current()?;
        Ok(store)
    }

    /// Makes the data keys and what opens them, where there are none, so that a first save finds all it needs.
    ///
    /// # Errors
    /// Those of the inner store and of the source, and [`ErrorKind::Undecryptable`] when there are records
    /// already that are not sealed, or whose data keys are missing.
    pub fn prepare(&self) -> Result<(), Error> {
        self.keys.turn()?.ensured(&self.keys).map(drop)
    }

    fn lease(&self, key: &Key, inner: Box<dyn Lease>) -> Box<dyn Lease> {
        Box::new(SealedLease::new(Arc::clone(&self.keys), key.clone(), inner))
    }
}

impl Store for SealedStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        check(key)?;
        let Some(mut outer) = self.keys.inner.load(key)? else {
            return Ok(None);
        };
        loop {
            let error = match self.keys.open(&outer) {
                Err(error) if error.kind() == ErrorKind::Undecryptable => error,
                opened => return opened.map(Some),
            };
            // It may have been encrypted anew, and its key dropped, between the two looks.
            match self.keys.inner.load(key)? {
                None => return Ok(None),
                Some(again) if again.revision == outer.revision => return Err(error),
                Some(again) => outer = again,
            }
        }
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let mut keys = self.keys.inner.list()?;
        keys.retain(|key| !header::is_reserved(key));
        Ok(keys)
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        check(key)?;
        Ok(self.keys.inner.try_lock(key)?.map(|inner| self.lease(key, inner)))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        check(key)?;
        Ok(self.lease(key, self.keys.inner.lock(key, wait)?))
    }
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedStore").finish_non_exhaustive()
    }
}

fn check(key: &Key) -> Result<(), Error> {
    if header::is_reserved(key) {
        return Err(Error::new(ErrorKind::Unavailable).at("sealed store").because("this key is its own"));
    }
    Ok(())
}
