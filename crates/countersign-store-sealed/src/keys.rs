//! The data keys as this process knows them, and the inner store they belong to.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_token::{Credential, Key, Record, Revision, Secret};

use crate::{
    Unlock,
    envelope::{self, Envelope, undecryptable},
    header::{self, Header},
    ring::Ring,
    unlock::Opener,
};

/// How long a save waits for others that save. Each of them takes as long as one write.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Keys {
    pub(crate) inner: Box<dyn Store>,
    state: Mutex<State>,
}

struct State {
    unlock: Unlock,
    opened: Option<Arc<Opened>>,
}

/// The record of the data keys, opened.
pub(crate) struct Opened {
    envelope: Secret,
    pub(crate) header: Header,
    pub(crate) opener: Opener,
    pub(crate) ring: Ring,
}

/// The lease of the record of the data keys: while it is held, nobody saves anything.
pub(crate) struct Turn {
    lease: Box<dyn Lease>,
    record: Option<Record>,
}

impl Keys {
    pub(crate) fn new(inner: Box<dyn Store>, unlock: Unlock) -> Self {
        Self { inner, state: Mutex::new(State { unlock, opened: None }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // It is only ever assigned to as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_unlock(&self, unlock: Unlock) {
        self.state().unlock = unlock;
    }

    /// The data keys as they are stored now; `None` before the first save.
    pub(crate) fn current(&self) -> Result<Option<Arc<Opened>>, Error> {
        let record = self.inner.load(&header::key())?;
        record.map(|record| self.open_header(&record.credential)).transpose()
    }

    fn open_header(&self, credential: &Credential) -> Result<Arc<Opened>, Error> {
        let countersign_token::Grant::Sealed { envelope } = &credential.grant else {
            return Err(here(
                Header::read(credential).err().unwrap_or_else(|| undecryptable("it is not sealed")),
            ));
        };
        let mut state = self.state();
        if let Some(opened) = &state.opened
            && opened.envelope.ct_eq(envelope)
        {
            return Ok(Arc::clone(opened));
        }
        let header = Header::read(credential).map_err(here)?;
        let known = state.opened.as_ref().and_then(|opened| {
            let opener = &opened.opener;
            let ours = header.slots.iter().filter(|slot| slot.lock == opener.lock);
            ours.filter_map(|slot| slot.open(&header.store, &opener.key))
                .next()
                .map(|ring| (opener.clone(), ring))
        });
        let (opener, ring) = match known {
            Some(known) => known,
            None => state.unlock.open(&header).map_err(here)?,
        };
        let opened = Arc::new(Opened { envelope: envelope.clone(), header, opener, ring });
        state.opened = Some(Arc::clone(&opened));
        Ok(opened)
    }

    /// The record in the envelope that is `outer`.
    pub(crate) fn open(&self, outer: &Record) -> Result<Record, Error> {
        let result = Envelope::of(outer).and_then(|envelope| {
            let known = self.state().opened.clone().filter(|opened| opened.ring.get(&envelope.id).is_some());
            let opened = match known {
                Some(opened) => opened,
                None => self.current()?.ok_or_else(|| undecryptable("the record of the keys is missing"))?,
            };
            envelope.open(&opened.header.store, &opened.ring, outer)
        });
        result.map_err(|error| match error.place() {
            None => error.at(format_args!("sealed record {}", outer.key.to_text())),
            Some(_) => error,
        })
    }

    /// Waits for the turn to save.
    pub(crate) fn turn(&self) -> Result<Turn, Error> {
        let mut lease = self.inner.lock(&header::key(), PATIENCE)?;
        let record = lease.load()?;
        Ok(Turn { lease, record })
    }
}

impl Turn {
    /// The data keys as they stay until the turn is over; `None` before the first save.
    pub(crate) fn current(&self, keys: &Keys) -> Result<Option<Arc<Opened>>, Error> {
        self.record.as_ref().map(|record| keys.open_header(&record.credential)).transpose()
    }

    /// The data keys, which are made where there are none.
    pub(crate) fn ensured(&mut self, keys: &Keys) -> Result<Arc<Opened>, Error> {
        if let Some(opened) = self.current(keys)? {
            return Ok(opened);
        }
        if keys.inner.list()?.iter().any(|key| !header::is_reserved(key)) {
            // New keys would hide that the old ones are lost.
            return Err(without_keys());
        }
        self.begin(keys)
    }

    /// Makes data keys, which must not be there.
    pub(crate) fn begin(&mut self, keys: &Keys) -> Result<Arc<Opened>, Error> {
        let unlock = keys.state().unlock.clone();
        let opener = unlock.first().map_err(here)?;
        self.save(keys, &Header::fresh()?, &opener, &Ring::generate()?, &[]).map_err(|error| {
            match error.kind() {
                // It would say that the record which these keys are for is there.
                ErrorKind::NotConfirmed => {
                    Error::new(ErrorKind::Unavailable).at("sealed store").because(error)
                }
                _ => error,
            }
        })
    }

    /// Removes the data keys, which nothing must need any more.
    pub(crate) fn end(&mut self) -> Result<(), Error> {
        let revision = self.record.take().map_or(Revision::ABSENT, |record| record.revision);
        self.lease.delete(revision)
    }

    /// Keeps `ring`, encrypted to `opener` and to each of `others`.
    pub(crate) fn save(
        &mut self,
        keys: &Keys,
        header: &Header,
        opener: &Opener,
        ring: &Ring,
        others: &[&Opener],
    ) -> Result<Arc<Opened>, Error> {
        let openers = [opener].into_iter().chain(others.iter().copied());
        let with: Vec<_> = openers.map(|opener| (&opener.lock, &opener.key)).collect();
        let header = header.locked(ring, &with)?;
        let envelope = header.write()?;
        let credential = carrier(self.record.as_ref(), envelope.clone());
        let revision = self.record.as_ref().map_or(Revision::ABSENT, |record| record.revision);
        let revision = self.lease.save(&credential, revision)?;
        self.record = Some(Record::new(header::key(), credential, revision));
        let opened = Arc::new(Opened { envelope, header, opener: opener.clone(), ring: ring.clone() });
        keys.state().opened = Some(Arc::clone(&opened));
        Ok(opened)
    }
}

impl Opened {
    pub(crate) fn seal(&self, key: &Key, revision: Revision, form: &Secret) -> Result<Secret, Error> {
        envelope::seal(&self.header.store, &self.ring, key, revision, form)
    }
}

/// The credential that takes `envelope` to the inner store; what a later version put beside it is kept.
pub(crate) fn carrier(stored: Option<&Record>, envelope: Secret) -> Credential {
    let fresh = Credential::sealed(envelope);
    match stored {
        None => fresh,
        Some(record) => {
            let mut credential = record.credential.clone();
            credential.grant = fresh.grant;
            credential
        }
    }
}

/// There are sealed records, and nothing that opens them.
pub(crate) fn without_keys() -> Error {
    here(undecryptable("the record of the keys is missing, and there are others"))
}

pub(crate) fn here(error: Error) -> Error {
    match error.place() {
        None => error.at("sealed store"),
        Some(_) => error,
    }
}
