//! The SQLite store passes the suite, and agrees with a map over random operations.

use core::time::Duration;
use std::{collections::BTreeMap, rc::Rc, thread};

use crate::{
    directory::{Directory, credential, key},
    tables,
};
use countersign_store::{
    ErrorKind, Lease, Store,
    conformance::{self, Place},
};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{Grant, Key, Record, Revision};
use proptest::prelude::*;

#[test]
fn sqlite_store_conforms() {
    let passed = conformance::check(|| {
        let directory = Rc::new(Directory::new());
        let planted = Rc::clone(&directory);
        Place::new(move || Box::new(directory.store())).with_plant(move |key, form| {
            if !planted.database().exists() {
                let mut lease = planted.store().lock(key, Duration::ZERO).unwrap();
                lease.save(&credential("planted"), Revision::ABSENT).unwrap();
            }
            tables::plant(&planted.database(), key, form);
        })
    });
    assert_eq!(passed, Ok(conformance::names().len()));
}

/// Many keys, or one for all.
fn sixteen_threads(name: impl Fn(u64) -> Key + Sync, keys: u64) {
    const THREADS: u64 = 16;
    const ROUNDS: u64 = 20;
    let directory = Directory::new();
    // The directory does not exist: all threads race to create it and the database as well.
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (directory, key) = (&directory, name(number));
            scope.spawn(move || {
                let store = directory.store();
                for _ in 0..ROUNDS {
                    let mut lease = store.lock(&key, Duration::from_secs(120)).unwrap();
                    let stored = lease.load().unwrap();
                    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
                    lease.save(&credential("increment"), revision).unwrap();
                }
            });
        }
    });
    let store = directory.store();
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

#[derive(Clone, Debug)]
enum Action {
    Save(usize, String),
    StaleSave(usize),
    Delete(usize),
    Reopen,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let mark = prop_oneof![4 => "[a-z\"\\\\é]{0,6}", 1 => "[a-z]{2000,4000}"];
    let action = prop_oneof![
        4 => (0..3_usize, mark).prop_map(|(key, mark)| Action::Save(key, mark)),
        1 => (0..3_usize).prop_map(Action::StaleSave),
        2 => (0..3_usize).prop_map(Action::Delete),
        1 => Just(Action::Reopen),
    ];
    proptest::collection::vec(action, 1..20)
}

fn mark(record: &Record) -> String {
    match &record.credential.grant {
        Grant::OAuth1 { token: Some(token), .. } => token.identifier.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn random_operations_agree_with_a_map(actions in actions()) {
        let keys = [
            Key::new("a", "b", "c"),
            Key::new("a", "b", "C"),
            Key::new("a", "b", "c".repeat(300)),
        ];
        let directory = Directory::new();
        let mut store = directory.store();
        let mut model: BTreeMap<usize, (String, Revision)> = BTreeMap::new();
        for action in actions {
            match action {
                Action::Save(index, mark) => {
                    let revision = model.get(&index).map_or(Revision::ABSENT, |(_, revision)| *revision);
                    let mut lease = store.lock(&keys[index], Duration::ZERO).unwrap();
                    let saved = lease.save(&credential(&mark), revision).unwrap();
                    model.insert(index, (mark, saved));
                }
                Action::StaleSave(index) => {
                    let revision = model.get(&index).map_or(Revision::ABSENT, |(_, revision)| *revision);
                    let mut lease = store.lock(&keys[index], Duration::ZERO).unwrap();
                    let refused = lease.save(&credential("stale"), revision.next()).unwrap_err();
                    prop_assert_eq!(refused.kind(), ErrorKind::Conflict);
                }
                Action::Delete(index) => {
                    let gone = model.remove(&index);
                    let mut lease = store.lock(&keys[index], Duration::ZERO).unwrap();
                    lease.delete(gone.map_or(Revision::ABSENT, |(_, revision)| revision)).unwrap();
                }
                // The old handle goes first, as at the end of a program.
                Action::Reopen => {
                    drop(store);
                    store = SqliteStore::open(directory.database()).unwrap();
                }
            }
            for (index, key) in keys.iter().enumerate() {
                let found = store.load(key).unwrap().map(|record| (mark(&record), record.revision));
                prop_assert_eq!(found.as_ref(), model.get(&index));
            }
            prop_assert_eq!(store.list().unwrap().len(), model.len());
            store.check().unwrap();
        }
    }
}
