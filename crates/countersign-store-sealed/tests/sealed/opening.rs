//! Who opens a store, and who is told that he does not.

use countersign_store::{Error, ErrorKind, MemoryStore, Store};
use countersign_store_sealed::{Cost, KeySource, MemoryKeySource, SealKey, SealedStore, Unlock};
use countersign_token::{Key, Revision};

use crate::place::{form, header_key, key, lease, mark, open, passphrase, plant, save};

#[test]
fn opening_writes_nothing() {
    let inner = MemoryStore::new();
    let source = MemoryKeySource::new();
    let store = SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap();
    assert!(store.load(&key("ann")).unwrap().is_none());
    lease(&store, &key("ann")).delete(Revision::ABSENT).unwrap();
    assert!(store.list().unwrap().is_empty() && inner.list().unwrap().is_empty());
    assert!(source.load().unwrap().is_none());
    save(&store, &key("ann"), "first").unwrap();
    assert_eq!(store.list().unwrap(), [key("ann")]);
    assert_eq!(inner.list().unwrap().len(), 2);
    assert!(source.load().unwrap().is_some());
}

#[test]
fn only_the_same_opens() {
    #[track_caller]
    fn check(made_with: Unlock, opened_with: Unlock, expected: Result<(), ErrorKind>) {
        let inner = MemoryStore::new();
        save(&SealedStore::open(inner.clone(), made_with).unwrap(), &key("ann"), "whole").unwrap();
        let before = form(&inner, &header_key());
        let opened = SealedStore::open(inner.clone(), opened_with);
        assert_eq!(opened.as_ref().map(drop).map_err(Error::kind), expected);
        if let Ok(store) = opened {
            assert_eq!(mark(&store.load(&key("ann")).unwrap().unwrap()), "whole");
        }
        assert!(form(&inner, &header_key()).ct_eq(before));
    }
    let key = |byte| Unlock::source(MemoryKeySource::of(SealKey::new([byte; 32])));
    check(passphrase("a"), passphrase("a"), Ok(()));
    check(passphrase(""), passphrase(""), Ok(()));
    // The cost is that of the store.
    check(passphrase("a"), Unlock::passphrase("a"), Ok(()));
    for other in ["", "A", "a ", "b"] {
        check(passphrase("a"), passphrase(other), Err(ErrorKind::Undecryptable));
    }
    check(key(1), key(1), Ok(()));
    check(key(1), key(2), Err(ErrorKind::Undecryptable));
    check(key(1), Unlock::source(MemoryKeySource::new()), Err(ErrorKind::Undecryptable));
    check(key(1), passphrase("a"), Err(ErrorKind::Undecryptable));
    check(passphrase("a"), key(1), Err(ErrorKind::Undecryptable));
}

#[test]
fn the_second_of_two_first_passphrases_is_refused() {
    let inner = MemoryStore::new();
    let (first, second) = (open(&inner, "a").unwrap(), open(&inner, "b").unwrap());
    save(&first, &key("ann"), "first").unwrap();
    assert_eq!(second.load(&key("ann")).unwrap_err().kind(), ErrorKind::Undecryptable);
    assert_eq!(save(&second, &key("ben"), "x").unwrap_err().kind(), ErrorKind::Undecryptable);
    assert!(second.load(&key("ben")).unwrap().is_none());
}

struct Locked;

impl KeySource for Locked {
    fn load(&self) -> Result<Option<SealKey>, Error> {
        Err(Error::new(ErrorKind::Unavailable).at("keyring"))
    }

    fn create(&self, _: &SealKey) -> Result<(), Error> {
        panic!("a key was made without knowing that there is none");
    }

    fn replace(&self, _: &SealKey) -> Result<(), Error> {
        panic!("a key was replaced without being known");
    }
}

#[test]
fn a_source_that_cannot_be_asked_is_no_source_without_a_key() {
    let inner = MemoryStore::new();
    let store = SealedStore::open(inner.clone(), Unlock::source(Locked)).unwrap();
    assert_eq!(save(&store, &key("ann"), "x").unwrap_err().kind(), ErrorKind::Unavailable);
    assert!(inner.list().unwrap().is_empty());
    save(
        &SealedStore::open(inner.clone(), Unlock::source(MemoryKeySource::new())).unwrap(),
        &key("ann"),
        "x",
    )
    .unwrap();
    let error = SealedStore::open(inner, Unlock::source(Locked)).map(drop).unwrap_err();
    assert_eq!((error.kind(), error.place()), (ErrorKind::Unavailable, Some("keyring")));
}

#[test]
fn two_stores_share_a_source() {
    let source = MemoryKeySource::new();
    for _ in 0..2 {
        let inner = MemoryStore::new();
        let unlock = Unlock::source(source.clone());
        save(&SealedStore::open(inner.clone(), unlock.clone()).unwrap(), &key("ann"), "x").unwrap();
        assert!(SealedStore::open(inner, unlock).is_ok());
    }
    let first = source.load().unwrap().unwrap();
    assert_eq!(source.create(&SealKey::new([1; 32])).unwrap_err().kind(), ErrorKind::Conflict);
    assert!(source.load().unwrap().unwrap().ct_eq(&first));
    assert!(!first.ct_eq(&SealKey::new([1; 32])));
}

#[test]
fn costs_have_bounds() {
    #[track_caller]
    fn check(memory: u32, passes: u32, lanes: u32, expected: bool) {
        assert_eq!(Cost::new(memory, passes, lanes).is_some(), expected);
    }
    assert_eq!(Cost::new(64 * 1024, 3, 1), Some(Cost::default()));
    check(8, 1, 1, true);
    check(7, 1, 1, false);
    check(16, 1, 2, true);
    check(15, 1, 2, false);
    check(8, 0, 1, false);
    check(8, 1, 0, false);
    check(128, 1, 16, true);
    check(136, 1, 17, false);
    check(512 * 1024, 4, 1, true);
    check(512 * 1024, 5, 1, false);
    check(512 * 1024 + 1, 1, 1, false);
    check(8, 2 * 1024 * 1024 / 8, 1, true);
    check(8, u32::MAX, 1, false);
    check(u32::MAX, u32::MAX, u32::MAX, false);
}

/// A store that asks for four terabytes, or for a year, is refused before any of it is spent.
#[test]
fn absurd_costs_in_a_store_are_refused() {
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
    let inner = MemoryStore::new();
    save(&open(&inner, "a").unwrap(), &key("ann"), "x").unwrap();
    let whole = STANDARD_NO_PAD.decode(crate::place::envelope(&inner, &header_key())).unwrap();
    let parameters = 1 + 16 + 1 + 1 + 16;
    for numbers in [[u32::MAX, 1, 1], [8, u32::MAX, 1], [0, 1, 1], [8, 0, 1], [8, 1, 0], [1 << 20, 1, 1]] {
        let mut bytes = whole.clone();
        for (index, number) in numbers.iter().enumerate() {
            let at = parameters + 4 * index;
            bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
        }
        plant(&inner, &header_key(), &STANDARD_NO_PAD.encode(bytes), Revision::new(1));
        assert_eq!(open(&inner, "a").map(drop).unwrap_err().kind(), ErrorKind::Undecryptable);
    }
    // More slots than are ever written would be that many derivations.
    let mut bytes = whole.clone();
    bytes[17] = 3;
    let slot = whole[18..].to_vec();
    let bytes = [bytes, slot.clone(), slot].concat();
    plant(&inner, &header_key(), &STANDARD_NO_PAD.encode(bytes), Revision::new(1));
    assert_eq!(open(&inner, "a").map(drop).unwrap_err().kind(), ErrorKind::Undecryptable);
}

#[test]
fn the_keys_of_the_store_are_nobody_elses() {
    let inner = MemoryStore::new();
    let store = open(&inner, "a").unwrap();
    save(&store, &key("ann"), "x").unwrap();
    for key in [header_key(), Key::new("countersign:sealed-store", "x", "y")] {
        assert_eq!(store.load(&key).unwrap_err().kind(), ErrorKind::Unavailable);
        assert!(store.try_lock(&key).is_err());
        assert!(store.lock(&key, core::time::Duration::ZERO).is_err());
    }
}
