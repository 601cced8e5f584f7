//! The store that encrypts, with its key in a keyring.

use core::time::Duration;
use std::thread;

use countersign_store::{ErrorKind, KeySource, Lease, MemoryStore, Store};
use countersign_store_keyring::{Keyring, KeyringKey};
use countersign_store_sealed::{SealedStore, Unlock};
use countersign_token::{Key, Revision};
use testkit::{directory::Directory, sample::credential};

/// A keyring in memory, with the lock files of its keys.
struct Place {
    keyring: Keyring,
    directory: Directory,
}

impl Place {
    fn new() -> Self {
        let directory = Directory::absent_in(env!("CARGO_TARGET_TMPDIR"));
        Self { keyring: Keyring::memory(), directory }
    }

    fn source(&self) -> KeyringKey {
        KeyringKey::open(self.keyring.clone(), "countersign", "credentials", self.directory.path()).unwrap()
    }

    fn open(&self, inner: &MemoryStore) -> Result<SealedStore, countersign_store::Error> {
        SealedStore::open(inner.clone(), Unlock::source(self.source()))
    }
}

fn key(account: &str) -> Key {
    Key::new("issuer", "client", account)
}

fn save(store: &SealedStore, account: &str) -> Result<Revision, countersign_store::Error> {
    store.lock(&key(account), Duration::from_secs(60))?.save(&credential(account), Revision::ABSENT)
}

#[test]
fn first_runs_at_a_time_agree_on_one_key() {
    const PROGRAMS: usize = 16;
    let place = Place::new();
    // Two stores share the key, so that their own locks do not help.
    let inner = [MemoryStore::new(), MemoryStore::new()];
    thread::scope(|scope| {
        for number in 0..PROGRAMS {
            let store = place.open(&inner[number % 2]).unwrap();
            scope.spawn(move || save(&store, &number.to_string()).unwrap());
        }
    });
    for number in 0..PROGRAMS {
        let store = place.open(&inner[number % 2]).unwrap();
        assert!(store.load(&key(&number.to_string())).unwrap().is_some());
    }
}

#[test]
fn a_lost_key_is_not_replaced() {
    let place = Place::new();
    let inner = MemoryStore::new();
    // Opened before there was anything, so it has not seen the key.
    let early = place.open(&inner).unwrap();
    save(&place.open(&inner).unwrap(), "ann").unwrap();
    let lost = place.source().load().unwrap().unwrap();
    place.source().delete().unwrap();

    assert_eq!(place.open(&inner).unwrap_err().kind(), ErrorKind::Undecryptable);
    assert_eq!(early.load(&key("ann")).unwrap_err().kind(), ErrorKind::Undecryptable);
    assert_eq!(save(&early, "ben").unwrap_err().kind(), ErrorKind::Undecryptable);
    assert!(place.source().load().unwrap().is_none());

    place.source().create(&lost).unwrap();
    assert!(place.open(&inner).unwrap().load(&key("ann")).unwrap().is_some());
}

#[test]
fn rekeying_replaces_the_entry() {
    let place = Place::new();
    let inner = MemoryStore::new();
    let store = place.open(&inner).unwrap();
    save(&store, "ann").unwrap();
    let before = place.source().load().unwrap().unwrap();
    assert_eq!(store.rekey(Unlock::source(place.source())).unwrap(), 1);
    assert!(!place.source().load().unwrap().unwrap().ct_eq(&before));
    assert!(place.open(&inner).unwrap().load(&key("ann")).unwrap().is_some());
}
