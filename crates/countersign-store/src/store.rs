use core::time::Duration;
use std::{sync::Arc, thread, time::Instant};

use countersign_token::{Key, Record};

use crate::{Error, ErrorKind, Lease};

/// Where credentials are kept, each under the [`Key`] of its grant.
///
/// 1. `load` answers the last record that was saved, by whomever; `None` when there is none. It takes no
///    lease, waits for none, and works where nothing can be written.
/// 2. `list` answers each key that has a record, once, in any order. A record that cannot be read is
///    listed as well, where its key is known.
/// 3. `try_lock` answers at once: the lease, or `None` while somebody else has it, be it another thread,
///    another handle or another process.
/// 4. The lease of one key never blocks another key, nor `load` and `list`.
/// 5. A lease is given back when it is dropped, when its thread panics and when its process dies.
/// 6. Keys that are not equal never share a record or a lease, also where the backend ignores case.
/// 7. Absent, corrupt, locked, undecryptable, too new, too big and unavailable are different answers.
/// 8. Records of up to [`form::MAX_BYTES`](crate::form::MAX_BYTES) are kept, larger ones refused.
///
/// The suite in [`conformance`](crate::conformance) checks these cases and those of [`Lease`].
///
/// # Security
///
/// A lease that is granted twice, or a load that answers an older record, lets two programs spend one
/// refresh token; a server that detects this revokes the grant. A record must be readable by its owner
/// alone at every moment, and no secret may appear in a file name, an error or a log.
pub trait Store: Send + Sync {
    /// The record of `key`, without a lease: fit to be used, unfit to be changed.
    ///
    /// # Errors
    /// When there is a record that cannot be read, or when it cannot be found out.
    fn load(&self, key: &Key) -> Result<Option<Record>, Error>;

    /// The keys that have a record.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn list(&self) -> Result<Vec<Key>, Error>;

    /// The lease of `key`, or `None` while somebody else has it; never waits.
    ///
    /// # Errors
    /// When the store cannot lock, which is not permission to go on without.
    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error>;

    /// The lease of `key`, waiting for it as long as `wait`.
    ///
    /// The provided method polls; a backend that can be woken does better.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when `wait` is over, and what [`try_lock`](Self::try_lock) answers.
    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        let mut pauses = Pauses::new(wait);
        loop {
            if let Some(lease) = self.try_lock(key)? {
                return Ok(lease);
            }
            if !pauses.pause() {
                return Err(Error::new(ErrorKind::Locked));
            }
        }
    }
}

/// Pauses that grow from one millisecond to fifty, up to a deadline.
pub(crate) struct Pauses {
    deadline: Option<Instant>,
    next: Duration,
}

impl Pauses {
    pub(crate) fn new(wait: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(wait), next: Duration::from_millis(1) }
    }

    /// Sleeps, or says that the deadline has passed.
    pub(crate) fn pause(&mut self) -> bool {
        let left = match self.deadline {
            Some(deadline) => deadline.saturating_duration_since(Instant::now()),
            None => self.next,
        };
        if left.is_zero() {
            return false;
        }
        thread::sleep(self.next.min(left));
        self.next = self.next.saturating_mul(2).min(Duration::from_millis(50));
        true
    }
}

macro_rules! forward {
    ($($type:ty),*) => {$(
        impl<S: Store + ?Sized> Store for $type {
            fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
                (**self).load(key)
            }

            fn list(&self) -> Result<Vec<Key>, Error> {
                (**self).list()
            }

            fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
                (**self).try_lock(key)
            }

            fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
                (**self).lock(key, wait)
            }
        }
    )*};
}

forward!(&S, Arc<S>, Box<S>);
