//! The file store passes the suite, and agrees with a map over random operations.

use core::time::Duration;
use std::{collections::BTreeMap, fs, rc::Rc, thread};

use crate::directory::{Directory, credential, key};
use countersign_store::{
    ErrorKind, Lease, Store,
    conformance::{self, Place},
};
use countersign_token::{Grant, Key, Record, Revision};
use proptest::prelude::*;

#[test]
fn file_store_conforms() {
    let passed = conformance::check(|| {
        let directory = Rc::new(Directory::new());
        let planted = Rc::clone(&directory);
        Place::new(move || Box::new(directory.store())).with_plant(move |key, form| {
            drop(planted.store().lock(key, Duration::ZERO).unwrap());
            fs::write(planted.file(key), form).unwrap();
        })
    });
    assert_eq!(passed, Ok(conformance::names().len()));
}

#[test]
fn sixteen_threads_lose_no_increment() {
    const THREADS: u64 = 16;
    const ROUNDS: u64 = 50;
    let directory = Directory::new();
    // The directory and its parent do not exist: all threads race to create them as well.
    let path = directory.path().join("first").join("run");
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let store = countersign_store_file::FileStore::open(&path).unwrap();
                for _ in 0..ROUNDS {
                    let mut lease = store.lock(&key(), Duration::from_secs(120)).unwrap();
                    let stored = lease.load().unwrap();
                    let revision = stored.map_or(Revision::ABSENT, |record| record.revision);
                    lease.save(&credential("increment"), revision).unwrap();
                }
            });
        }
    });
    let store = countersign_store_file::FileStore::open(&path).unwrap();
    let record = store.load(&key()).unwrap().unwrap();
    assert_eq!(record.revision, Revision::new(THREADS * ROUNDS));
}

#[derive(Clone, Debug)]
enum Action {
    Save(usize, String),
    StaleSave(usize),
    Delete(usize),
    Reopen,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        4 => (0..3_usize, "[a-z\"\\\\é]{0,6}").prop_map(|(key, mark)| Action::Save(key, mark)),
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
                Action::Reopen => store = directory.store(),
            }
            for (index, key) in keys.iter().enumerate() {
                let found = store.load(key).unwrap().map(|record| (mark(&record), record.revision));
                prop_assert_eq!(found.as_ref(), model.get(&index));
            }
            prop_assert_eq!(store.list().unwrap().len(), model.len());
        }
    }
}
