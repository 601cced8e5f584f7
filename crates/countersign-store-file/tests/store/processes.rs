//! Several processes and one directory: exclusion, kill -9, the umask, a full disk, a read-only one.
//!
//! A test runs this program again as the process it needs; `child` is what then runs.

use core::time::Duration;
use std::{fs, io::Read, os::unix::fs::PermissionsExt, path::Path};

use crate::directory::{absent, open};
use countersign_store::{ErrorKind, Lease, Store};
use countersign_store_file::FileStore;
use countersign_token::{Record, Revision};
use testkit::{
    process::{self, Other, say},
    sample::{credential, key, mark},
};

#[test]
fn child() {
    let Some((role, place)) = process::role() else {
        return;
    };
    let store = FileStore::open(place).unwrap();
    match role.as_str() {
        "hold" => {
            let _lease = store.lock(&key(), Duration::from_secs(60)).unwrap();
            say("held");
            let _ = std::io::stdin().read(&mut [0]);
        }
        "write" => loop {
            say(&write(&store).number().to_string());
        },
        "write ten" => {
            for _ in 0..10 {
                write(&store);
            }
        }
        "fill" => {
            let mut lease = store.lock(&key(), Duration::from_secs(60)).unwrap();
            let mut large = credential("large");
            large.extra.insert_text("fill", "x".repeat(100_000));
            say(&format!("{:?}", lease.save(&large, Revision::new(1)).unwrap_err().kind()));
        }
        "read" => {
            let found = store.load(&key()).unwrap().unwrap().revision.number();
            let listed = store.list().unwrap().len();
            say(&format!("{found} {listed}"));
            let refused = store.try_lock(&key()).err().unwrap();
            let source = core::error::Error::source(&refused).unwrap();
            say(&format!("{:?} {refused}: {source}", refused.kind()));
        }
        other => panic!("no such role: {other}"),
    }
}

/// Saves one revision more, with the revision as its content.
fn write(store: &FileStore) -> Revision {
    let mut lease = store.lock(&key(), Duration::from_secs(60)).unwrap();
    let stored = lease.load().unwrap();
    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
    let mark = revision.next().number().to_string();
    lease.save(&credential(&mark), revision).unwrap()
}

fn start(role: &str, place: &Path, prelude: &str) -> Other {
    Other::start("processes::child", role, place, prelude)
}

#[test]
fn processes_exclude_each_other_and_wake() {
    let directory = absent();
    let store = open(&directory);
    let mut holder = start("hold", directory.path(), "");
    assert_eq!(holder.hears().as_deref(), Some("held"));
    assert!(store.try_lock(&key()).unwrap().is_none());
    let refused = store.lock(&key(), Duration::from_millis(10)).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::Locked);
    assert!(store.load(&key()).unwrap().is_none());
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| store.lock(&key(), Duration::from_secs(60)).map(drop));
        holder.ends_well();
        waiter.join().unwrap().unwrap();
    });
}

#[test]
fn a_killed_holder_holds_nothing() {
    let directory = absent();
    let store = open(&directory);
    for _ in 0..5 {
        let mut holder = start("hold", directory.path(), "");
        assert_eq!(holder.hears().as_deref(), Some("held"));
        holder.kill();
        assert!(store.try_lock(&key()).unwrap().is_some());
    }
}

fn number(record: &Record) -> u64 {
    mark(record).parse().unwrap()
}

#[test]
fn fifty_kills_lose_nothing() {
    let directory = absent();
    let store = open(&directory);
    let mut inside = 0;
    for round in 0..50_u32 {
        let mut writer = start("write", directory.path(), "");
        // The first line says that it writes; the rest of the delay moves the kill over a whole write.
        let mut acknowledged: u64 = writer.hears().unwrap().parse().unwrap();
        std::thread::sleep(Duration::from_micros(u64::from(round) * 97 % 2000));
        writer.kill();
        while let Some(line) = writer.hears() {
            acknowledged = line.parse().unwrap();
        }
        let leftovers = directory.names().into_iter().filter(|name| name.ends_with(".tmp")).count();
        assert!(leftovers <= 1);
        inside += leftovers;
        let record = store.load(&key()).unwrap().unwrap();
        let found = record.revision.number();
        assert!(
            found == acknowledged || found == acknowledged + 1,
            "acknowledged {acknowledged}, found {found}"
        );
        assert_eq!(number(&record), found, "a mix of two records");
        drop(store.try_lock(&key()).unwrap().unwrap());
        assert_eq!(directory.names().len(), 2);
    }
    println!("{inside} of 50 kills left a temporary file");
}

#[test]
fn no_umask_opens_a_file_to_others() {
    for umask in ["000", "022", "077"] {
        let directory = absent();
        let store = directory.path().join("deep").join("store");
        let mut writer = start("write ten", &store, &format!("umask {umask}"));
        let mut seen = 0;
        // Looks while it writes, and once after it has ended.
        let mut running = true;
        while running {
            running = writer.is_running();
            for entry in fs::read_dir(&store).into_iter().flatten().flatten() {
                // A temporary file may be gone again.
                let Ok(metadata) = entry.path().symlink_metadata() else {
                    continue;
                };
                let mode = metadata.permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "{} under umask {umask}", entry.path().display());
                seen += 1;
            }
        }
        writer.ends_well();
        assert!(seen >= 2);
        for path in [directory.path(), store.parent().unwrap(), &store] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}

#[test]
fn a_full_disk_leaves_the_old_record() {
    let directory = absent();
    let store = open(&directory);
    write(&store);
    // A file that may not grow past a few kilobytes fails in the middle of a write, as a full disk does.
    let mut writer = start("fill", directory.path(), "trap '' XFSZ\nulimit -f 8");
    assert_eq!(writer.hears().as_deref(), Some("Unavailable"));
    writer.ends_well();
    assert_eq!(number(&store.load(&key()).unwrap().unwrap()), 1);
    assert_eq!(directory.names().len(), 2);
}

#[test]
fn a_read_only_directory_can_be_read() {
    let directory = absent();
    write(&open(&directory));
    let prelude = process::read_only(directory.path(), "chmod 400 \"$DIRECTORY\"/*.lock; ");
    let mut reader = start("read", directory.path(), &prelude);
    assert_eq!(reader.hears().as_deref(), Some("1 1"));
    let refused = reader.hears().unwrap();
    assert!(refused.starts_with("Unavailable cannot use store file"), "{refused}");
    assert!(refused.contains("os error"), "{refused}");
    reader.ends_well();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o700)).unwrap();
}
