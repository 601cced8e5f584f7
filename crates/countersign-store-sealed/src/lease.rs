use std::sync::Arc;

use countersign_store::{Error, Lease, form};
use countersign_token::{Credential, Key, Record, Revision};

use crate::{
    envelope::Envelope,
    keys::{self, Keys},
};

/// The inner store's lease, through which only ciphertext goes.
pub(crate) struct SealedLease {
    keys: Arc<Keys>,
    key: Key,
    inner: Box<dyn Lease>,
}

impl SealedLease {
    pub(crate) fn new(keys: Arc<Keys>, key: Key, inner: Box<dyn Lease>) -> Self {
        Self { keys, key, inner }
    }

    /// The record as the inner store has it, and as it is.
    fn both(&mut self) -> Result<Option<(Record, Record)>, Error> {
        let outer = self.inner.load()?;
        outer.map(|outer| self.keys.open(&outer).map(|record| (outer, record))).transpose()
    }

    /// Encrypts the record with the newest data key, unless it is; says whether it had to.
    pub(crate) fn reseal(&mut self) -> Result<bool, Error> {
        let Some((outer, record)) = self.both()? else {
            return Ok(false);
        };
        if let Some(opened) = self.keys.current()?
            && Envelope::of(&outer)?.id == opened.ring.newest().id
        {
            return Ok(false);
        }
        self.put(Some(&outer), &record.credential, record.revision)?;
        Ok(true)
    }

    fn put(
        &mut self,
        stored: Option<&Record>,
        credential: &Credential,
        expected: Revision,
    ) -> Result<Revision, Error> {
        let revision = expected.next();
        let form = form::write(&self.key, credential, revision)?;
        // Until the turn is over nobody can replace the data key that this record will need.
        let mut turn = self.keys.turn()?;
        let envelope = turn.ensured(&self.keys)?.seal(&self.key, revision, &form)?;
        self.inner.save(&keys::carrier(stored, envelope), expected)
    }
}

impl Lease for SealedLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        Ok(self.both()?.map(|(_, record)| record))
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let stored = self.both()?.map(|(outer, _)| outer);
        form::succeed(stored.as_ref(), expected)?;
        self.put(stored.as_ref(), credential, expected)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        let stored = self.both()?;
        form::succeed(stored.as_ref().map(|(outer, _)| outer), expected)?;
        self.inner.delete(expected)
    }
}
