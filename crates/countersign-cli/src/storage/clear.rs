use core::time::Duration;
use std::sync::Arc;

use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_token::{Credential, Grant, Key, Record, Revision};

/// A store without encryption, in which a record that is sealed is one that cannot be read.
///
/// It may have been sealed meanwhile, or have lost the record of its keys; used as it is, it would be a
/// credential of no known kind.
pub(super) struct Clear(pub(super) Arc<dyn Store>);

struct ClearLease(Box<dyn Lease>);

impl Store for Clear {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.0.load(key).and_then(check)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        self.0.list()
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        Ok(self.0.try_lock(key)?.map(wrap))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        self.0.lock(key, wait).map(wrap)
    }
}

impl Lease for ClearLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.0.load().and_then(check)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        self.load()?;
        self.0.save(credential, expected)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        self.load()?;
        self.0.delete(expected)
    }
}

fn wrap(lease: Box<dyn Lease>) -> Box<dyn Lease> {
    Box::new(ClearLease(lease))
}

fn check(record: Option<Record>) -> Result<Option<Record>, Error> {
    match record {
        Some(record) if matches!(record.credential.grant, Grant::Sealed { .. }) => {
            let error = Error::new(ErrorKind::Undecryptable).because("it is encrypted, and the store is not");
            Err(error.at(format_args!("record {}", record.key.to_text())))
        }
        record => Ok(record),
    }
}
