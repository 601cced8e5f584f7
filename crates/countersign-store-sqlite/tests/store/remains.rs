//! After a deletion no byte of a token is in any file of the store.

use core::time::Duration;
use std::{collections::BTreeMap, fs};

use crate::directory::{absent, database, open};
use countersign_store::{Lease, Store};
use countersign_token::{
    AccessToken, Client, Credential, Key, RefreshToken, Revision, Secret, Timestamp, TokenSet,
};
use rusqlite::Connection;
use testkit::{directory::Directory, sample::credential};

/// A credential of which every token holds `mark` throughout, `filling` times.
fn marked(mark: &str, filling: usize) -> Credential {
    let secret = Secret::new(mark.repeat(filling));
    let mut set = TokenSet::new(AccessToken::bearer(secret.clone(), Timestamp::from_unix(1_800_000_000)));
    set.refresh = Some(RefreshToken::new(secret));
    Credential::oauth2(Client::new("client"), set)
}

/// How often `text` is in the files of the store.
pub(crate) fn remains(directory: &Directory, text: &str) -> usize {
    let windows = |bytes: Vec<u8>| bytes.windows(text.len()).filter(|part| *part == text.as_bytes()).count();
    directory.files().into_iter().map(|file| windows(fs::read(file).unwrap())).sum()
}

/// Rows grow, shrink, and move between pages, which is where SQLite leaves copies behind.
#[test]
fn nothing_remains_of_what_was_deleted() {
    let directory = absent();
    let store = open(&directory);
    let mut revisions: BTreeMap<u32, Revision> = BTreeMap::new();
    let (mut state, mut deletions) = (SEED, 0);
    let mut random = |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % below
    };
    for _ in 0..ROUNDS {
        let index = random(60);
        let mark = format!("mark-{index:02}-");
        let key = Key::new("issuer", "client", index.to_string());
        let mut lease = store.lock(&key, Duration::ZERO).unwrap();
        let revision = revisions.remove(&index).unwrap_or(Revision::ABSENT);
        if random(10) < 7 {
            let size = [5, 10, 20, 40, 100, 300][random(6) as usize];
            revisions.insert(index, lease.save(&marked(&mark, size), revision).unwrap());
        } else if revision != Revision::ABSENT {
            assert!(remains(&directory, &mark) > 0);
            lease.delete(revision).unwrap();
            deletions += 1;
            assert_eq!(remains(&directory, &mark), 0, "deletion {deletions}");
        }
    }
    assert!(deletions > 50);
}

const SEED: u64 = 7;
const ROUNDS: usize = 500;

/// SQLite wipes a page that is given up, but not where a row was on a page that others stay on: of a thousand
/// deletions some left a token behind, before rows had their padding.
#[test]
fn no_secret_is_on_a_page_with_others() {
    const PAGE: usize = 1024;
    let directory = absent();
    let store = open(&directory);
    for size in 1..40 {
        let key = Key::new("issuer", "client", size.to_string());
        let mut lease = store.lock(&key, Duration::ZERO).unwrap();
        let first = lease.save(&marked("mark-", size * size), Revision::ABSENT).unwrap();
        lease.save(&marked("mark-", size), first).unwrap();
    }
    drop(store);
    let mut seen = 0;
    for page in fs::read(database(&directory)).unwrap().chunks(PAGE) {
        if page.windows(5).any(|part| part == b"mark-") {
            // A page of rows begins with its type, one of overflow with the number of the next, below 2^24.
            assert_eq!(page[0], 0);
            seen += 1;
        }
    }
    assert!(seen >= 2 * 39);
}

#[test]
fn another_deletion_completes_what_was_killed() {
    let directory = absent();
    let store = open(&directory);
    let (ann, ben) = (Key::new("issuer", "client", "ann"), Key::new("issuer", "client", "ben"));
    store.lock(&ann, Duration::ZERO).unwrap().save(&marked("mark-", 10), Revision::ABSENT).unwrap();
    store.lock(&ben, Duration::ZERO).unwrap().save(&credential("ben"), Revision::ABSENT).unwrap();
    // As a process that is killed between the two steps leaves it.
    let other = Connection::open(database(&directory)).unwrap();
    for table in ["access_tokens", "credentials"] {
        other.execute(&format!("DELETE FROM {table} WHERE key = ?1"), [ann.to_text()]).unwrap();
    }
    assert!(remains(&directory, "mark-") > 0);
    store.lock(&ann, Duration::ZERO).unwrap().delete(Revision::ABSENT).unwrap();
    // The stand-in's connection wiped no pages, so only the log can be judged.
    let log = directory.files().into_iter().find(|file| file.to_str().unwrap().ends_with("-wal")).unwrap();
    assert_eq!(fs::metadata(log).unwrap().len(), 0);
}
