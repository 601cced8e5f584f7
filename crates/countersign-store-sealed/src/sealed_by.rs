use countersign_store::{Error, Store};
use countersign_token::Key;

use crate::{
    SealedStore,
    header::{self, Header, Lock},
    keys::here,
};

/// What opens a store that is sealed in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SealedBy {
    /// A key that a [`KeySource`](crate::KeySource) keeps.
    Source,
    /// A passphrase.
    Passphrase,
}

impl SealedStore {
    /// Whether `key` is one of this store's own, which the inner store lists and no grant has.
    pub fn owns(key: &Key) -> bool {
        header::is_reserved(key)
    }

    /// What opens the store that is sealed in `inner`: nothing where there is none, two things while one
    /// takes the place of the other.
    ///
    /// It is read and not proved: only opening shows that nobody changed it.
    ///
    /// # Errors
    /// Those of the inner store, and [`Undecryptable`](countersign_store::ErrorKind::Undecryptable) when the
    /// record of the keys is not one.
    pub fn sealed_by(inner: &(impl Store + ?Sized)) -> Result<Vec<SealedBy>, Error> {
        let Some(record) = inner.load(&header::key())? else {
            return Ok(Vec::new());
        };
        let header = Header::read(&record.credential).map_err(here)?;
        let by = |lock: &Lock| match lock {
            Lock::Source => SealedBy::Source,
            Lock::Passphrase { .. } => SealedBy::Passphrase,
        };
        Ok(header.slots.iter().map(|slot| by(&slot.lock)).collect())
    }
}
