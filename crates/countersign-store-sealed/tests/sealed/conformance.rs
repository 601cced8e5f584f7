//! A sealed store is a store: the suite, threads, and random operations against a map.

use std::thread;

use countersign_store::{
    ErrorKind, FailingStore, MemoryStore, Store,
    conformance::{self, Place},
};
use countersign_store_sealed::{KeySource, MemoryKeySource, SealKey, SealedStore, Unlock};
use countersign_token::{Record, Revision};
use proptest::prelude::*;
use testkit::operations::{self, Subject};

use crate::{
    place::{key, lease, mark, open, passphrase, plant, save},
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

/// The inner store, and the number that is the passphrase.
struct Sealed(MemoryStore, u32);

impl Subject for Sealed {
    type Store = SealedStore;

    fn open(&mut self) -> SealedStore {
        open(&self.0, &self.1.to_string()).unwrap()
    }

    fn maintain(&mut self, store: &SealedStore, records: usize) -> bool {
        self.1 += 1;
        assert_eq!(store.rekey(passphrase(&self.1.to_string())).unwrap(), records);
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_operations_agree_with_a_map(operations in operations::any()) {
        operations::agree(operations, Sealed(MemoryStore::new(), 0))?;
    }
}
