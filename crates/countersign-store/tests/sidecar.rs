//! The lock file excludes, is never replaced, and trusts nothing but a regular file of its owner.

#![cfg(unix)]

use core::time::Duration;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};

use countersign_store::{
    ErrorKind,
    ownership::Owner,
    sidecar::{LockFile, Sidecar},
};
use testkit::{directory::Directory, sample::kind};

fn directory() -> Directory {
    let directory = Directory::absent_in(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir(directory.path()).unwrap();
    directory
}

fn lock(directory: &Directory) -> PathBuf {
    directory.path().join("a.lock")
}

fn sidecar(directory: &Directory) -> Sidecar {
    Sidecar::new(Owner::of(directory.path()))
}

#[test]
fn excludes_and_leaves_the_file_as_it_is() {
    let directory = directory();
    let (here, there) = (sidecar(&directory), sidecar(&directory));
    let held: LockFile = here.try_lock(&lock(&directory)).unwrap().unwrap();
    let before = lock(&directory).metadata().unwrap();
    assert_eq!(before.permissions().mode() & 0o777, 0o600);
    assert!(here.try_lock(&lock(&directory)).unwrap().is_none());
    assert!(there.try_lock(&lock(&directory)).unwrap().is_none());
    assert_eq!(kind(there.lock(&lock(&directory), Duration::from_millis(5))), Some(ErrorKind::Locked));
    drop(held);
    drop(there.lock(&lock(&directory), Duration::from_secs(60)).unwrap());
    let after = lock(&directory).metadata().unwrap();
    assert_eq!((after.ino(), after.len()), (before.ino(), 0));
}

#[test]
fn content_is_kept() {
    let directory = directory();
    fs::write(lock(&directory), "somebody's note").unwrap();
    drop(sidecar(&directory).try_lock(&lock(&directory)).unwrap().unwrap());
    assert_eq!(fs::read(lock(&directory)).unwrap(), b"somebody's note");
}

#[test]
fn who_gives_up_does_not_hold_it_later() {
    let directory = directory();
    let sidecar = sidecar(&directory);
    let held = sidecar.try_lock(&lock(&directory)).unwrap().unwrap();
    // More than may wait in threads, so that some of them poll.
    std::thread::scope(|scope| {
        for _ in 0..70 {
            scope.spawn(|| {
                assert_eq!(
                    kind(sidecar.lock(&lock(&directory), Duration::from_millis(2))),
                    Some(ErrorKind::Locked)
                );
            });
        }
    });
    drop(held);
    drop(sidecar.lock(&lock(&directory), Duration::from_secs(60)).unwrap());
}

/// Whoever has just given it back would get it again, and others would wait for seconds.
#[test]
fn who_waits_comes_before_who_comes_back() {
    let directory = directory();
    let (here, there) = (sidecar(&directory), sidecar(&directory));
    let queue = directory.path().join("a.lock.queue");
    for _ in 0..20 {
        let held = here.lock(&lock(&directory), Duration::from_secs(60)).unwrap();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let second = there.lock(&lock(&directory), Duration::from_secs(60)).unwrap();
                order.lock().unwrap().push("who waited");
                drop(second);
            });
            while !is_locked(&queue) {
                std::thread::yield_now();
            }
            drop(held);
            let again = here.lock(&lock(&directory), Duration::from_secs(60)).unwrap();
            order.lock().unwrap().push("who came back");
            drop(again);
        });
        assert_eq!(order.into_inner().unwrap(), ["who waited", "who came back"]);
    }
    let made = queue.metadata().unwrap();
    assert_eq!((made.permissions().mode() & 0o777, made.len()), (0o600, 0));
}

/// Whether a lock file is there and somebody has it.
fn is_locked(path: &Path) -> bool {
    fs::File::open(path).is_ok_and(|file| file.try_lock_shared().is_err())
}

#[test]
fn who_does_not_wait_is_in_no_queue() {
    let directory = directory();
    let sidecar = sidecar(&directory);
    let queue = directory.path().join("a.lock.queue");
    drop(sidecar.lock(&lock(&directory), Duration::from_secs(60)).unwrap());
    assert!(!queue.exists(), "made where nobody waited");
    let first = fs::File::create(&queue).unwrap();
    first.lock().unwrap();
    for wait in [None, Some(Duration::ZERO)] {
        let got = match wait {
            None => sidecar.try_lock(&lock(&directory)).unwrap(),
            Some(wait) => Some(sidecar.lock(&lock(&directory), wait).unwrap()),
        };
        assert!(got.is_some(), "{wait:?}");
    }
    let behind = sidecar.lock(&lock(&directory), Duration::from_millis(5));
    assert_eq!(kind(behind), Some(ErrorKind::Locked));
}

#[test]
fn a_queue_that_is_no_file_of_ours_is_refused() {
    let directory = directory();
    let target = directory.path().join("target");
    fs::write(&target, "").unwrap();
    symlink(&target, directory.path().join("a.lock.queue")).unwrap();
    let refused = sidecar(&directory).lock(&lock(&directory), Duration::from_secs(1));
    assert_eq!(kind(refused), Some(ErrorKind::Insecure));
}

#[test]
fn replaced_while_waiting_is_taken_anew() {
    let directory = directory();
    let sidecar = sidecar(&directory);
    let held = sidecar.try_lock(&lock(&directory)).unwrap().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| sidecar.lock(&lock(&directory), Duration::from_secs(60)));
        // It shows how many wait; who does has opened the file that is about to be moved.
        while !format!("{sidecar:?}").contains("waiting: 1") {
            std::thread::yield_now();
        }
        fs::rename(lock(&directory), directory.path().join("moved")).unwrap();
        drop(held);
        let second = waiter.join().unwrap().unwrap();
        assert!(sidecar.try_lock(&lock(&directory)).unwrap().is_none());
        drop(second);
    });
}

#[test]
fn only_a_regular_file_is_locked() {
    let directory = directory();
    let sidecar = sidecar(&directory);
    let refused = |prepare: &dyn Fn(&Path)| {
        let path = lock(&directory);
        prepare(&path);
        assert_eq!(kind(sidecar.try_lock(&path)), Some(ErrorKind::Insecure));
        assert_eq!(kind(sidecar.lock(&path, Duration::from_secs(1))), Some(ErrorKind::Insecure));
        if fs::remove_file(&path).is_err() {
            fs::remove_dir(&path).unwrap();
        }
    };
    let target = directory.path().join("target");
    refused(&|path| symlink(&target, path).unwrap());
    assert!(!target.exists(), "a dangling link was followed");
    fs::write(&target, "").unwrap();
    refused(&|path| symlink(&target, path).unwrap());
    refused(&|path| fs::create_dir(path).unwrap());
    refused(&|path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()));
}

#[test]
fn a_missing_directory_is_unavailable() {
    let directory = directory();
    let path = directory.path().join("absent").join("a.lock");
    assert_eq!(kind(sidecar(&directory).try_lock(&path)), Some(ErrorKind::Unavailable));
}
