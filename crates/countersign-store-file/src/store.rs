use core::time::Duration;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use countersign_store::{
    Error, ErrorKind, Lease, Store,
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
/// is acknowledged. A file that is damaged is reported and left as it is; [`quarantine`](Self::quarantine) moves
/// it aside on request. Files have mode 0600 and directories 0700 from their first instant. A clone is another
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

    /// Moves the file of a record that is corrupt out of the way, and answers where it is now.
    ///
    /// `None` when the record is whole or absent; nothing is touched then, and nobody waited for. The file
    /// goes, byte for byte and with its mode, to the first free of `<file>.corrupt-1`, `<file>.corrupt-2`
    /// and so on in its directory. Nothing is ever replaced there, nor listed as a record, nor removed by this
    /// crate. It happens under the lease of `key`, which is waited for as long as `wait`, so that of any
    /// number of callers one moves the file. After it a login can save a new record.
    ///
    /// It is for a person who asks for it: a program that does so by itself hides the loss of a credential.
    ///
    /// # Errors
    /// [`Locked`](countersign_store::ErrorKind::Locked) when `wait` is over, and
    /// [`NotConfirmed`](countersign_store::ErrorKind::NotConfirmed) when the file was moved and that this lasts
    /// is not confirmed. A record that cannot be read for another reason than damage stays where it is,
    /// and the error is that of [`load`](Store::load): too new, too big, insecure, unavailable.
    ///
    /// # Example
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use countersign_store::{ErrorKind, Lease, Store};
    /// use countersign_store_file::FileStore;
    /// use countersign_token::{ClientCredentials, Credential, Key, Revision};
    ///
    /// # let directory = std::env::temp_dir().join(format!("countersign-doc-q-{}", std::process::id()));
    /// let store = FileStore::open(&directory)?;
    /// let key = Key::new("issuer", "client", "ann");
    /// let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", "kd94hf93k423kf44"));
    /// store.lock(&key, Duration::ZERO)?.save(&credential, Revision::ABSENT)?;
    /// assert_eq!(store.quarantine(&key, Duration::ZERO)?, None);
    ///
    /// let file = store.directory().join("issuer+client+ann.json");
    /// std::fs::write(&file, "half a rec")?;
    /// assert!(store.load(&key).is_err_and(|error| error.kind() == ErrorKind::Corrupt));
    ///
    /// let moved = store.quarantine(&key, Duration::from_secs(5))?;
    /// assert_eq!(moved, Some(store.directory().join("issuer+client+ann.json.corrupt-1")));
    /// store.lock(&key, Duration::ZERO)?.save(&credential, Revision::ABSENT)?;
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn quarantine(&self, key: &Key, wait: Duration) -> Result<Option<PathBuf>, Error> {
        // Without a lease, so that a store in which nothing is damaged need not be writable.
        match self.load(key) {
            Err(error) if error.kind() == ErrorKind::Corrupt => self.begin(key, wait)?.quarantine(),
            loaded => loaded.map(|_| None),
        }
    }

    fn begin(&self, key: &Key, wait: Duration) -> Result<FileLease, Error> {
        let files = self.prepare(key)?;
        let lock =
            self.sidecar.lock(&files.lock, wait).map_err(|error| lease::in_file(&files.lock, error))?;
        FileLease::begin(key, files, &self.directory, self.owner, lock)
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
        let Some(lock) = lock else { return Ok(None) };
        Ok(Some(Box::new(FileLease::begin(key, files, &self.directory, self.owner, lock)?)))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        Ok(Box::new(self.begin(key, wait)?))
    }
}

fn in_directory(path: &Path, error: Error) -> Error {
    error.at(format_args!("store directory {}", path.display()))
}
