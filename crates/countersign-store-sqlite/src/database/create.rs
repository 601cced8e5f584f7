use std::fs;

use countersign_store::{Error, ErrorKind, directory, ownership};
use rusqlite::{Connection, OpenFlags};

use super::{Database, Failure, PATIENCE, connect};

/// Small, so that the padding of a row is; see the schema of the rows.
const PAGE_SIZE: u32 = 1024;

impl Database {
    /// Creates the database, unless another process has done so meanwhile.
    ///
    /// It is made whole under another name and then renamed, so that a database which has no schema is never
    /// a new one, and nothing is ever done to a file that SQLite has open in this process.
    pub(super) fn create(&self) -> Result<(), Failure> {
        let lock = self.prepare_locks()?.join("open.lock");
        let _lock = self.sidecar.lock(&lock, PATIENCE)?;
        if self.exists()? {
            return Ok(());
        }
        self.files.sweep().map_err(Error::io)?;
        let result = self.fill().and_then(|()| {
            fs::rename(&self.files.temporary, &self.files.main).map_err(|error| Error::io(error).into())
        });
        if result.is_err() {
            // If it cannot be removed, the next attempt does it.
            let _ = self.files.sweep();
        }
        result
    }

    fn fill(&self) -> Result<(), Failure> {
        let path = &self.files.temporary;
        drop(ownership::create(path).map_err(Error::io)?);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connect::configure(&connection)?;
        connection.pragma_update(None, "page_size", PAGE_SIZE)?;
        connection.pragma_update(None, "application_id", self.schema.application_id)?;
        self.schema.migrate(&mut connection)?;
        connect::use_log(&connection)?;
        connection.close().map_err(|(_, error)| Failure::from(error))
    }

    /// Makes the names of the database, its log and its directory durable, whoever created them.
    pub(super) fn settle(&self) -> Result<(), Error> {
        let directory = &self.files.directory;
        [Some(directory.as_path()), directory.parent()]
            .into_iter()
            .flatten()
            .try_for_each(directory::sync_readable)
            .map_err(|error| Error::new(ErrorKind::Unavailable).because(error))
    }
}
