//! What is on disk: modes, leftovers, and what is refused.

use core::time::Duration;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use crate::directory::{absent, database, open};
use countersign_store::{ErrorKind, Lease, Store};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{Key, Revision};
use rusqlite::Connection;
use testkit::{
    directory::Directory,
    sample::{credential, key, kind},
};

/// A store with one record.
fn saved() -> (Directory, SqliteStore) {
    let directory = absent();
    let store = open(&directory);
    store.lock(&key(), Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
    (directory, store)
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

#[test]
fn reading_leaves_no_trace() {
    let directory = absent();
    let store = open(&directory);
    assert!(store.load(&key()).unwrap().is_none());
    assert!(store.list().unwrap().is_empty());
    store.check().unwrap();
    assert!(!directory.path().exists());
}

#[test]
fn a_closed_store_is_one_file_and_its_locks() {
    let (directory, store) = saved();
    let long = Key::new("issuer", "client", "a".repeat(600));
    store.lock(&long, Duration::ZERO).unwrap().save(&credential("long"), Revision::ABSENT).unwrap();
    drop(store);
    let mut names: Vec<PathBuf> = directory.files();
    names.retain(|path| path.extension().is_none_or(|extension| extension != "lock"));
    assert_eq!(names, [database(&directory)]);
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let check = |suffix: &str, prepare: &dyn Fn(&Path)| {
        let (directory, store) = saved();
        drop(store);
        let whole = fs::read(database(&directory)).unwrap();
        let moved = directory.path().join("moved");
        let file = with_suffix(&database(&directory), suffix);
        if suffix.is_empty() {
            fs::rename(&file, &moved).unwrap();
        } else {
            fs::write(&moved, &whole).unwrap();
        }
        prepare(&file);
        assert_eq!(kind(SqliteStore::open(database(&directory))), Some(ErrorKind::Insecure), "{suffix}");
        assert!(fs::read(moved).unwrap() == whole, "{suffix}");
    };
    for suffix in ["", "-wal", "-shm", "-journal"] {
        check(suffix, &|file| symlink("moved", file).unwrap());
        check(suffix, &|file| symlink("nowhere", file).unwrap());
        check(suffix, &|file| fs::create_dir(file).unwrap());
        check(suffix, &|file| assert!(Command::new("mkfifo").arg(file).status().unwrap().success()));
    }
}

#[test]
fn what_is_open_to_others_is_refused() {
    let (directory, store) = saved();
    let check = |path: &Path, bits: u32, refused: bool| {
        let before = fs::metadata(path).unwrap().permissions();
        fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
        let expected = refused.then_some(ErrorKind::Insecure);
        assert_eq!(kind(store.load(&key())), expected, "{bits:o}");
        assert_eq!(kind(store.list()), expected, "{bits:o}");
        assert_eq!(kind(SqliteStore::open(database(&directory))), expected, "{bits:o}");
        fs::set_permissions(path, before).unwrap();
    };
    for (bits, refused) in [(0o770, true), (0o702, true), (0o1777, false), (0o755, false), (0o700, false)] {
        check(directory.path(), bits, refused);
    }
    for (bits, refused) in [(0o644, true), (0o660, true), (0o600, false)] {
        check(&database(&directory), bits, refused);
    }
}

#[test]
fn files_of_another_user_are_refused() {
    let (directory, store) = saved();
    // Only root may give a file away.
    if chown(database(&directory), Some(65534), None).is_ok() {
        assert_eq!(kind(store.load(&key())), Some(ErrorKind::Insecure));
        assert_eq!(kind(SqliteStore::open(database(&directory))), Some(ErrorKind::Insecure));
    }
}

#[test]
fn any_path_will_do() {
    for name in ["a b", "50%", "a?mode=ro#x", "é🔑", "file:x", "'\"", ":memory:"] {
        let directory = absent();
        let path = directory.path().join(name).join(name);
        let store = SqliteStore::open(&path).unwrap();
        store.lock(&key(), Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
        drop(store);
        assert!(path.is_file(), "{name}");
        assert!(SqliteStore::open(&path).unwrap().load(&key()).unwrap().is_some(), "{name}");
    }
}

#[test]
fn what_cannot_be_a_directory_is_an_error() {
    let (directory, store) = saved();
    assert_eq!(kind(SqliteStore::open("/")), Some(ErrorKind::Insecure));
    assert_eq!(kind(SqliteStore::open(directory.path())), Some(ErrorKind::Insecure));
    let below = database(&directory).join("below.db");
    assert_eq!(kind(SqliteStore::open(below)), Some(ErrorKind::Insecure));
    let deeper = database(&directory).join("deeper/below.db");
    assert_eq!(kind(SqliteStore::open(deeper)), Some(ErrorKind::Unavailable));
    let endless = Key::new("issuer", "client", "A".repeat(3000));
    assert_eq!(kind(store.try_lock(&endless)), Some(ErrorKind::TooBig));
}

#[test]
fn an_interrupted_creation_is_no_obstacle() {
    let directory = absent();
    fs::create_dir(directory.path()).unwrap();
    for suffix in ["", "-wal", "-journal"] {
        fs::write(directory.path().join(format!(".credentials.db.new{suffix}")), "half").unwrap();
    }
    let store = open(&directory);
    store.lock(&key(), Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
    drop(store);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn an_application_may_have_a_database_of_its_own() {
    let (directory, store) = saved();
    let mut own = Connection::open(directory.path().join("own.db")).unwrap();
    own.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x)").unwrap();
    let writing = own.transaction().unwrap();
    writing.execute("INSERT INTO t VALUES (1)", []).unwrap();
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    let second = lease.save(&credential("two"), Revision::new(1)).unwrap();
    lease.delete(second).unwrap();
    writing.commit().unwrap();
    assert_eq!(own.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}
