use core::{fmt, time::Duration};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use countersign_token::{Credential, Key, Record, Revision, Secret};

use crate::{Error, ErrorKind, Lease, Store, form};

/// A store that lasts as long as its last handle: for tests, and for programs that keep nothing.
///
/// A clone is another handle of the same store.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Shared>);

#[derive(Default)]
struct Shared {
    inside: Mutex<Inside>,
    released: Condvar,
}

#[derive(Default)]
struct Inside {
    // The stored form, not the record, so that this store behaves as those that write it down.
    forms: BTreeMap<Key, Secret>,
    leased: BTreeSet<Key>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a stored form there past every check, so that a test can plant a damaged or a newer one.
    pub fn plant(&self, key: &Key, form: Secret) {
        self.inside().forms.insert(key.clone(), form);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // No code of others runs while it is locked, so what a panic left behind is whole.
        self.0.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self, inside: &mut Inside, key: &Key) -> Option<Box<dyn Lease>> {
        inside
            .leased
            .insert(key.clone())
            .then(|| Box::new(MemoryLease { store: self.clone(), key: key.clone() }) as Box<dyn Lease>)
    }
}

impl Inside {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.forms.get(key).map(|form| form::read(key, form)).transpose()
    }
}

impl Store for MemoryStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.inside().load(key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        Ok(self.inside().forms.keys().cloned().collect())
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        Ok(self.lease(&mut self.inside(), key))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        let deadline = Instant::now().checked_add(wait);
        let mut inside = self.inside();
        loop {
            if let Some(lease) = self.lease(&mut inside, key) {
                return Ok(lease);
            }
            let left = deadline.map_or(wait, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return Err(Error::new(ErrorKind::Locked));
            }
            (inside, _) = self.0.released.wait_timeout(inside, left).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Keys are no secrets; the stored forms are, and are not shown.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = self.inside();
        f.debug_struct("MemoryStore")
            .field("keys", &inside.forms.keys())
            .field("leased", &inside.leased)
            .finish()
    }
}

struct MemoryLease {
    store: MemoryStore,
    key: Key,
}

impl Lease for MemoryLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.store.load(&self.key)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let mut inside = self.store.inside();
        let revision = form::succeed(inside.load(&self.key)?.as_ref(), expected)?;
        let form = form::write(&self.key, credential, revision)?;
        inside.forms.insert(self.key.clone(), form);
        Ok(revision)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        let mut inside = self.store.inside();
        form::succeed(inside.load(&self.key)?.as_ref(), expected)?;
        inside.forms.remove(&self.key);
        Ok(())
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        self.store.inside().leased.remove(&self.key);
        self.store.0.released.notify_all();
    }
}
