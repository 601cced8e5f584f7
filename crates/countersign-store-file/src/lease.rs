use std::path::{Path, PathBuf};

use countersign_store::{Error, ErrorKind, Lease, form, ownership::Owner, sidecar::LockFile};
use countersign_token::{Credential, Key, Record, Revision};

use crate::{
    directory,
    name::Files,
    quarantine, read,
    replace::{self, System},
};

/// The right to replace one file, held as a lock on the file beside it.
pub(crate) struct FileLease {
    key: Key,
    files: Files,
    store: PathBuf,
    owner: Owner,
    _lock: LockFile,
}

impl FileLease {
    pub(crate) fn begin(
        key: &Key,
        files: Files,
        store: &Path,
        owner: Owner,
        lock: LockFile,
    ) -> Result<Self, Error> {
        // It can only be a killed writer's: whoever lives and writes would have the lock.
        replace::sweep(&mut System, &files).map_err(|error| in_file(&files.temporary, error))?;
        Ok(Self { key: key.clone(), files, store: store.to_owned(), owner, _lock: lock })
    }

    /// Moves the record aside if it is corrupt, and says where it is now.
    pub(crate) fn quarantine(&self) -> Result<Option<PathBuf>, Error> {
        let moved = match self.read() {
            Err(error) if error.kind() == ErrorKind::Corrupt => quarantine::aside(&mut System, &self.files),
            read => read.map(|_| None),
        };
        moved.map_err(|error| in_file(&self.files.record, error))
    }

    fn read(&self) -> Result<Option<Record>, Error> {
        read::record(&self.files.record, &self.key, &self.owner)
    }

    fn replace(&self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        let stored = self.read()?;
        let revision = form::succeed(stored.as_ref(), expected)?;
        let form = form::write_checked(&self.key, credential, revision)?;
        let above = match stored {
            Some(_) => Vec::new(),
            None => directory::above(&self.files.folder, &self.store),
        };
        replace::replace(&mut System, &self.files, form.expose().as_bytes(), &above)?;
        Ok(revision)
    }

    fn remove(&self, expected: Revision) -> Result<(), Error> {
        form::succeed(self.read()?.as_ref(), expected)?;
        replace::remove(&mut System, &self.files)
    }
}

impl Lease for FileLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.read().map_err(|error| in_file(&self.files.record, error))
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        self.replace(credential, expected).map_err(|error| in_file(&self.files.record, error))
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        self.remove(expected).map_err(|error| in_file(&self.files.record, error))
    }
}

pub(crate) fn in_file(path: &Path, error: Error) -> Error {
    error.at(format_args!("store file {}", path.display()))
}
