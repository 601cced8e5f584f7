//! Damaged, foreign and newer databases are told apart and left as they are.

use core::{error::Error as _, time::Duration};
use std::fs;

use crate::directory::{absent, database, open};
use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{Key, Revision, Secret};
use rusqlite::Connection;
use testkit::{
    directory::Directory,
    sample::{credential, key, kind},
};

/// A closed database with some records, and its bytes.
fn closed() -> (Directory, Vec<Key>, Vec<u8>) {
    let directory = absent();
    let store = open(&directory);
    let keys: Vec<Key> =
        (0..6).map(|number| Key::new("issuer", "client", format!("account {number}"))).collect();
    for key in &keys {
        store.lock(key, Duration::ZERO).unwrap().save(&credential("whole"), Revision::ABSENT).unwrap();
    }
    drop(store);
    let names: Vec<_> =
        fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let bytes = fs::read(database(&directory)).unwrap();
    (directory, keys, bytes)
}

/// All that can be read.
fn contents(store: &SqliteStore, keys: &[Key]) -> Result<Vec<String>, Error> {
    let mut contents: Vec<String> = store.list()?.iter().map(Key::to_text).collect();
    contents.sort();
    for key in keys {
        let form = store.load(key)?.map(|record| record.to_json());
        contents.push(form.as_ref().map_or("absent", Secret::expose).to_owned());
    }
    Ok(contents)
}

/// That the bytes are read as what was saved, or refused, and are not changed; whether they were refused.
#[track_caller]
fn check(directory: &Directory, keys: &[Key], bytes: &[u8], expected: &[String], what: &str) -> bool {
    fs::write(database(directory), bytes).unwrap();
    let result = SqliteStore::open(database(directory)).and_then(|store| contents(&store, keys));
    assert!(fs::read(database(directory)).unwrap() == bytes, "{what} was changed");
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(directory.path().join(format!("credentials.db{suffix}")));
    }
    match result {
        Ok(found) => {
            assert!(found == expected, "{what} was read as something else");
            false
        }
        Err(error) => {
            let kinds = [ErrorKind::Corrupt, ErrorKind::TooBig, ErrorKind::TooNew, ErrorKind::Insecure];
            assert!(kinds.contains(&error.kind()), "{what}: {error:?}");
            true
        }
    }
}

#[test]
fn a_changed_byte_is_harmless_or_noticed() {
    let (directory, keys, whole) = closed();
    let expected = contents(&open(&directory), &keys).unwrap();
    let mut refused = 0;
    // Every byte of the header and of the first page's, and others that a prime number scatters.
    let places: Vec<usize> = (0..130).chain((1..ROUNDS).map(|round| round * 7919 % whole.len())).collect();
    for (round, place) in places.iter().copied().enumerate() {
        for change in [1_u8 << (round % 8), 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= change;
            let what = format!("byte {place} changed by {change}");
            refused += usize::from(check(&directory, &keys, &bytes, &expected, &what));
        }
    }
    println!("{refused} of {} changes were refused", 2 * places.len());
    assert!(refused > 100);
}

const ROUNDS: usize = 400;

#[test]
fn every_truncation_is_noticed() {
    let (directory, keys, whole) = closed();
    let expected = contents(&open(&directory), &keys).unwrap();
    let cuts = (0..whole.len()).step_by(341).chain([1, 99, 100, 511, 512, 1023, 1024, whole.len() - 1]);
    for cut in cuts {
        let refused = check(&directory, &keys, &whole[..cut], &expected, &format!("{cut} bytes"));
        // Behind the end of what the last page holds nothing is lost.
        assert!(refused || cut > whole.len() - 1024, "{cut} bytes");
    }
}

#[test]
fn what_is_refused_cannot_be_replaced_either() {
    let (directory, keys, whole) = closed();
    let mut bytes = whole;
    // The last page is on the way of the last record, whatever is on it.
    let end = bytes.len();
    bytes[end - 1024..].fill(0x5a);
    fs::write(database(&directory), &bytes).unwrap();
    let store = open(&directory);
    let damaged: Vec<&Key> = keys.iter().filter(|key| store.load(key).is_err()).collect();
    assert!(!damaged.is_empty());
    for key in damaged {
        let mut lease = store.lock(key, Duration::ZERO).unwrap();
        for revision in [Revision::ABSENT, Revision::new(1)] {
            assert_eq!(kind(lease.save(&credential("new"), revision)), Some(ErrorKind::Corrupt));
            assert_eq!(kind(lease.delete(revision)), Some(ErrorKind::Corrupt));
        }
    }
    assert_eq!(kind(store.check()), Some(ErrorKind::Corrupt));
    drop(store);
    assert!(fs::read(database(&directory)).unwrap() == bytes);
}

/// That a database which this makes is refused, by everything, and not touched.
fn check_refused(sql: &str, expected: ErrorKind, reason: Option<&str>) {
    let (directory, _, _) = closed();
    let connection = Connection::open(database(&directory)).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    let bytes = fs::read(database(&directory)).unwrap();
    let error = SqliteStore::open(database(&directory)).unwrap_err();
    assert_eq!(error.kind(), expected, "{sql}");
    assert_eq!(error.source().map(|source| source.to_string()).as_deref(), reason, "{sql}");
    assert!(fs::read(database(&directory)).unwrap() == bytes, "{sql}");
    let names = fs::read_dir(directory.path()).unwrap().count();
    assert_eq!(names, 2, "{sql} left files behind");
}

#[test]
fn what_is_not_ours_is_refused() {
    let foreign = Some("it is the database of another application");
    check_refused("PRAGMA application_id = 7", ErrorKind::Insecure, foreign);
    check_refused("PRAGMA application_id = 0; PRAGMA journal_mode = DELETE", ErrorKind::Insecure, foreign);
    check_refused("PRAGMA user_version = 2", ErrorKind::TooNew, None);
    check_refused("PRAGMA user_version = 2147483647", ErrorKind::TooNew, None);
    check_refused("PRAGMA user_version = 0", ErrorKind::Corrupt, Some("it has no version"));
    check_refused("PRAGMA user_version = -1", ErrorKind::Corrupt, Some("it has no version"));
}

#[test]
fn an_open_handle_notices_a_newer_version() {
    let (directory, keys, _) = closed();
    let store = open(&directory);
    let mut lease = store.lock(&keys[0], Duration::ZERO).unwrap();
    lease.load().unwrap().unwrap();
    let connection = Connection::open(database(&directory)).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    assert_eq!(kind(lease.save(&credential("old"), Revision::new(1))), Some(ErrorKind::TooNew));
    assert_eq!(kind(store.load(&keys[0])), Some(ErrorKind::TooNew));
}

#[test]
fn what_is_no_database_is_corrupt() {
    for content in ["", "x", "SQLite format 3", &"not a database ".repeat(500)] {
        let directory = absent();
        fs::create_dir(directory.path()).unwrap();
        drop(countersign_store::ownership::create(&database(&directory)).unwrap());
        fs::write(database(&directory), content).unwrap();
        let error = SqliteStore::open(database(&directory)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(error.to_string(), format!("corrupt database {}", database(&directory).display()));
        assert_eq!(fs::read_to_string(database(&directory)).unwrap(), content);
    }
}

#[test]
fn a_log_without_its_database_is_corrupt() {
    let directory = absent();
    let store = open(&directory);
    store.lock(&key(), Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
    fs::remove_file(database(&directory)).unwrap();
    assert_eq!(kind(store.load(&key())), Some(ErrorKind::Corrupt));
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    assert_eq!(kind(lease.save(&credential("two"), Revision::ABSENT)), Some(ErrorKind::Corrupt));
    assert!(!database(&directory).exists());
}

#[test]
fn a_database_put_in_its_place_is_noticed() {
    let (directory, keys, old) = closed();
    let store = open(&directory);
    let mut lease = store.lock(&keys[0], Duration::ZERO).unwrap();
    let second = lease.save(&credential("second"), Revision::new(1)).unwrap();
    // A backup is put back, as it should be: log and all.
    let backup = directory.path().join("backup");
    fs::write(&backup, &old).unwrap();
    let mode = fs::metadata(database(&directory)).unwrap().permissions();
    fs::set_permissions(&backup, mode).unwrap();
    for suffix in ["-wal", "-shm"] {
        fs::remove_file(directory.path().join(format!("credentials.db{suffix}"))).unwrap();
    }
    fs::rename(&backup, database(&directory)).unwrap();
    assert_eq!(kind(lease.save(&credential("third"), second)), Some(ErrorKind::Conflict));
    lease.save(&credential("third"), Revision::new(1)).unwrap();
    drop((lease, store));
    let record = open(&directory).load(&keys[0]).unwrap().unwrap();
    assert_eq!(record.revision, Revision::new(2));
}
