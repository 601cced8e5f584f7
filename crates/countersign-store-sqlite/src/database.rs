//! How a database is created, opened, checked and used.
//!
//! It knows nothing of credentials: what is in a database is its [`Schema`]'s. The store of a provider is to
//! be another schema on the same recipe.

use core::time::Duration;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    thread,
    time::Instant,
};

use countersign_store::{
    Error, ErrorKind, directory,
    ownership::Owner,
    sidecar::{LockFile, Sidecar},
};
use rusqlite::{Connection, TransactionBehavior, config::DbConfig};

mod connect;
mod create;
mod failure;
mod files;
mod schema;

use self::{
    connect::Role,
    files::{Files, Identity},
};
pub(crate) use self::{failure::Failure, schema::Schema};

/// How long a change waits for the changes of others, and the creation of a database for another's.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database at one path, with a connection to read and one to write, each made when it is needed.
///
/// They are two, so that a load does not wait for the disk. They are kept, because closing the last one is
/// costly; a database that was put in the place of the other is noticed.
pub(crate) struct Database {
    files: Files,
    owner: Owner,
    sidecar: Sidecar,
    schema: &'static Schema,
    reader: Mutex<Option<Open>>,
    writer: Mutex<Option<Open>>,
}

struct Open {
    connection: Connection,
    file: Identity,
}

impl Database {
    /// The database at `path`, which need not exist; nothing is opened.
    pub(crate) fn new(path: &Path, schema: &'static Schema) -> Result<Self, Error> {
        let files = Files::resolve(path).map_err(|error| at(path, error))?;
        let owner = Owner::of(&files.directory);
        Ok(Self {
            files,
            owner,
            sidecar: Sidecar::new(owner),
            schema,
            reader: Mutex::default(),
            writer: Mutex::default(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.files.main
    }

    pub(crate) fn sidecar(&self) -> &Sidecar {
        &self.sidecar
    }

    /// Whether there is a database.
    pub(crate) fn exists(&self) -> Result<bool, Error> {
        Ok(self.files.inspect(&self.owner)?.is_some())
    }

    /// Does `work` on what is stored; `None` when there is no database.
    pub(crate) fn read<T>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let shared = self.with(Role::Read, |connection| {
            self.schema.check(connection)?;
            work(connection)
        });
        match shared {
            Err(failure) if failure.is_read_only() && !self.files.has_log() => {
                self.read_unshared(work).map(Some)
            }
            result => result,
        }
    }

    /// Does `work` where the files that readers share cannot be created, on a database that needs no log.
    fn read_unshared<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let before = self.files.stamp();
        let mut connection = self.connect_immutable()?;
        connect::configure(&connection)?;
        self.schema.check(&connection)?;
        self.schema.migrate(&mut connection)?;
        let result = work(&connection);
        // Nothing kept a writer off, who may see the directory by another way.
        if before.is_none() || self.files.has_log() || self.files.stamp() != before {
            let changed = io::Error::new(io::ErrorKind::ResourceBusy, "it changed while it was read");
            return Err(Error::io(changed).into());
        }
        result
    }

    /// Does `work` in a transaction of its own, durably; in a new database when there is none.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if !self.exists()? {
            self.create()?;
        }
        let done = self.with(Role::Write, |connection| {
            let _turn = self.turn()?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have taken it to a later version.
            self.schema.check(&transaction)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        })?;
        done.ok_or_else(|| Error::new(ErrorKind::Unavailable).because("it was removed meanwhile").into())
    }

    /// Empties the write-ahead log, in which there are copies of what has been deleted.
    pub(crate) fn scrub(&self) -> Result<(), Failure> {
        let started = Instant::now();
        loop {
            let busy = self.with(Role::Write, |connection| {
                let _turn = self.turn()?;
                Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))?)
            });
            match busy {
                Ok(None | Some(0)) => return Ok(()),
                Ok(Some(_)) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
                Ok(Some(_)) => {
                    let reason = "somebody reads it, so its log still holds what was deleted";
                    return Err(Error::new(ErrorKind::NotConfirmed).because(reason).into());
                }
                Err(failure) => return Err(failure.after_commit()),
            }
        }
    }

    /// The error to answer, with the place it happened at.
    pub(crate) fn explain(&self, failure: Failure) -> Error {
        let error = failure.into_error();
        if error.place().is_some() { error } else { at(self.path(), error) }
    }

    /// The directory of lock files, which exists.
    pub(crate) fn prepare_locks(&self) -> Result<PathBuf, Error> {
        self.create_directory(&self.files.directory)?;
        self.create_directory(&self.files.locks)?;
        Ok(self.files.locks.clone())
    }

    /// Creates a directory that only the owner can enter, or checks the one that is there.
    pub(crate) fn create_directory(&self, path: &Path) -> Result<(), Error> {
        if !directory::is_trusted(path, &self.owner)? {
            directory::create(path)?;
            directory::is_trusted(path, &self.owner)?;
        }
        Ok(())
    }

    /// The turn to write, among processes that wait for it in a queue.
    ///
    /// SQLite's own lock is polled for with ever longer pauses, so that some wait for seconds and who just
    /// had it gets it again. That lock still decides; a turn that does not come is done without.
    fn turn(&self) -> Result<Option<LockFile>, Failure> {
        match self.sidecar.lock(&self.prepare_locks()?.join("write.lock"), PATIENCE) {
            Err(error) if error.kind() == ErrorKind::Locked => Ok(None),
            turn => Ok(Some(turn?)),
        }
    }

    fn with<T>(
        &self,
        role: Role,
        work: impl FnOnce(&mut Connection) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let slot = match role {
            Role::Read => &self.reader,
            Role::Write => &self.writer,
        };
        // After a panic the transaction has been rolled back, so the connection is whole.
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = self.files.inspect(&self.owner)? else {
            retire(slot.take());
            return Ok(None);
        };
        if slot.as_ref().is_some_and(|open| open.file != file) {
            retire(slot.take());
        }
        let mut open = match slot.take() {
            Some(open) => open,
            None => Open { connection: self.connect(role)?, file },
        };
        let result = work(&mut open.connection);
        if matches!(result, Err(Failure::Sqlite(_))) {
            // What failed to sync must not be synced again on the same file and called good.
            retire(Some(open));
        } else {
            *slot = Some(open);
        }
        result.map(Some)
    }
}

/// Closes a connection and leaves the files as they are: they may be another database's by now.
fn retire(open: Option<Open>) {
    if let Some(open) = open {
        let _ = open.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
    }
}

fn at(path: &Path, error: Error) -> Error {
    error.at(format_args!("database {}", path.display()))
}
