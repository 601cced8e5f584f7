use core::{error, fmt};
use std::io;

use countersign_store::{Error, ErrorKind};
use rusqlite::ffi;

/// What went wrong while a connection was used.
///
/// An error of rusqlite is never passed on: some hold values, file contents among them.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    Store(Error),
}

impl Failure {
    /// Whether nothing was written because there was no room for it.
    ///
    /// A sync that failed is not among them: nobody knows what was written then.
    pub(crate) fn is_no_room(&self) -> bool {
        matches!(self.code(), Some(ffi::SQLITE_FULL | ffi::SQLITE_IOERR_WRITE))
    }

    /// Whether a file could not be created or written beside the database.
    pub(crate) fn is_read_only(&self) -> bool {
        self.code().is_some_and(|code| matches!(code & 0xff, ffi::SQLITE_CANTOPEN | ffi::SQLITE_READONLY))
    }

    /// The same failure where the change had been made before.
    pub(crate) fn after_commit(self) -> Self {
        match self {
            Self::Sqlite(_) => {
                let error = self.into_error();
                Self::Store(Error::new(ErrorKind::NotConfirmed).because(error))
            }
            Self::Store(_) => self,
        }
    }

    pub(crate) fn into_error(self) -> Error {
        let code = self.code();
        match (self, code) {
            (Self::Store(error), _) => error,
            (Self::Sqlite(_), Some(code)) => explain(code),
            // A value of the wrong type, or text that is not UTF-8.
            (Self::Sqlite(_), None) => {
                Error::new(ErrorKind::Corrupt).because("it holds a value of the wrong type")
            }
        }
    }

    fn code(&self) -> Option<i32> {
        match self {
            Self::Sqlite(rusqlite::Error::SqliteFailure(error, _)) => Some(error.extended_code),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// The error for a result code of SQLite.
fn explain(code: i32) -> Error {
    if code == ffi::SQLITE_CANTOPEN_SYMLINK {
        return Error::new(ErrorKind::Insecure).because(Code(code));
    }
    let kind = match code & 0xff {
        // The last four are about statements and values, all of which are ours: the schema is not.
        ffi::SQLITE_CORRUPT
        | ffi::SQLITE_NOTADB
        | ffi::SQLITE_FORMAT
        | ffi::SQLITE_ERROR
        | ffi::SQLITE_CONSTRAINT
        | ffi::SQLITE_MISMATCH
        | ffi::SQLITE_SCHEMA => ErrorKind::Corrupt,
        ffi::SQLITE_TOOBIG => ErrorKind::TooBig,
        _ => ErrorKind::Unavailable,
    };
    // The kinds by which the contract tells what passes by itself.
    let system = match code & 0xff {
        ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Some(io::ErrorKind::TimedOut),
        ffi::SQLITE_FULL => Some(io::ErrorKind::StorageFull),
        ffi::SQLITE_READONLY => Some(io::ErrorKind::ReadOnlyFilesystem),
        _ => None,
    };
    match system {
        Some(system) => Error::new(kind).because(io::Error::new(system, Code(code))),
        None => Error::new(kind).because(Code(code)),
    }
}

/// A result code of SQLite, in SQLite's words for it.
#[derive(Debug)]
struct Code(i32);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLite error {})", ffi::code_to_str(self.0), self.0)
    }
}

impl error::Error for Code {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: i32, kind: ErrorKind, transient: bool) {
        let error = explain(code);
        assert_eq!((error.kind(), error.is_transient()), (kind, transient));
    }

    #[test]
    fn each_code_has_its_kind() {
        check(ffi::SQLITE_CORRUPT_INDEX, ErrorKind::Corrupt, false);
        check(ffi::SQLITE_NOTADB, ErrorKind::Corrupt, false);
        check(ffi::SQLITE_ERROR, ErrorKind::Corrupt, false);
        check(ffi::SQLITE_TOOBIG, ErrorKind::TooBig, false);
        check(ffi::SQLITE_BUSY_SNAPSHOT, ErrorKind::Unavailable, true);
        check(ffi::SQLITE_FULL, ErrorKind::Unavailable, false);
        check(ffi::SQLITE_IOERR_FSYNC, ErrorKind::Unavailable, false);
        check(ffi::SQLITE_READONLY_DIRECTORY, ErrorKind::Unavailable, false);
        check(ffi::SQLITE_CANTOPEN_SYMLINK, ErrorKind::Insecure, false);
    }

    #[test]
    fn only_a_failed_write_is_want_of_room() {
        let failure = |code| Failure::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(failure(ffi::SQLITE_FULL).is_no_room());
        assert!(failure(ffi::SQLITE_IOERR_WRITE).is_no_room());
        assert!(!failure(ffi::SQLITE_IOERR_FSYNC).is_no_room());
        assert!(!Failure::from(Error::new(ErrorKind::Unavailable)).is_no_room());
    }
}
