use countersign_store::{Error, ErrorKind, form::MAX_BYTES};
use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};

use super::{Database, Failure, PATIENCE};

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Read,
    Write,
}

/// Tables have types by their word alone before this version.
const OLDEST_SQLITE: i32 = 3_037_000;

/// What every connection is told.
///
/// `fullfsync` is for macOS, where a plain sync stays in the drive's cache.
const SETTINGS: &str = "
    PRAGMA cell_size_check = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA fullfsync = ON;
    PRAGMA secure_delete = ON;
    PRAGMA synchronous = FULL;
    PRAGMA temp_store = MEMORY;
    PRAGMA trusted_schema = OFF;";

impl Database {
    /// A connection to a database that is there, of this schema, brought to its latest version.
    pub(super) fn connect(&self, role: Role) -> Result<Connection, Failure> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(Error::new(ErrorKind::Unavailable).because("SQLite is older than 3.37").into());
        }
        self.probe()?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        let mut connection = Connection::open_with_flags(&self.files.main, flags)?;
        configure(&connection)?;
        // Again, because what the header says may have been overtaken in the log.
        self.schema.check(&connection)?;
        self.schema.migrate(&mut connection)?;
        match role {
            Role::Read => connection.pragma_update(None, "query_only", true)?,
            Role::Write => {
                use_log(&connection)?;
                // Now that there is a log: SQLite does not say when it cannot make the name of its log durable.
                self.settle()?;
            }
        }
        Ok(connection)
    }

    /// Looks at the header alone, in a way that leaves even a foreign database untouched.
    fn probe(&self) -> Result<(), Failure> {
        let connection = self.connect_immutable()?;
        // While pages go from the log into the file, its header already counts some that are not there yet;
        // if that was interrupted it stays so until the log is read. Otherwise it would be called damage.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true)?;
        self.schema.check(&connection)
    }

    /// A connection that sees the file as it is and neither locks it nor looks at its log.
    pub(super) fn connect_immutable(&self) -> Result<Connection, Failure> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW
            | OpenFlags::SQLITE_OPEN_URI;
        Ok(Connection::open_with_flags(self.files.immutable(), flags)?)
    }
}

pub(super) fn configure(connection: &Connection) -> Result<(), Failure> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    // Damage must not make it ask for a gigabyte.
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(4 * MAX_BYTES).unwrap_or(i32::MAX))?;
    Ok(connection.execute_batch(SETTINGS)?)
}

/// Switches to the write-ahead log, if it is not used already.
pub(super) fn use_log(connection: &Connection) -> Result<(), Failure> {
    let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = statement.query([])?;
    let is_log = rows.next()?.map(|row| row.get::<_, String>(0)).transpose()?.as_deref() == Some("wal");
    // To its end, for only there it says whether the change was written.
    while rows.next()?.is_some() {}
    if is_log {
        Ok(())
    } else {
        let reason = "its file system has no shared memory";
        Err(Error::new(ErrorKind::Unavailable).because(reason).into())
    }
}
