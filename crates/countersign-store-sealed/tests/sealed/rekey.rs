//! Another key for every record, and a store that is whole wherever that was broken off.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use countersign_store::{Error, ErrorKind, FailingStore, Lease, MemoryStore, Operation, Store};
use countersign_store_sealed::{KeySource, MemoryKeySource, SealKey, SealedStore, Unlock};
use countersign_token::{Credential, Key, Record, Revision};

use crate::place::{envelope, header_key, key, lease, mark, open, passphrase, plant, save};

const ACCOUNTS: [&str; 3] = ["ann", "ben", "eve"];

fn filled(unlock: Unlock) -> MemoryStore {
    let inner = MemoryStore::new();
    let store = SealedStore::open(inner.clone(), unlock).unwrap();
    for account in ACCOUNTS {
        save(&store, &key(account), account).unwrap();
    }
    inner
}

#[track_caller]
fn whole(store: &SealedStore) {
    for account in ACCOUNTS {
        assert_eq!(mark(&store.load(&key(account)).unwrap().unwrap()), account);
    }
    assert_eq!(store.list().unwrap().len(), ACCOUNTS.len());
}

/// The names of the data keys that records need.
fn data_keys(inner: &MemoryStore) -> Vec<Vec<u8>> {
    let names = ACCOUNTS
        .map(|account| STANDARD_NO_PAD.decode(envelope(inner, &key(account))).unwrap()[1..9].to_vec());
    let mut names = names.to_vec();
    names.sort();
    names.dedup();
    names
}

fn header_length(inner: &MemoryStore) -> usize {
    STANDARD_NO_PAD.decode(envelope(inner, &header_key())).unwrap().len()
}

#[test]
fn every_record_is_encrypted_anew() {
    let inner = filled(passphrase("old"));
    let store = open(&inner, "old").unwrap();
    let (before, length) = (data_keys(&inner), header_length(&inner));
    assert_eq!(store.rekey(passphrase("new")).unwrap(), ACCOUNTS.len());
    whole(&store);
    whole(&open(&inner, "new").unwrap());
    assert_eq!(open(&inner, "old").map(drop).unwrap_err().kind(), ErrorKind::Undecryptable);
    let after = data_keys(&inner);
    assert!(before.len() == 1 && after.len() == 1 && before != after);
    assert_eq!(header_length(&inner), length);
}

#[test]
fn any_kind_of_key_replaces_any_other() {
    let source = MemoryKeySource::new();
    let other = MemoryKeySource::of(SealKey::new([5; 32]));
    let inner = filled(passphrase("old"));
    let store = open(&inner, "old").unwrap();
    store.rekey(Unlock::source(source.clone())).unwrap();
    let first = source.load().unwrap().unwrap();
    store.rekey(Unlock::source(source.clone())).unwrap();
    assert!(!source.load().unwrap().unwrap().ct_eq(&first));
    whole(&SealedStore::open(inner.clone(), Unlock::source(source)).unwrap());
    store.rekey(Unlock::source(other.clone())).unwrap();
    // Another store may depend on what it keeps.
    assert!(other.load().unwrap().unwrap().ct_eq(&SealKey::new([5; 32])));
    store.rekey(passphrase("back")).unwrap();
    whole(&open(&inner, "back").unwrap());
}

#[test]
fn an_empty_store_has_nothing_to_encrypt() {
    let inner = MemoryStore::new();
    let store = open(&inner, "old").unwrap();
    assert_eq!(store.rekey(passphrase("new")).unwrap(), 0);
    assert!(inner.list().unwrap().is_empty());
    save(&store, &key("ann"), "x").unwrap();
    assert!(open(&inner, "new").is_ok() && open(&inner, "old").is_err());
}

#[test]
fn other_handles_go_on_or_are_told() {
    let source = MemoryKeySource::new();
    let inner = filled(Unlock::source(source.clone()));
    let handle = || SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap();
    let (running, rekeying) = (handle(), handle());
    whole(&running);
    let mut held = lease(&running, &key("new"));
    rekeying.rekey(Unlock::source(source.clone())).unwrap();
    // A lease that was taken before writes with the key of afterwards.
    held.save(&crate::place::credential("new"), Revision::ABSENT).unwrap();
    assert_eq!(mark(&handle().load(&key("new")).unwrap().unwrap()), "new");
    held.delete(Revision::new(1)).unwrap();
    whole(&running);
    rekeying.rekey(passphrase("new")).unwrap();
    assert_eq!(running.load(&key("ann")).unwrap_err().kind(), ErrorKind::Undecryptable);
    assert_eq!(save(&running, &key("ann"), "x").unwrap_err().kind(), ErrorKind::Undecryptable);
    whole(&rekeying);
}

/// While others write, delete and read without pause.
#[test]
fn nothing_is_lost_under_load() {
    let source = MemoryKeySource::new();
    let inner = filled(Unlock::source(source.clone()));
    let handle = || SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap();
    thread::scope(|scope| {
        for writer in 0..3 {
            let store = handle();
            scope.spawn(move || {
                for round in 0..60 {
                    let fresh = key(&format!("{writer} {round}"));
                    save(&store, &fresh, "first").unwrap();
                    save(&store, &fresh, "second").unwrap();
                    assert_eq!(mark(&store.load(&fresh).unwrap().unwrap()), "second");
                }
            });
        }
        let (store, source) = (handle(), source.clone());
        scope.spawn(move || {
            for _ in 0..10 {
                store.rekey(Unlock::source(source.clone())).unwrap();
            }
        });
    });
    let store = handle();
    assert_eq!(store.list().unwrap().len(), ACCOUNTS.len() + 3 * 60);
    for key in store.list().unwrap() {
        store.load(&key).unwrap().unwrap();
    }
}

/// A store whose save of one key is held up at the last moment.
struct Gate {
    inner: MemoryStore,
    key: Key,
    reached: mpsc::Sender<()>,
    pass: Arc<Mutex<mpsc::Receiver<()>>>,
}

struct GatedLease {
    inner: Box<dyn Lease>,
    reached: mpsc::Sender<()>,
    pass: Arc<Mutex<mpsc::Receiver<()>>>,
}

impl Store for Gate {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.inner.load(key)
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        self.inner.list()
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        let Some(inner) = self.inner.try_lock(key)? else {
            return Ok(None);
        };
        if *key != self.key {
            return Ok(Some(inner));
        }
        let (reached, pass) = (self.reached.clone(), Arc::clone(&self.pass));
        Ok(Some(Box::new(GatedLease { inner, reached, pass })))
    }
}

impl Lease for GatedLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.inner.load()
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        self.reached.send(()).unwrap();
        // It does not come where the other waits for this save, as it should.
        let _ = self.pass.lock().unwrap().recv_timeout(Duration::from_millis(300));
        self.inner.save(credential, expected)
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        self.inner.delete(expected)
    }
}

/// A first save that is encrypted and not yet there is in no list of what is to be encrypted anew.
#[test]
fn a_save_under_way_does_not_outlive_its_data_key() {
    let source = MemoryKeySource::new();
    let inner = filled(Unlock::source(source.clone()));
    let handle = |inner| SealedStore::open(inner, Unlock::source(source.clone())).unwrap();
    let (reached, at_the_save) = mpsc::channel();
    let (rekeyed, pass) = mpsc::channel();
    let gate = Gate { inner: inner.clone(), key: key("new"), reached, pass: Arc::new(Mutex::new(pass)) };
    let saving = SealedStore::open(gate, Unlock::source(source.clone())).unwrap();
    let rekeying = handle(inner.clone());
    thread::scope(|scope| {
        scope.spawn(|| save(&saving, &key("new"), "new").unwrap());
        at_the_save.recv().unwrap();
        rekeying.rekey(Unlock::source(source.clone())).unwrap();
        let _ = rekeyed.send(());
    });
    assert_eq!(mark(&handle(inner).load(&key("new")).unwrap().unwrap()), "new");
}

/// That the store is whole after it was broken off, and can be brought to an end.
#[track_caller]
fn recovers(inner: &MemoryStore, handle: &SealedStore, candidates: &[Unlock], at: &str) {
    let opened: Vec<_> = candidates
        .iter()
        .filter_map(|unlock| SealedStore::open(inner.clone(), unlock.clone()).ok())
        .collect();
    assert!(!opened.is_empty(), "{at}: no key opens the store");
    opened.iter().for_each(whole);
    whole(handle);
    assert!(data_keys(inner).len() <= 2, "{at}");
    opened[0].rekey(passphrase("third")).unwrap();
    whole(&open(inner, "third").unwrap());
    assert_eq!(data_keys(inner).len(), 1, "{at}");
    assert_eq!(header_length(inner), 1 + 16 + 1 + 29 + 2 + 24 + 40 + 16, "{at}");
    for unlock in candidates {
        assert!(SealedStore::open(inner.clone(), unlock.clone()).is_err(), "{at}: an old key still opens");
    }
}

#[test]
fn broken_off_at_each_operation_of_the_inner_store() {
    let mut failed = 0;
    for (operation, kind) in [
        (Operation::Load, ErrorKind::Unavailable),
        (Operation::List, ErrorKind::Unavailable),
        (Operation::Lock, ErrorKind::Unavailable),
        (Operation::Lock, ErrorKind::Locked),
        (Operation::Reload, ErrorKind::Unavailable),
        (Operation::Save, ErrorKind::Unavailable),
        // Done, and not known to be.
        (Operation::Save, ErrorKind::NotConfirmed),
    ] {
        for call in 1.. {
            let inner = filled(passphrase("old"));
            let failing = FailingStore::new(inner.clone());
            let store = SealedStore::open(failing.clone(), passphrase("old")).unwrap();
            let call = failing.calls(operation) + call;
            failing.fail(operation, call, kind);
            let outcome = store.rekey(passphrase("new"));
            failing.recover();
            let Err(error) = outcome else {
                whole(&store);
                break;
            };
            assert_eq!(error.kind(), kind);
            failed += 1;
            let at = format!("{operation:?} {call} as {kind:?}");
            recovers(&inner, &store, &[passphrase("new"), passphrase("old")], &at);
        }
    }
    assert!(failed > 30, "only {failed} operations failed");
}

/// Killed, not failed: from one operation on nothing works any more.
#[test]
fn killed_at_each_save() {
    for call in 1.. {
        let inner = filled(passphrase("old"));
        let failing = FailingStore::new(inner.clone());
        let store = SealedStore::open(failing.clone(), passphrase("old")).unwrap();
        for later in call..call + 20 {
            failing.fail(Operation::Save, later, ErrorKind::Unavailable);
        }
        let outcome = store.rekey(passphrase("new"));
        failing.recover();
        if outcome.is_ok() {
            assert!(call > 5, "only {call} saves");
            break;
        }
        recovers(&inner, &store, &[passphrase("new"), passphrase("old")], &format!("killed at {call}"));
    }
}

/// A source that fails at one call, before it did anything or after.
#[derive(Clone)]
struct Failing {
    inner: MemoryKeySource,
    calls: Arc<AtomicUsize>,
    at: usize,
    after: bool,
}

impl Failing {
    fn run<T>(&self, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let fails = self.calls.fetch_add(1, Ordering::Relaxed) + 1 == self.at;
        if !fails || self.after {
            let done = work()?;
            if !fails {
                return Ok(done);
            }
        }
        Err(Error::new(ErrorKind::Unavailable).at("key source"))
    }
}

impl KeySource for Failing {
    fn load(&self) -> Result<Option<SealKey>, Error> {
        self.run(|| self.inner.load())
    }

    fn create(&self, key: &SealKey) -> Result<(), Error> {
        self.run(|| self.inner.create(key))
    }

    fn replace(&self, key: &SealKey) -> Result<(), Error> {
        self.run(|| self.inner.replace(key))
    }
}

#[test]
fn broken_off_at_each_call_of_the_source() {
    for after in [false, true] {
        for (same, calls) in [(true, 2), (false, 2)] {
            for at in 1..=calls {
                let kept = MemoryKeySource::new();
                let old = if same { Unlock::source(kept.clone()) } else { passphrase("old") };
                let inner = filled(old.clone());
                let store = SealedStore::open(inner.clone(), old.clone()).unwrap();
                let failing = Failing { inner: kept.clone(), calls: Arc::default(), at, after };
                let error = store.rekey(Unlock::source(failing)).unwrap_err();
                assert_eq!(error.place(), Some("key source"));
                let at = format!("call {at}, the same source: {same}, after: {after}");
                recovers(&inner, &store, &[old, Unlock::source(kept)], &at);
            }
        }
    }
}

#[test]
fn a_record_that_does_not_open_holds_the_end_back() {
    let inner = filled(passphrase("old"));
    let store = open(&inner, "old").unwrap();
    let ben = envelope(&inner, &key("ben"));
    plant(&inner, &key("ben"), &ben, Revision::new(9));
    for new in ["new", "newer"] {
        let error = store.rekey(passphrase(new)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undecryptable);
        assert!(error.place().unwrap().contains("ben"));
        // The new passphrase is in force all the same, and the key of the record is still there.
        assert!(open(&inner, "old").is_err());
        assert_eq!(mark(&open(&inner, new).unwrap().load(&key("ann")).unwrap().unwrap()), "ann");
        assert_eq!(data_keys(&inner).len(), 2);
    }
    plant(&inner, &key("ben"), &ben, Revision::new(1));
    whole(&open(&inner, "newer").unwrap());
    // The two that were done are done once more, for the key that is made at the end.
    assert_eq!(store.rekey(passphrase("last")).unwrap(), ACCOUNTS.len());
    assert_eq!(data_keys(&inner).len(), 1);
}

#[test]
fn only_one_at_a_time() {
    let inner = filled(passphrase("old"));
    let store = open(&inner, "old").unwrap();
    let other = Key::new("countersign:sealed-store", "", "rekey");
    let held = lease(&inner, &other);
    assert_eq!(store.rekey(passphrase("new")).unwrap_err().kind(), ErrorKind::Locked);
    drop(held);
    assert_eq!(store.rekey(passphrase("new")).unwrap(), ACCOUNTS.len());
}
