//! A sealed store is a store: the suite, threads, and random operations against a map.

use std::{collections::BTreeMap, thread};

use countersign_store::{
    ErrorKind, FailingStore, MemoryStore, Store,
    conformance::{self, Place},
};
use countersign_store_sealed::{KeySource, MemoryKeySource, SealKey, SealedStore, Unlock};
use countersign_token::{Record, Revision};
use proptest::prelude::*;

use crate::{
    place::{credential, key, lease, mark, open, passphrase, plant, save},
    vector,
};

#[test]
fn conforms_with_a_key() {
    check(|| {
        let source = MemoryKeySource::new();
        move || Unlock::source(source.clone())
    });
}

#[test]
fn conforms_with_a_passphrase() {
    check(|| || passphrase("correct horse"));
}

/// A form that a store could have written goes in through the store; damage goes in around it.
fn check<U: Fn() -> Unlock + Clone + 'static>(fresh: impl Fn() -> U) {
    let passed = conformance::check(|| {
        let (inner, unlock) = (MemoryStore::new(), fresh());
        let (planted, unlock_planted) = (inner.clone(), unlock.clone());
        Place::new(move || Box::new(SealedStore::open(inner.clone(), unlock()).unwrap())).with_plant(
            move |key, form| match Record::from_json(form.as_bytes()) {
                Ok(record) if record.key == *key => {
                    let store = SealedStore::open(planted.clone(), unlock_planted()).unwrap();
                    lease(&store, key).save(&record.credential, Revision::ABSENT).unwrap();
                }
                _ => planted.plant(key, form.into()),
            },
        )
    })
    .unwrap_or_else(|failures| panic!("{failures}"));
    assert_eq!(passed, conformance::names().len());
}

/// The same with the damage inside of the envelope, so that it is what was encrypted that is damaged.
#[test]
fn conforms_where_the_damage_is_sealed() {
    let passed = conformance::check(|| {
        let source = MemoryKeySource::of(SealKey::new([7; 32]));
        let inner = MemoryStore::new();
        let (planted, loaded) = (inner.clone(), source.clone());
        Place::new(move || {
            Box::new(SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap())
        })
        .with_plant(move |key, form| {
            let store = SealedStore::open(planted.clone(), Unlock::source(loaded.clone())).unwrap();
            save(&store, key, "makes the data keys").unwrap_or(Revision::new(1));
            let data = vector::Data::of(&planted, loaded.load().unwrap().unwrap().expose());
            plant(&planted, key, &data.seal(key, Revision::new(1), form), Revision::new(1));
        })
    })
    .unwrap_or_else(|failures| panic!("{failures}"));
    assert_eq!(passed, conformance::names().len());
}

#[test]
fn a_failing_inner_store_is_passed_on() {
    let inner = FailingStore::new(MemoryStore::new());
    let store = SealedStore::open(inner.clone(), passphrase("a")).unwrap();
    save(&store, &key("ann"), "first").unwrap();
    for operation in [
        countersign_store::Operation::Lock,
        countersign_store::Operation::Reload,
        countersign_store::Operation::Save,
    ] {
        inner.fail_always(operation, ErrorKind::Unavailable);
        assert_eq!(save(&store, &key("ann"), "lost").unwrap_err().kind(), ErrorKind::Unavailable);
        inner.recover();
        assert_eq!(mark(&store.load(&key("ann")).unwrap().unwrap()), "first");
    }
}

/// "Stored, but not confirmed" is said of a record that is stored.
#[test]
fn keys_that_are_not_confirmed_are_no_saved_record() {
    let inner = FailingStore::new(MemoryStore::new());
    let store = SealedStore::open(inner.clone(), passphrase("a")).unwrap();
    for (call, expected) in [(1, ErrorKind::Unavailable), (2, ErrorKind::NotConfirmed)] {
        inner.fail(countersign_store::Operation::Save, call, ErrorKind::NotConfirmed);
        assert_eq!(save(&store, &key("ann"), "first").unwrap_err().kind(), expected);
        assert_eq!(store.load(&key("ann")).unwrap().is_some(), call == 2);
    }
}

/// All race to make the data keys too, each with a handle of its own.
#[test]
fn threads_lose_no_increment() {
    const THREADS: u64 = 8;
    const ROUNDS: u64 = 25;
    let (inner, source) = (MemoryStore::new(), MemoryKeySource::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (inner, source) = (&inner, &source);
            scope.spawn(move || {
                let store = SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap();
                for _ in 0..ROUNDS {
                    save(&store, &key("all"), "increment").unwrap();
                    save(&store, &key(&thread.to_string()), "increment").unwrap();
                }
            });
        }
    });
    let store = SealedStore::open(inner, Unlock::source(source)).unwrap();
    let revision = |account: &str| store.load(&key(account)).unwrap().unwrap().revision;
    assert_eq!(revision("all"), Revision::new(THREADS * ROUNDS));
    assert_eq!(revision("3"), Revision::new(ROUNDS));
}

#[derive(Clone, Debug)]
enum Action {
    Save(u8, String),
    Stale(u8),
    Delete(u8),
    Reopen,
    Rekey,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        4 => (0_u8..4, ".{0,40}").prop_map(|(key, mark)| Action::Save(key, mark)),
        1 => (0_u8..4).prop_map(Action::Stale),
        2 => (0_u8..4).prop_map(Action::Delete),
        1 => Just(Action::Reopen),
        1 => Just(Action::Rekey),
    ];
    proptest::collection::vec(action, 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn agrees_with_a_map(actions in actions()) {
        let inner = MemoryStore::new();
        let mut number = 0;
        let mut store = open(&inner, "0").unwrap();
        let mut map: BTreeMap<u8, (String, u64)> = BTreeMap::new();
        for action in actions {
            match action {
                Action::Save(account, mark) => {
                    let stored = map.get(&account).map_or(0, |(_, revision)| *revision);
                    let mut lease = lease(&store, &key(&account.to_string()));
                    let revision = lease.save(&credential(&mark), Revision::new(stored)).unwrap();
                    prop_assert_eq!(revision.number(), stored + 1);
                    map.insert(account, (mark, stored + 1));
                }
                Action::Stale(account) => {
                    let stored = map.get(&account).map_or(0, |(_, revision)| *revision);
                    let mut lease = lease(&store, &key(&account.to_string()));
                    let error = lease.save(&credential("stale"), Revision::new(stored + 1)).unwrap_err();
                    prop_assert_eq!(error.kind(), ErrorKind::Conflict);
                }
                Action::Delete(account) => {
                    let stored = map.remove(&account).map_or(0, |(_, revision)| revision);
                    lease(&store, &key(&account.to_string())).delete(Revision::new(stored)).unwrap();
                }
                Action::Reopen => store = open(&inner, &number.to_string()).unwrap(),
                Action::Rekey => {
                    number += 1;
                    // Without the record of the keys there is nothing to encrypt anew.
                    let count = store.rekey(passphrase(&number.to_string())).unwrap();
                    prop_assert_eq!(count, map.len());
                    // Each record was saved once more.
                    map.values_mut().for_each(|(_, revision)| *revision += 1);
                }
            }
            for account in 0..4 {
                let found = store.load(&key(&account.to_string())).unwrap();
                let found = found.map(|record| (mark(&record), record.revision.number()));
                prop_assert_eq!(found.as_ref(), map.get(&account));
            }
            prop_assert_eq!(store.list().unwrap().len(), map.len());
        }
    }
}
