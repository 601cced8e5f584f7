//! The lock file excludes, is never replaced, and trusts nothing but a regular file of its owner.

#![cfg(unix)]

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use countersign_store::{
    Error, ErrorKind,
    ownership::Owner,
    sidecar::{LockFile, Sidecar},
};

/// A directory that is removed with its content.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sidecar-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn lock(&self) -> PathBuf {
        self.0.join("a.lock")
    }

    fn sidecar(&self) -> Sidecar {
        Sidecar::new(Owner::of(&self.0))
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

#[test]
fn excludes_and_leaves_the_file_as_it_is() {
    let directory = Directory::new();
    let (here, there) = (directory.sidecar(), directory.sidecar());
    let held: LockFile = here.try_lock(&directory.lock()).unwrap().unwrap();
    let before = directory.lock().metadata().unwrap();
    assert_eq!(before.permissions().mode() & 0o777, 0o600);
    assert!(here.try_lock(&directory.lock()).unwrap().is_none());
    assert!(there.try_lock(&directory.lock()).unwrap().is_none());
    assert_eq!(kind(there.lock(&directory.lock(), Duration::from_millis(5))), Some(ErrorKind::Locked));
    drop(held);
    drop(there.lock(&directory.lock(), Duration::from_secs(60)).unwrap());
    let after = directory.lock().metadata().unwrap();
    assert_eq!((after.ino(), after.len()), (before.ino(), 0));
}

#[test]
fn content_is_kept() {
    let directory = Directory::new();
    fs::write(directory.lock(), "somebody's note").unwrap();
    drop(directory.sidecar().try_lock(&directory.lock()).unwrap().unwrap());
    assert_eq!(fs::read(directory.lock()).unwrap(), b"somebody's note");
}

#[test]
fn who_gives_up_does_not_hold_it_later() {
    let directory = Directory::new();
    let sidecar = directory.sidecar();
    let held = sidecar.try_lock(&directory.lock()).unwrap().unwrap();
    // More than may wait in threads, so that some of them poll.
    std::thread::scope(|scope| {
        for _ in 0..70 {
            scope.spawn(|| {
                assert_eq!(
                    kind(sidecar.lock(&directory.lock(), Duration::from_millis(2))),
                    Some(ErrorKind::Locked)
                );
            });
        }
    });
    drop(held);
    drop(sidecar.lock(&directory.lock(), Duration::from_secs(60)).unwrap());
}

#[test]
fn replaced_while_waiting_is_taken_anew() {
    let directory = Directory::new();
    let sidecar = directory.sidecar();
    let held = sidecar.try_lock(&directory.lock()).unwrap().unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| sidecar.lock(&directory.lock(), Duration::from_secs(60)));
        // It shows how many wait; who does has opened the file that is about to be moved.
        while !format!("{sidecar:?}").contains("waiting: 1") {
            std::thread::yield_now();
        }
        fs::rename(directory.lock(), directory.0.join("moved")).unwrap();
        drop(held);
        let second = waiter.join().unwrap().unwrap();
        assert!(sidecar.try_lock(&directory.lock()).unwrap().is_none());
        drop(second);
    });
}

#[test]
fn only_a_regular_file_is_locked() {
    let directory = Directory::new();
    let sidecar = directory.sidecar();
    let refused = |prepare: &dyn Fn(&Path)| {
        let path = directory.lock();
        prepare(&path);
        assert_eq!(kind(sidecar.try_lock(&path)), Some(ErrorKind::Insecure));
        assert_eq!(kind(sidecar.lock(&path, Duration::from_secs(1))), Some(ErrorKind::Insecure));
        if fs::remove_file(&path).is_err() {
            fs::remove_dir(&path).unwrap();
        }
    };
    let target = directory.0.join("target");
    refused(&|path| symlink(&target, path).unwrap());
    assert!(!target.exists(), "a dangling link was followed");
    fs::write(&target, "").unwrap();
    refused(&|path| symlink(&target, path).unwrap());
    refused(&|path| fs::create_dir(path).unwrap());
    refused(&|path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()));
}

#[test]
fn a_missing_directory_is_unavailable() {
    let directory = Directory::new();
    let path = directory.0.join("absent").join("a.lock");
    assert_eq!(kind(directory.sidecar().try_lock(&path)), Some(ErrorKind::Unavailable));
}
