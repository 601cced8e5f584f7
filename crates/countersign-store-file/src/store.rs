use core::time::Duration;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use countersign_store::{
    Error, Lease, Store,
    directory::{create, is_trusted},
    name::is_piece,
    ownership::Owner,
    sidecar::Sidecar,
};
use countersign_token::{Key, Record};

use crate::{
    lease::{self, FileLease},
    name::{self, Files},
    read,
};

/// A directory in which each grant has a file of its own.
///
/// A file is written beside the old one, synced, put in its place, and the directory synced, before a save
/// is acknowledged. Files have mode 0600 and directories 0700 from their first instant. A clone is another
/// handle; any number of programs may use one directory at a time.
///
/// # Security
///
/// Links, pipes, files of another user, and a directory that others can write to are refused with
/// [`Insecure`](countersign_store::ErrorKind::Insecure). The names of the files tell the keys, that is issuer,
/// client and account, to whoever can list the directory.
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: PathBuf,
    owner: Owner,
    sidecar: Sidecar,
}

impl FileStore {
    /// Opens the store in `directory`, which is created with the first lease when it is absent.
    ///
    /// A link to a directory is followed once, here.
    ///
    /// # Errors
    /// [`Unavailable`](countersign_store::ErrorKind::Unavailable) when the path cannot be reached, and
    /// [`Insecure`](countersign_store::ErrorKind::Insecure) when it is no directory or open to others.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, Error> {
        let directory = directory.as_ref();
        let resolved = match fs::canonicalize(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => std::path::absolute(directory),
            resolved => resolved,
        };
        let directory = resolved.map_err(|error| in_directory(directory, Error::io(error)))?;
        let owner = Owner::of(&directory);
        let store = Self { directory, owner, sidecar: Sidecar::new(owner) };
        store.exists()?;
        Ok(store)
    }

    /// Where the store is: an absolute path, without links as far as it existed when it was opened.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn exists(&self) -> Result<bool, Error> {
        is_trusted(&self.directory, &self.owner)
    }

    /// The files of `key`, in a directory that exists.
    fn prepare(&self, key: &Key) -> Result<Files, Error> {
        let files = Files::of(&self.directory, key);
        if !self.exists()? {
            create(&self.directory)?;
            self.exists()?;
        }
        create(&files.folder)?;
        Ok(files)
    }

    fn list_in(&self, folder: &Path, directories: &mut Vec<String>, keys: &mut Vec<Key>) -> io::Result<()> {
        for entry in folder.read_dir()? {
            let entry = entry?;
            // No name of ours is anything but ASCII.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if is_piece(&name) && entry.file_type()?.is_dir() {
                directories.push(name);
                self.list_in(&entry.path(), directories, keys)?;
                directories.pop();
            } else {
                keys.extend(name::key_of(directories, &name));
            }
        }
        Ok(())
    }
}

impl Store for FileStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        if !self.exists()? {
            return Ok(None);
        }
        let path = Files::of(&self.directory, key).record;
        read::record(&path, key, &self.owner).map_err(|error| lease::in_file(&path, error))
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        if self.exists()? {
            self.list_in(&self.directory, &mut Vec::new(), &mut keys)
                .map_err(|error| in_directory(&self.directory, Error::io(error)))?;
        }
        Ok(keys)
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let files = self.prepare(key)?;
        let lock = self.sidecar.try_lock(&files.lock).map_err(|error| lease::in_file(&files.lock, error))?;
        lock.map(|lock| FileLease::begin(key, files, &self.directory, self.owner, lock)).transpose()
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        let files = self.prepare(key)?;
        let lock =
            self.sidecar.lock(&files.lock, wait).map_err(|error| lease::in_file(&files.lock, error))?;
        FileLease::begin(key, files, &self.directory, self.owner, lock)
    }
}

fn in_directory(path: &Path, error: Error) -> Error {
    error.at(format_args!("store directory {}", path.display()))
}
