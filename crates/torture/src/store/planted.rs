//! Stores with one fault each, which the experiments have to notice, and one without, which has to pass.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use countersign_store::{
    Error, ErrorKind, Lease, Store, form,
    ownership::{self, Owner},
    sidecar::{LockFile, Sidecar},
};
use countersign_token::{Credential, Key, Record, Revision, Secret};

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It empties the file and writes into it.
    InPlace,
    /// It renames what it has not synced.
    Unsynced,
    /// It grants every lease.
    Unlocked,
    /// It keeps what it has read or written, and never looks again.
    Stale,
}

/// A file for each key, in one directory.
#[derive(Clone)]
pub(crate) struct PlantedStore {
    directory: PathBuf,
    fault: Fault,
    sidecar: Sidecar,
    seen: Arc<Mutex<HashMap<Key, Option<Record>>>>,
}

struct PlantedLease {
    store: PlantedStore,
    key: Key,
    _lock: Option<LockFile>,
}

impl PlantedStore {
    pub(crate) fn new(directory: &Path, fault: Fault) -> Self {
        let sidecar = Sidecar::new(Owner::of(directory));
        Self { directory: directory.to_owned(), fault, sidecar, seen: Arc::default() }
    }

    fn path(&self, key: &Key, suffix: &str) -> PathBuf {
        self.directory.join(format!("{}.json{suffix}", key.to_text().replace('/', "+")))
    }

    fn read(&self, key: &Key) -> Result<Option<Record>, Error> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if self.fault == Fault::Stale
            && let Some(record) = seen.get(key)
        {
            return Ok(record.clone());
        }
        let record = match fs::read_to_string(self.path(key, "")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(error)),
            Ok(text) => Some(form::read(key, &Secret::new(text))?),
        };
        seen.insert(key.clone(), record.clone());
        Ok(record)
    }

    fn write(&self, key: &Key, form: &Secret) -> io::Result<()> {
        let (record, temporary) = (self.path(key, ""), self.path(key, ".tmp"));
        if self.fault == Fault::InPlace {
            let mut file = File::create(record)?;
            // As a serialiser does that is handed a file: piece by piece.
            form.expose().as_bytes().chunks(64).try_for_each(|piece| file.write_all(piece))?;
            return file.sync_all();
        }
        let written = ownership::create(&temporary)
            .and_then(|mut file| {
                file.write_all(form.expose().as_bytes())?;
                if self.fault == Fault::Unsynced { Ok(()) } else { file.sync_all() }
            })
            .and_then(|()| fs::rename(&temporary, record));
        if written.is_err() {
            let _ = fs::remove_file(temporary);
        }
        written
    }

    fn sync(&self) -> io::Result<()> {
        if self.fault == Fault::Unsynced { Ok(()) } else { File::open(&self.directory)?.sync_all() }
    }

    fn confirm(&self) -> Result<(), Error> {
        self.sync().map_err(|error| Error::new(ErrorKind::NotConfirmed).because(error))
    }
}

impl Store for PlantedStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.read(key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        for entry in self.directory.read_dir().map_err(Error::io)? {
            let name = entry.map_err(Error::io)?.file_name().to_string_lossy().replace('+', "/");
            keys.extend(name.strip_suffix(".json").and_then(|text| Key::from_text(text).ok()));
        }
        Ok(keys)
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let lock = match self.fault {
            Fault::Unlocked => None,
            _ => match self.sidecar.try_lock(&self.path(key, ".lock"))? {
                None => return Ok(None),
                held => held,
            },
        };
        match fs::remove_file(self.path(key, ".tmp")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::io(error)),
            _ => {}
        }
        Ok(Some(Box::new(PlantedLease { store: self.clone(), key: key.clone(), _lock: lock })))
    }
}

impl Lease for PlantedLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.store.read(&self.key)
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let revision = form::succeed(self.load()?.as_ref(), expected)?;
        self.store.write(&self.key, &form::write(&self.key, credential, revision)?).map_err(Error::io)?;
        let record = Record::new(self.key.clone(), credential.clone(), revision);
        let mut seen = self.store.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(self.key.clone(), Some(record));
        drop(seen);
        self.store.confirm()?;
        Ok(revision)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        form::succeed(self.load()?.as_ref(), expected)?;
        match fs::remove_file(self.store.path(&self.key, "")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::io(error)),
            _ => {}
        }
        self.store.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(self.key.clone(), None);
        self.store.confirm()
    }
}
