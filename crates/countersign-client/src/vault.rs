//! The store, as the engine reaches it.
//!
//! Stores block. Every access goes through these functions, which are `async` so that a face that must not
//! hold its thread can run them elsewhere without a change to the engine.

use countersign_store::{Error, ErrorKind, Lease};
use countersign_token::{Credential, Key, Record, Revision};

use crate::world::World;

/// The lease of one key.
pub(crate) struct Held(Box<dyn Lease>);

impl World {
    pub(crate) async fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.store.load(key)
    }

    /// The lease, after waiting for it; `None` when somebody else kept it all the time.
    pub(crate) async fn lock(&self, key: &Key) -> Result<Option<Held>, Error> {
        match self.store.lock(key, self.lease_wait) {
            Ok(lease) => Ok(Some(Held(lease))),
            Err(error) if error.kind() == ErrorKind::Locked => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The lease, if nobody else has it.
    pub(crate) async fn try_lock(&self, key: &Key) -> Result<Option<Held>, Error> {
        Ok(self.store.try_lock(key)?.map(Held))
    }
}

impl Held {
    pub(crate) async fn load(&mut self) -> Result<Option<Record>, Error> {
        self.0.load()
    }

    /// Saves; what failed for a reason that may have passed is tried once more, a conflict is not.
    pub(crate) async fn save(
        &mut self,
        credential: &Credential,
        expected: Revision,
    ) -> Result<Revision, Error> {
        let error = match self.0.save(credential, expected) {
            Ok(revision) => return Ok(revision),
            Err(error) => error,
        };
        let now = match error.kind() {
            // It is there; saving it again confirms it.
            ErrorKind::NotConfirmed => expected.next(),
            _ if error.is_transient() && error.kind() != ErrorKind::Conflict => expected,
            _ => return Err(error),
        };
        self.0.save(credential, now)
    }

    pub(crate) async fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        self.0.delete(expected)
    }
}
