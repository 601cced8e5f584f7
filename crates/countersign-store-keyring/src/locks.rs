//! The directory of the lock files, which also tells the keys that may have an entry.

use core::time::Duration;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign_store::{
    Error, directory,
    name::is_piece,
    ownership::Owner,
    sidecar::{LockFile, Sidecar},
};
use countersign_token::Key;

use crate::name::{self, Name};

#[derive(Clone, Debug)]
pub(crate) struct Locks {
    directory: PathBuf,
    owner: Owner,
    sidecar: Sidecar,
}

/// A lock that is shared with the calls that may still change something.
pub(crate) type Held = Arc<LockFile>;

impl Locks {
    pub(crate) fn open(directory: &Path) -> Result<Self, Error> {
        let resolved = match fs::canonicalize(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(directory),
            resolved => resolved,
        };
        let directory = resolved.map_err(|error| in_directory(directory, Error::io(error)))?;
        let owner = Owner::of(&directory);
        directory::is_trusted(&directory, &owner)?;
        Ok(Self { directory, owner, sidecar: Sidecar::new(owner) })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(crate) fn try_lock(&self, name: &Name) -> Result<Option<Held>, Error> {
        let file = self.prepare(name)?;
        let lock = self.sidecar.try_lock(&file).map_err(|error| in_lock(&file, error))?;
        Ok(lock.map(Arc::new))
    }

    pub(crate) fn lock(&self, name: &Name, wait: Duration) -> Result<Held, Error> {
        let file = self.prepare(name)?;
        self.sidecar.lock(&file, wait).map(Arc::new).map_err(|error| in_lock(&file, error))
    }

    /// Makes the lock file of `name` durable, and the directories it is in.
    ///
    /// To be done before the entry is made: an entry whose lock file is lost is not listed.
    pub(crate) fn sync(&self, name: &Name) -> Result<(), Error> {
        let file = name.lock_file(&self.directory);
        let ours = file.ancestors().skip(1).take_while(|folder| folder.starts_with(&self.directory));
        for folder in ours {
            directory::sync(folder).map_err(|error| in_directory(folder, Error::io(error)))?;
        }
        let holder = self.directory.parent().unwrap_or(&self.directory);
        directory::sync_readable(holder).map_err(|error| in_directory(holder, Error::io(error)))
    }

    /// The keys that have a lock file.
    pub(crate) fn keys(&self) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        if directory::is_trusted(&self.directory, &self.owner)? {
            collect(&self.directory, &mut Vec::new(), &mut keys)
                .map_err(|error| in_directory(&self.directory, Error::io(error)))?;
        }
        Ok(keys)
    }

    /// The lock file of `name`, in a directory that exists.
    fn prepare(&self, name: &Name) -> Result<PathBuf, Error> {
        let file = name.lock_file(&self.directory);
        if !directory::is_trusted(&self.directory, &self.owner)? {
            directory::create(&self.directory)?;
            directory::is_trusted(&self.directory, &self.owner)?;
        }
        directory::create(file.parent().unwrap_or(&self.directory))?;
        Ok(file)
    }
}

fn collect(folder: &Path, directories: &mut Vec<String>, keys: &mut Vec<Key>) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        // No name of ours is anything but ASCII.
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if is_piece(&name) && entry.file_type()?.is_dir() {
            directories.push(name);
            collect(&entry.path(), directories, keys)?;
            directories.pop();
        } else {
            keys.extend(name::key_of(directories, &name));
        }
    }
    Ok(())
}

fn in_directory(path: &Path, error: Error) -> Error {
    error.at(format_args!("store directory {}", path.display()))
}

fn in_lock(path: &Path, error: Error) -> Error {
    error.at(format_args!("lock file {}", path.display()))
}
