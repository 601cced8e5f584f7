//! What is damaged is moved aside when somebody asks for it, and nothing else is.

use core::time::Duration;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    thread,
};

use crate::directory::{absent, open};
use countersign_store::{ErrorKind, Lease, Store, form::MAX_SEALED_BYTES};
use countersign_store_file::FileStore;
use countersign_token::{Key, Revision};
use testkit::{
    directory::Directory,
    sample::{credential, key, kind},
};

const DAMAGE: &[u8] = b"{ \"v\": 2, \xff half a rec";

/// A store whose record of `key` has these bytes, as far as any are given, and its file.
fn holding(key: &Key, bytes: Option<&[u8]>) -> (Directory, FileStore, PathBuf) {
    let directory = absent();
    let store = open(&directory);
    store.lock(key, Duration::ZERO).unwrap().save(&credential("one"), Revision::ABSENT).unwrap();
    let mut files = directory.files().into_iter();
    let file = files.find(|file| file.extension().is_some_and(|ending| ending == "json")).unwrap();
    if let Some(bytes) = bytes {
        fs::write(&file, bytes).unwrap();
    }
    (directory, store, file)
}

fn numbered(file: &Path, number: u32) -> PathBuf {
    PathBuf::from(format!("{}.corrupt-{number}", file.display()))
}

#[test]
fn a_corrupt_file_is_moved_and_a_login_can_save() {
    for key in [key(), Key::new("issuer", "client", "long ".repeat(60))] {
        let (_directory, store, file) = holding(&key, Some(DAMAGE));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let moved = store.quarantine(&key, Duration::ZERO).unwrap().unwrap();
        assert_eq!(moved, numbered(&file, 1));
        assert_eq!(fs::read(&moved).unwrap(), DAMAGE);
        assert_eq!(moved.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(!file.exists());
        assert!(store.load(&key).unwrap().is_none());
        assert!(store.list().unwrap().is_empty());
        // Nor is there anything to move a second time.
        assert_eq!(store.quarantine(&key, Duration::ZERO).unwrap(), None);

        let mut lease = store.lock(&key, Duration::ZERO).unwrap();
        assert_eq!(lease.save(&credential("two"), Revision::ABSENT).unwrap(), Revision::new(1));
        assert_eq!(store.list().unwrap().as_slice(), core::slice::from_ref(&key));
        lease.delete(Revision::new(1)).unwrap();
        drop(lease);
        drop(store.try_lock(&key).unwrap().unwrap());
        assert_eq!(fs::read(&moved).unwrap(), DAMAGE);
    }
}

#[test]
fn what_was_moved_before_is_kept() {
    let (directory, store, file) = holding(&key(), Some(DAMAGE));
    fs::write(numbered(&file, 1), "the first").unwrap();
    // A name that leads nowhere is taken as well.
    symlink("nowhere", numbered(&file, 2)).unwrap();
    assert_eq!(store.quarantine(&key(), Duration::ZERO).unwrap(), Some(numbered(&file, 3)));
    assert_eq!(fs::read(numbered(&file, 1)).unwrap(), b"the first");
    assert_eq!(fs::read_link(numbered(&file, 2)).unwrap(), Path::new("nowhere"));
    assert!(!directory.path().join("nowhere").exists());
    assert_eq!(fs::read(numbered(&file, 3)).unwrap(), DAMAGE);
    fs::write(&file, "again").unwrap();
    fs::remove_file(numbered(&file, 2)).unwrap();
    assert_eq!(store.quarantine(&key(), Duration::ZERO).unwrap(), Some(numbered(&file, 2)));
}

/// Asks for a record that is not corrupt, and checks the answer and that not even a lock was taken.
fn check_untouched(bytes: Option<&[u8]>, expected: Option<ErrorKind>) {
    let (directory, store, file) = holding(&key(), bytes);
    let (before, names) = (fs::read(&file).unwrap(), directory.names());
    let held = store.lock(&key(), Duration::ZERO).unwrap();
    let answer = store.quarantine(&key(), Duration::ZERO);
    assert!(answer.as_ref().is_err() || answer.as_ref().is_ok_and(Option::is_none));
    assert_eq!(kind(answer), expected);
    drop(held);
    assert_eq!((fs::read(&file).unwrap(), directory.names()), (before, names));
}

#[test]
fn what_is_not_corrupt_stays() {
    check_untouched(None, None);
    let (_directory, _, file) = holding(&key(), None);
    let text = fs::read_to_string(file).unwrap();
    let (rest, _) = text.split_once(",\n  \"sum\"").unwrap();
    let newer = rest.replacen("\"v\": 2", "\"v\": 99", 1) + "\n}\n";
    check_untouched(Some(newer.as_bytes()), Some(ErrorKind::TooNew));
    check_untouched(Some(&vec![b' '; MAX_SEALED_BYTES + 1]), Some(ErrorKind::TooBig));
}

#[test]
fn what_cannot_be_trusted_or_is_absent_stays() {
    let (directory, store, file) = holding(&key(), Some(DAMAGE));
    let elsewhere = directory.path().join("elsewhere");
    fs::rename(&file, &elsewhere).unwrap();
    symlink("elsewhere", &file).unwrap();
    assert_eq!(kind(store.quarantine(&key(), Duration::ZERO)), Some(ErrorKind::Insecure));
    assert!(file.is_symlink() && !numbered(&file, 1).exists());

    let directory = absent();
    assert_eq!(open(&directory).quarantine(&key(), Duration::ZERO).unwrap(), None);
    assert!(!directory.path().exists(), "it made a store to find nothing in it");
}

#[test]
fn whoever_has_the_lease_is_waited_for() {
    let (_directory, store, file) = holding(&key(), Some(DAMAGE));
    let held = store.lock(&key(), Duration::ZERO).unwrap();
    assert_eq!(kind(store.quarantine(&key(), Duration::from_millis(10))), Some(ErrorKind::Locked));
    assert_eq!(fs::read(&file).unwrap(), DAMAGE);
    drop(held);
    assert!(store.quarantine(&key(), Duration::from_secs(60)).unwrap().is_some());
}

#[test]
fn of_many_at_once_one_moves_it() {
    for _ in 0..20 {
        let (directory, _, file) = holding(&key(), Some(DAMAGE));
        let moved: Vec<PathBuf> = thread::scope(|scope| {
            let ask = || open(&directory).quarantine(&key(), Duration::from_secs(60)).unwrap();
            let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(moved, [numbered(&file, 1)]);
        assert!(!numbered(&file, 2).exists());
    }
}
