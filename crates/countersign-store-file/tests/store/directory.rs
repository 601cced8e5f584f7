use countersign_store_file::FileStore;
use testkit::directory::Directory;

/// A place for a store that does not exist yet.
pub(crate) fn absent() -> Directory {
    Directory::absent_in(env!("CARGO_TARGET_TMPDIR"))
}

pub(crate) fn open(directory: &Directory) -> FileStore {
    FileStore::open(directory.path()).unwrap()
}
