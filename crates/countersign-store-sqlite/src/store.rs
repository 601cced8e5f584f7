use core::{fmt, time::Duration};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign_store::{Error, Lease, Store, sidecar::LockFile};
use countersign_token::{Key, Record};

use crate::{
    database::Database,
    lease::{self, SqliteLease},
    locks, rows,
};

/// A database in which each grant has its rows.
///
/// Write-ahead log, synced before a save is acknowledged; every change is one transaction. The files have
/// mode 0600 from their first instant. A clone is another handle; any number of programs may use one
/// database at a time, and a program may have others of its own open.
///
/// # Security
///
/// Links, pipes, files of another user or open to others, a directory that others can write to, and the
/// database of another application are refused with [`Insecure`](countersign_store::ErrorKind::Insecure).
/// After a deletion the deleted content is overwritten in the database and gone from the log; if somebody
/// reads so long that the log cannot be emptied, the deletion answers
/// [`NotConfirmed`](countersign_store::ErrorKind::NotConfirmed). The database and the names of the lock files
/// tell the keys, that is issuer, client and account.
#[derive(Clone)]
pub struct SqliteStore(Arc<Database>);

impl SqliteStore {
    /// Opens the database at `path`, which is created with the first save when it is absent.
    ///
    /// A link to its directory is followed once, here; a link to the file is refused.
    ///
    /// # Errors
    /// [`Insecure`](countersign_store::ErrorKind::Insecure) when it is not this application's or open to
    /// others, [`TooNew`](countersign_store::ErrorKind::TooNew) when a later version wrote it,
    /// [`Corrupt`](countersign_store::ErrorKind::Corrupt) when it is damaged or no database, and
    /// [`Unavailable`](countersign_store::ErrorKind::Unavailable) when it cannot be reached. None of them
    /// changes it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let database = Database::new(path.as_ref(), &rows::SCHEMA)?;
        match database.read(|_| Ok(())) {
            Ok(_) => Ok(Self(Arc::new(database))),
            Err(failure) => Err(database.explain(failure)),
        }
    }

    /// Where the database is: an absolute path, in a directory without links as far as it existed when the
    /// store was opened.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Looks for damage, in the database and in every record.
    ///
    /// # Errors
    /// [`Corrupt`](countersign_store::ErrorKind::Corrupt) and others as [`load`](Store::load), for the first
    /// that is found. Nothing is changed.
    pub fn check(&self) -> Result<(), Error> {
        self.0.read(rows::check).map_err(|failure| self.0.explain(failure))?;
        self.list()?.iter().try_for_each(|key| self.load(key).map(drop))
    }

    /// The version of SQLite that is linked, as "3.50.4".
    pub fn sqlite_version() -> &'static str {
        rusqlite::version()
    }

    /// The lock file of `key`, in a directory that exists.
    fn prepare(&self, key: &Key) -> Result<PathBuf, Error> {
        let file = locks::of(&self.0.prepare_locks()?, key);
        self.0.create_directory(file.parent().unwrap_or(&file))?;
        Ok(file)
    }

    fn lease(&self, key: &Key, lock: LockFile) -> Box<dyn Lease> {
        Box::new(SqliteLease { database: Arc::clone(&self.0), key: key.clone(), _lock: lock })
    }
}

impl Store for SqliteStore {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        lease::load(&self.0, key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        let keys = self.0.read(rows::keys).map_err(|failure| self.0.explain(failure))?;
        Ok(keys.unwrap_or_default())
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let file = self.prepare(key)?;
        let lock = self.0.sidecar().try_lock(&file).map_err(|error| at_lock(&file, error))?;
        Ok(lock.map(|lock| self.lease(key, lock)))
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        let file = self.prepare(key)?;
        let lock = self.0.sidecar().lock(&file, wait).map_err(|error| at_lock(&file, error))?;
        Ok(self.lease(key, lock))
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path()).finish()
    }
}

fn at_lock(file: &Path, error: Error) -> Error {
    error.at(format_args!("lock file {}", file.display()))
}
