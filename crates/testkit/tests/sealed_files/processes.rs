//! Several processes and one directory: the first save, saves without pause, and a rekeying that is killed.
//!
//! A test runs this program again as the process it needs; `child` is what then runs.

use core::time::Duration;
use std::{path::Path, thread};

use countersign_store::Store;
use countersign_store_file::FileStore;
use countersign_store_sealed::SealedStore;
use countersign_token::Revision;
use testkit::process::{self, Other};

use crate::directory::{absent, files, key, passphrase, save};

#[test]
fn child() {
    let Some((role, place)) = process::role() else {
        return;
    };
    let open = |text: &str| SealedStore::open(FileStore::open(&place).unwrap(), passphrase(text)).unwrap();
    match role.as_str() {
        "save" => {
            let store = open("a");
            for _ in 0..25 {
                save(&store, &key("all"), "increment").unwrap();
                save(&store, &key(&std::process::id().to_string()), "increment").unwrap();
            }
        }
        "rekey" => {
            let store = open("a");
            loop {
                // The same passphrase, so that whoever comes after it was killed knows it.
                store.rekey(passphrase("a")).unwrap();
            }
        }
        other => panic!("no such role: {other}"),
    }
}

fn start(role: &str, place: &Path) -> Other {
    Other::start("processes::child", role, place, "")
}

/// Nothing is there when they begin, so that all of them race to make the data keys.
#[test]
fn processes_lose_no_increment() {
    const PROCESSES: u64 = 4;
    let directory = absent();
    let children: Vec<_> = (0..PROCESSES).map(|_| start("save", directory.path())).collect();
    children.into_iter().for_each(Other::ends_well);
    let store = SealedStore::open(files(&directory), passphrase("a")).unwrap();
    assert_eq!(store.load(&key("all")).unwrap().unwrap().revision, Revision::new(PROCESSES * 25));
    let keys = store.list().unwrap();
    assert_eq!(keys.len() as u64, PROCESSES + 1);
    for key in keys {
        assert!(store.load(&key).unwrap().is_some());
    }
}

/// While others save; whatever it was killed at, everything is there and can be encrypted anew.
#[test]
fn a_killed_rekeying_loses_nothing() {
    let directory = absent();
    let store = SealedStore::open(files(&directory), passphrase("a")).unwrap();
    for account in ["ann", "ben", "eve"] {
        save(&store, &key(account), account).unwrap();
    }
    for round in 0..15 {
        let mut child = start("rekey", directory.path());
        // Other instants in each round; whichever it is, it has to be good.
        thread::sleep(Duration::from_millis(20 + 7 * round));
        let saved = save(&store, &key("all"), "saved meanwhile");
        child.kill();
        // This handle knows no key that was derived with another salt, but derives it.
        saved.unwrap();
        let fresh = SealedStore::open(files(&directory), passphrase("a")).unwrap();
        for key in fresh.list().unwrap() {
            assert!(store.load(&key).unwrap().is_some() && fresh.load(&key).unwrap().is_some());
        }
        assert_eq!(fresh.list().unwrap().len(), 4);
    }
    assert_eq!(store.rekey(passphrase("b")).unwrap(), 4);
    assert!(SealedStore::open(files(&directory), passphrase("a")).is_err());
}
