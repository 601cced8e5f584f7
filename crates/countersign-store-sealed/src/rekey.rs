use core::time::Duration;
use std::sync::Arc;

use countersign_store::Error;

use crate::{SealedStore, Unlock, header, lease::SealedLease};

/// How long a record that is in use is waited for: longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(60);

impl SealedStore {
    /// Has `unlock` open the store in place of what does now, and encrypts every record anew; answers how
    /// many there were.
    ///
    /// A source that keeps the key in use gets a new one; a source that keeps another has that one used.
    ///
    /// First the data keys are encrypted to both keys, then the source keeps the new one, then the data keys
    /// are encrypted to the new one alone. Only then a new data key is made, which the old key therefore never
    /// opens; and the old data key is dropped when no record needs it any more. So after any failure or crash
    /// the old key or the new one opens every record: try the new one first, and call this again to come to
    /// the end. Other programs may use the store meanwhile; a handle with a passphrase that is no longer good
    /// answers [`Undecryptable`](countersign_store::ErrorKind::Undecryptable), one with a source asks it again.
    ///
    /// # Errors
    /// [`Locked`](countersign_store::ErrorKind::Locked) while somebody else does the same or a record stays in use, the error of the
    /// first record that does not open (the others are encrypted anew all the same), and the errors of the
    /// inner store and of the source.
    pub fn rekey(&self, unlock: Unlock) -> Result<usize, Error> {
        let _alone = self.alone()?;
        if !self.switch(unlock)? {
            return Ok(0);
        }
        // What was not brought to its end, so that there are never more than two data keys.
        self.finish()?;
        self.grow()?;
        self.finish()
    }

    /// Has `unlock` open what the present key opens; whether there is anything to open.
    fn switch(&self, unlock: Unlock) -> Result<bool, Error> {
        let keys = &*self.keys;
        let mut turn = keys.turn()?;
        let Some(opened) = turn.current(keys)? else {
            keys.set_unlock(unlock);
            return Ok(false);
        };
        let (opener, keep) = unlock.fresh(Some(&opened.opener))?;
        turn.save(keys, &opened.header, &opened.opener, &opened.ring, &[&opener])?;
        unlock.keep(&opener.key, keep)?;
        keys.set_unlock(unlock);
        turn.save(keys, &opened.header, &opener, &opened.ring, &[])?;
        Ok(true)
    }

    /// Adds a data key, which encrypts from now on.
    fn grow(&self) -> Result<(), Error> {
        let mut turn = self.keys.turn()?;
        if let Some(opened) = turn.current(&self.keys)? {
            turn.save(&self.keys, &opened.header, &opened.opener, &opened.ring.grown()?, &[])?;
        }
        Ok(())
    }

    /// Encrypts with the newest data key what is not, and drops the older ones.
    fn finish(&self) -> Result<usize, Error> {
        let keys = &*self.keys;
        match keys.current()? {
            Some(opened) if !opened.ring.is_single() => {}
            _ => return Ok(0),
        }
        let (mut count, mut first) = (0_usize, None);
        // Whoever saved with an older key did so before this list was made.
        for key in keys.inner.list()?.into_iter().filter(|key| !header::is_reserved(key)) {
            let lease = keys.inner.lock(&key, PATIENCE);
            let outcome =
                lease.and_then(|inner| SealedLease::new(Arc::clone(&self.keys), key, inner).reseal());
            match outcome {
                Ok(resealed) => count = count.saturating_add(resealed.into()),
                Err(error) => first = first.or(Some(error)),
            }
        }
        if let Some(error) = first {
            return Err(error);
        }
        let mut turn = keys.turn()?;
        if let Some(opened) = turn.current(keys)? {
            turn.save(keys, &opened.header, &opened.opener, &opened.ring.shrunk(), &[])?;
        }
        Ok(count)
    }
}
