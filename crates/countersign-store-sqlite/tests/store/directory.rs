use std::path::PathBuf;

use countersign_store_sqlite::SqliteStore;
use testkit::directory::Directory;

/// A place for a store that does not exist yet.
pub(crate) fn absent() -> Directory {
    Directory::absent_in(env!("CARGO_TARGET_TMPDIR"))
}

pub(crate) fn database(directory: &Directory) -> PathBuf {
    directory.path().join("credentials.db")
}

pub(crate) fn open(directory: &Directory) -> SqliteStore {
    SqliteStore::open(database(directory)).unwrap()
}
