//! The SQLite store passes the suite, and agrees with a map over random operations.

use core::time::Duration;
use std::{rc::Rc, thread};

use crate::{
    directory::{absent, database, open},
    tables,
};
use countersign_store::{
    Lease, Store,
    conformance::{self, Place},
};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{Key, Revision};
use proptest::prelude::*;
use testkit::{
    directory::Directory,
    operations::{self, Subject},
    sample::{credential, key},
};

#[test]
fn sqlite_store_conforms() {
    let passed = conformance::check(|| {
        let directory = Rc::new(absent());
        let planted = Rc::clone(&directory);
        Place::new(move || Box::new(open(&directory))).with_plant(move |key, form| {
            if !database(&planted).exists() {
                let mut lease = open(&planted).lock(key, Duration::ZERO).unwrap();
                lease.save(&credential("planted"), Revision::ABSENT).unwrap();
            }
            tables::plant(&database(&planted), key, form);
        })
    });
    assert_eq!(passed, Ok(conformance::names().len()));
}

/// Many keys, or one for all.
fn sixteen_threads(name: impl Fn(u64) -> Key + Sync, keys: u64) {
    const THREADS: u64 = 16;
    const ROUNDS: u64 = 20;
    let directory = absent();
    // The directory does not exist: all threads race to create it and the database as well.
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (directory, key) = (&directory, name(number));
            scope.spawn(move || {
                let store = open(directory);
                for _ in 0..ROUNDS {
                    let mut lease = store.lock(&key, Duration::from_secs(120)).unwrap();
                    let stored = lease.load().unwrap();
                    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
                    lease.save(&credential("increment"), revision).unwrap();
                }
            });
        }
    });
    let store = open(&directory);
    assert_eq!(store.list().unwrap().len() as u64, keys);
    for number in 0..keys {
        let record = store.load(&name(number)).unwrap().unwrap();
        assert_eq!(record.revision, Revision::new(THREADS * ROUNDS / keys));
    }
}

#[test]
fn sixteen_threads_lose_no_increment_of_one_key() {
    sixteen_threads(|_| key(), 1);
}

#[test]
fn sixteen_threads_lose_no_increment_of_many_keys() {
    sixteen_threads(|number| Key::new("issuer", "client", number.to_string()), 16);
}

struct Database(Directory);

impl Subject for Database {
    type Store = SqliteStore;

    fn open(&mut self) -> SqliteStore {
        open(&self.0)
    }

    fn check(&self, store: &SqliteStore) {
        store.check().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn random_operations_agree_with_a_map(operations in operations::any()) {
        operations::agree(operations, Database(absent()))?;
    }
}
