//! A process may be killed while it takes pages over from the log into the database.

use core::time::Duration;
use std::{collections::BTreeMap, fs, path::PathBuf};

use countersign_store::{ErrorKind, Lease, Store};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{Key, Revision};
use testkit::{
    directory::Directory,
    sample::{credential, kind, mark},
};

use crate::directory::{absent, database, open};

const PAGE: usize = 1024;

fn log(directory: &Directory) -> PathBuf {
    directory.path().join("credentials.db-wal")
}

/// The pages that are in a log, each as it was written last.
fn pages(log: &[u8]) -> BTreeMap<usize, &[u8]> {
    let frames = log[32..].chunks_exact(24 + PAGE);
    frames.map(|frame| (u32::from_be_bytes(frame[..4].try_into().unwrap()) as usize, &frame[24..])).collect()
}

#[test]
fn a_checkpoint_may_end_at_any_page() {
    let directory = absent();
    let store = open(&directory);
    let keys: Vec<Key> = (0..6).map(|number| Key::new("issuer", "client", number.to_string())).collect();
    for key in &keys {
        let mut lease = store.lock(key, Duration::ZERO).unwrap();
        lease.save(&credential(&"long".repeat(500)), Revision::ABSENT).unwrap();
    }
    // Both while the store is open: nothing has been taken over so far.
    let (before, log_bytes) = (fs::read(database(&directory)).unwrap(), fs::read(log(&directory)).unwrap());
    drop(store);
    let pages = pages(&log_bytes);
    assert!(pages.len() > 10 && pages.contains_key(&1));
    for taken in 0..=pages.len() {
        let mut bytes = before.clone();
        for (number, page) in pages.iter().take(taken) {
            let end = number * PAGE;
            bytes.resize(bytes.len().max(end), 0);
            bytes[end - PAGE..end].copy_from_slice(page);
        }
        fs::write(database(&directory), &bytes).unwrap();
        fs::write(log(&directory), &log_bytes).unwrap();
        let store = open(&directory);
        for key in &keys {
            assert_eq!(
                mark(&store.load(key).unwrap().unwrap()),
                "long".repeat(500),
                "{taken} pages taken over"
            );
        }
        store.check().unwrap();
        drop(store);
        // Without its log it is damaged, as long as there are pages that only the header knows of.
        fs::write(database(&directory), &bytes).unwrap();
        if (1..pages.len()).contains(&taken) {
            let opened = SqliteStore::open(database(&directory));
            assert_eq!(kind(opened), Some(ErrorKind::Corrupt), "{taken} pages taken over");
        }
    }
}
