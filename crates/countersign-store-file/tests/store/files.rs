//! What is on disk: modes, leftovers, damage, and what is refused.

use core::{error::Error as _, time::Duration};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::Path,
    process::Command,
};

use crate::directory::{absent, open};
use countersign_store::{ErrorKind, Lease, Store, form::MAX_BYTES, ownership::Owner};
use countersign_store_file::FileStore;
use countersign_token::{Key, Revision};
use testkit::{
    directory::Directory,
    sample::{credential, key, kind},
};

/// A store with one record, and the bytes of its file.
fn saved() -> (Directory, FileStore, Vec<u8>) {
    let directory = absent();
    let store = open(&directory);
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    lease.save(&credential("one"), Revision::ABSENT).unwrap();
    let bytes = fs::read(directory.file(&key())).unwrap();
    (directory, store, bytes)
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

#[test]
fn reading_leaves_no_trace() {
    let directory = absent();
    let store = open(&directory);
    assert!(store.load(&key()).unwrap().is_none());
    assert!(store.list().unwrap().is_empty());
    assert!(!directory.path().exists());
}

#[test]
fn files_are_the_owners_alone() {
    let (directory, store, _) = saved();
    let long = Key::new("issuer", "client", "a".repeat(300));
    store.lock(&long, Duration::ZERO).unwrap().save(&credential("long"), Revision::ABSENT).unwrap();
    let mut folders = vec![directory.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert_eq!(files, 4);
}

#[test]
fn no_secret_is_in_a_name_or_a_message() {
    let (directory, store, _) = saved();
    let shown = format!("{:?} {store:?}", directory.names());
    for secret in ["one", "token-secret", "client-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn leftover_of_a_killed_writer_goes_with_the_next_lease() {
    let (directory, store, _) = saved();
    let file = directory.file(&key());
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let leftover = directory.path().join(format!(".{name}.tmp"));
    fs::write(&leftover, "half a rec").unwrap();
    assert_eq!(store.list().unwrap(), [key()]);
    store.load(&key()).unwrap();
    assert!(leftover.exists(), "a load must not write");
    drop(store.try_lock(&key()).unwrap().unwrap());
    assert_eq!(directory.names(), [name.clone(), format!("{name}.lock")]);
}

#[test]
fn deletion_leaves_the_lock_file_and_no_byte_of_the_record() {
    let (directory, store, _) = saved();
    let lock = directory.file(&key()).with_extension("json.lock");
    let before = lock.metadata().unwrap().ino();
    store.lock(&key(), Duration::ZERO).unwrap().delete(Revision::new(1)).unwrap();
    assert_eq!(directory.names(), [lock.file_name().unwrap().to_str().unwrap()]);
    assert_eq!((lock.metadata().unwrap().ino(), lock.metadata().unwrap().len()), (before, 0));
}

/// Puts `bytes` in the place of a record, and checks that everything reports `expected` and changes nothing.
fn check_damage(bytes: &[u8], expected: ErrorKind) {
    let (directory, store, _) = saved();
    let file = directory.file(&key());
    fs::write(&file, bytes).unwrap();
    let error = store.load(&key()).unwrap_err();
    assert_eq!(error.kind(), expected);
    assert!(error.to_string().contains(file.to_str().unwrap()), "{error}");
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    for revision in [Revision::ABSENT, Revision::new(1)] {
        assert_eq!(kind(lease.save(&credential("two"), revision)), Some(expected));
        assert_eq!(kind(lease.delete(revision)), Some(expected));
    }
    assert_eq!(kind(lease.load()), Some(expected));
    assert_eq!(fs::read(&file).unwrap(), bytes);
    assert_eq!(directory.names().len(), 2);
}

#[test]
fn damage_is_reported_and_left_as_it_is() {
    let (_, _, whole) = saved();
    check_damage(b"", ErrorKind::Corrupt);
    check_damage(b"not a record", ErrorKind::Corrupt);
    check_damage(b"\xff\xfe{}", ErrorKind::Corrupt);
    check_damage(&[&whole[..], b"}"].concat(), ErrorKind::Corrupt);
    for cut in (1..whole.len() - 2).step_by(40) {
        check_damage(&whole[..cut], ErrorKind::Corrupt);
    }
    let text = String::from_utf8(whole).unwrap();
    check_damage(text.replacen("\"one\"", "\"two\"", 1).as_bytes(), ErrorKind::Corrupt);
    check_damage(text.replacen("\"v\": 2", "\"v\": 3", 1).as_bytes(), ErrorKind::Corrupt);
    let (rest, _) = text.split_once(",\n  \"sum\"").unwrap();
    let newer = rest.replacen("\"v\": 2", "\"v\": 3", 1) + "\n}\n";
    check_damage(newer.as_bytes(), ErrorKind::TooNew);
    let bare = rest.replacen("\"v\": 2", "\"v\": 1", 1) + "\n}\n";
    check_damage(bare.replacen("\"ann\"", "\"ben\"", 1).as_bytes(), ErrorKind::Corrupt);
    check_damage(&vec![b' '; MAX_BYTES + 1], ErrorKind::TooBig);
}

#[test]
fn a_file_of_any_size_is_refused_before_it_is_read() {
    let (directory, store, _) = saved();
    let file = fs::File::options().write(true).open(directory.file(&key())).unwrap();
    // All hole, and more than there is memory for.
    file.set_len(1 << 42).unwrap();
    assert_eq!(kind(store.load(&key())), Some(ErrorKind::TooBig));
}

#[test]
fn a_corrupt_file_is_named() {
    let (directory, store, _) = saved();
    fs::write(directory.file(&key()), "{").unwrap();
    let error = store.load(&key()).unwrap_err();
    let expected = format!("corrupt store file {}", directory.file(&key()).display());
    assert_eq!(error.to_string(), expected);
    assert!(error.source().unwrap().to_string().contains("line 1"));
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let check = |name: &str, prepare: &dyn Fn(&Path)| {
        let (directory, store, bytes) = saved();
        let file = directory.file(&key());
        let moved = directory.path().join("moved");
        fs::rename(&file, &moved).unwrap();
        prepare(&file);
        assert_eq!(kind(store.load(&key())), Some(ErrorKind::Insecure), "{name}");
        let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
        for revision in [Revision::ABSENT, Revision::new(1)] {
            let refused = kind(lease.save(&credential("two"), revision));
            assert_eq!(refused, Some(ErrorKind::Insecure), "{name}");
            assert_eq!(kind(lease.delete(revision)), Some(ErrorKind::Insecure), "{name}");
        }
        assert_eq!(fs::read(moved).unwrap(), bytes, "{name}");
    };
    check("link", &|file| symlink("moved", file).unwrap());
    check("dangling link", &|file| symlink("nowhere", file).unwrap());
    check("directory", &|file| fs::create_dir(file).unwrap());
    check("pipe", &|file| assert!(Command::new("mkfifo").arg(file).status().unwrap().success()));
}

#[test]
fn a_directory_open_to_others_is_refused() {
    let (directory, store, _) = saved();
    for (bits, refused) in
        [(0o770, true), (0o702, true), (0o777, true), (0o1777, false), (0o755, false), (0o700, false)]
    {
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(bits)).unwrap();
        let expected = refused.then_some(ErrorKind::Insecure);
        assert_eq!(kind(store.load(&key())), expected, "{bits:o}");
        assert_eq!(kind(store.list()), expected, "{bits:o}");
        assert_eq!(kind(store.try_lock(&key())), expected, "{bits:o}");
        assert_eq!(kind(FileStore::open(directory.path())), expected, "{bits:o}");
    }
}

#[test]
fn files_of_another_user_are_refused() {
    let (directory, store, _) = saved();
    let file = directory.file(&key());
    if chown(&file, Some(65534), None).is_ok() {
        assert_eq!(kind(store.load(&key())), Some(ErrorKind::Insecure));
        let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
        assert_eq!(kind(lease.save(&credential("two"), Revision::new(1))), Some(ErrorKind::Insecure));
        drop(lease);
        chown(directory.path(), Some(65534), None).unwrap();
        assert_eq!(kind(FileStore::open(directory.path())), Some(ErrorKind::Insecure));
    } else {
        // Who may not give a file away is not root, and root's is the file of another user.
        let refused = Owner::of(directory.path()).check_file_at(Path::new("/etc/passwd"));
        assert_eq!(kind(refused), Some(ErrorKind::Insecure));
    }
}

#[test]
fn a_link_to_the_directory_is_followed_once() {
    let (directory, _, _) = saved();
    let link = directory.path().with_extension("link");
    let _ = fs::remove_file(&link);
    symlink(directory.path(), &link).unwrap();
    let store = FileStore::open(&link).unwrap();
    fs::remove_file(&link).unwrap();
    assert!(store.load(&key()).unwrap().is_some());
}

#[test]
fn what_cannot_be_a_directory_is_an_error() {
    let (directory, store, _) = saved();
    assert_eq!(kind(FileStore::open(directory.file(&key()))), Some(ErrorKind::Insecure));
    let below = directory.file(&key()).join("store");
    assert_eq!(kind(FileStore::open(below)), Some(ErrorKind::Unavailable));
    let endless = Key::new("issuer", "client", "A".repeat(3000));
    assert_eq!(kind(store.load(&endless)), Some(ErrorKind::TooBig));
    assert_eq!(kind(store.try_lock(&endless)), Some(ErrorKind::TooBig));
}
