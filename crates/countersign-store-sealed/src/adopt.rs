//! From clear to sealed and back, where the records are.

use core::time::Duration;
use std::sync::Arc;

use countersign_store::{Error, ErrorKind, Lease, form};
use countersign_token::{Grant, Key, Revision};

use crate::{
    SealedStore, header,
    keys::{self, here},
    lease::SealedLease,
};

/// How long a record that is in use is waited for: longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often records that somebody sealed meanwhile are looked for before giving up.
const ROUNDS: usize = 10;

impl SealedStore {
    /// Encrypts the records that are in the inner store in clear; answers how many there were.
    ///
    /// Each is replaced under its lease. After a failure or a crash some are encrypted and the others in
    /// clear as before; call it again to come to the end. Nobody should be left who uses the inner store
    /// directly: what they save is in clear, and they cannot read what is sealed.
    ///
    /// # Errors
    /// [`ErrorKind::Undecryptable`] when there are sealed records and the record of their keys is missing,
    /// [`ErrorKind::Locked`] while a record stays in use, the error of the first record that cannot be read
    /// (the others are encrypted all the same), and the errors of the inner store and of the source.
    pub fn adopt(&self) -> Result<usize, Error> {
        let _alone = self.alone()?;
        let others = self.others()?;
        let mut turn = self.keys.turn()?;
        if turn.current(&self.keys)?.is_none() {
            for key in &others {
                // What cannot be read is told when its turn comes.
                if let Ok(Some(record)) = self.keys.inner.load(key)
                    && matches!(record.credential.grant, Grant::Sealed { .. })
                {
                    return Err(keys::without_keys());
                }
            }
            turn.begin(&self.keys)?;
        }
        drop(turn);
        let (mut count, mut first) = (0_usize, None);
        for key in others {
            match self.adopt_one(&key) {
                Ok(adopted) => count = count.saturating_add(adopted.into()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        self.forget_traces()?;
        first.map_or(Ok(count), Err)
    }

    fn adopt_one(&self, key: &Key) -> Result<bool, Error> {
        let mut lease = self.keys.inner.lock(key, PATIENCE)?;
        let Some(record) = lease.load()? else {
            return Ok(false);
        };
        if matches!(record.credential.grant, Grant::Sealed { .. }) {
            return Ok(false);
        }
        let form = form::write(key, &record.credential, record.revision.next())?;
        let mut turn = self.keys.turn()?;
        let envelope = turn.ensured(&self.keys)?.seal(key, record.revision.next(), &form)?;
        lease.save(&keys::carrier(None, envelope), record.revision)?;
        Ok(true)
    }

    /// Puts every record into the inner store in clear, and removes the data keys; answers how many there
    /// were.
    ///
    /// Each is replaced under its lease, and the data keys go last. After a failure or a crash some are in
    /// clear and the others sealed as before; open the store again and call this again to come to the end.
    /// The source keeps its key.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] while somebody does the like or a record stays in use, the error of the first
    /// record that does not open (the others are in clear then, and the data keys are kept), and the errors
    /// of the inner store.
    pub fn unseal(self) -> Result<usize, Error> {
        let _alone = self.alone()?;
        let mut count = 0_usize;
        for _ in 0..ROUNDS {
            let mut first = None;
            for key in self.others()? {
                match self.unseal_one(&key) {
                    Ok(unsealed) => count = count.saturating_add(unsealed.into()),
                    Err(error) => first = first.or(Some(error)),
                }
            }
            if let Some(error) = first {
                return Err(error);
            }
            // While it is held nobody seals anything.
            let mut turn = self.keys.turn()?;
            let is_sealed = |key: &Key| match self.keys.inner.load(key) {
                Ok(record) => {
                    record.is_some_and(|record| matches!(record.credential.grant, Grant::Sealed { .. }))
                }
                Err(_) => true,
            };
            if !self.others()?.iter().any(is_sealed) {
                turn.end()?;
                return Ok(count);
            }
        }
        Err(here(Error::new(ErrorKind::Locked)))
    }

    fn unseal_one(&self, key: &Key) -> Result<bool, Error> {
        let mut lease = self.keys.inner.lock(key, PATIENCE)?;
        match lease.load()? {
            Some(outer) if matches!(outer.credential.grant, Grant::Sealed { .. }) => {
                let record = self.keys.open(&outer)?;
                lease.save(&record.credential, outer.revision)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The lease under which one program at a time changes how the whole store is kept.
    pub(crate) fn alone(&self) -> Result<Box<dyn Lease>, Error> {
        self.keys.inner.try_lock(&header::rekey_key())?.ok_or_else(|| here(Error::new(ErrorKind::Locked)))
    }

    fn others(&self) -> Result<Vec<Key>, Error> {
        let mut keys = self.keys.inner.list()?;
        keys.retain(|key| !header::is_reserved(key));
        Ok(keys)
    }

    /// Has the inner store drop what it still has of replaced records, such as a log: a deletion does.
    fn forget_traces(&self) -> Result<(), Error> {
        let key = header::traces_key();
        SealedLease::new(Arc::clone(&self.keys), key.clone(), self.keys.inner.lock(&key, PATIENCE)?)
            .delete(Revision::ABSENT)
    }
}
