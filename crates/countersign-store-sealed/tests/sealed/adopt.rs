//! From clear to sealed and back in place, whole wherever that was broken off.

use core::time::Duration;

use countersign_store::{ErrorKind, FailingStore, Lease, MemoryStore, Operation, Store};
use countersign_store_sealed::{KeySource, MemoryKeySource, SealedBy, SealedStore, Unlock};
use countersign_token::{Grant, Revision};

use crate::place::{credential, header_key, key, mark, open, passphrase, save};

const ACCOUNTS: [&str; 3] = ["ann", "ben", "eve"];

fn in_clear() -> MemoryStore {
    let inner = MemoryStore::new();
    for account in ACCOUNTS {
        save(&inner, &key(account), account).unwrap();
    }
    inner
}

/// How many records of the inner store are sealed.
fn sealed(inner: &MemoryStore) -> usize {
    let is_sealed = |account: &&&str| {
        matches!(inner.load(&key(account)).unwrap().unwrap().credential.grant, Grant::Sealed { .. })
    };
    ACCOUNTS.iter().filter(is_sealed).count()
}

#[track_caller]
fn whole(store: &dyn Store) {
    for account in ACCOUNTS {
        assert_eq!(mark(&store.load(&key(account)).unwrap().unwrap()), account);
    }
    assert_eq!(store.list().unwrap().len(), ACCOUNTS.len());
}

#[test]
fn what_is_in_clear_is_sealed_where_it_is_and_back() {
    let inner = in_clear();
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), []);
    let store = open(&inner, "pass").unwrap();
    assert_eq!(store.load(&key("ann")).unwrap_err().kind(), ErrorKind::Insecure);
    assert_eq!(store.adopt().unwrap(), 3);
    assert_eq!((sealed(&inner), store.adopt().unwrap()), (3, 0));
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), [SealedBy::Passphrase]);
    whole(&store);
    whole(&open(&inner, "pass").unwrap());
    assert_eq!(inner.list().unwrap().iter().filter(|key| SealedStore::owns(key)).count(), 1);
    assert!(
        !format!("{:?}", inner.load(&key("ann")).unwrap().unwrap().to_json().expose()).contains("\"ann\"}")
    );

    assert_eq!(open(&inner, "pass").unwrap().unseal().unwrap(), 3);
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), []);
    assert!(inner.load(&header_key()).unwrap().is_none());
    whole(&inner);
    // A handle that does not know saves nothing in clear, and nothing that nobody can open.
    assert!(save(&store, &key("new"), "new").is_err());
    whole(&inner);
}

#[test]
fn the_key_of_a_source_is_told_from_a_passphrase() {
    let inner = in_clear();
    let source = MemoryKeySource::new();
    let store = SealedStore::open(inner.clone(), Unlock::source(source)).unwrap();
    assert_eq!(store.adopt().unwrap(), 3);
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), [SealedBy::Source]);
    store.rekey(passphrase("pass")).unwrap();
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), [SealedBy::Passphrase]);
}

#[test]
fn without_its_keys_nothing_is_begun_anew() {
    let inner = in_clear();
    open(&inner, "pass").unwrap().adopt().unwrap();
    let header = inner.load(&header_key()).unwrap().unwrap();
    inner.try_lock(&header_key()).unwrap().unwrap().delete(header.revision).unwrap();
    assert_eq!(open(&inner, "pass").unwrap().adopt().unwrap_err().kind(), ErrorKind::Undecryptable);
    assert!(inner.load(&header_key()).unwrap().is_none());
}

/// Every call fails once, in every kind of way that a store has.
#[test]
fn a_change_that_was_broken_off_loses_nothing_and_is_ended_by_another() {
    let operations = [
        Operation::Load,
        Operation::List,
        Operation::Lock,
        Operation::Reload,
        Operation::Save,
        Operation::Delete,
    ];
    let mut failures = 0;
    for back in [false, true] {
        for operation in operations {
            for call in 1..=20 {
                for kind in [ErrorKind::Unavailable, ErrorKind::NotConfirmed] {
                    let inner = in_clear();
                    if back {
                        open(&inner, "pass").unwrap().adopt().unwrap();
                    }
                    let failing = FailingStore::new(inner.clone());
                    failing.fail(operation, call, kind);
                    let change = SealedStore::open(failing.clone(), passphrase("pass"));
                    let changed = change.and_then(|store| if back { store.unseal() } else { store.adopt() });
                    failures += usize::from(changed.is_err());
                    let again = open(&inner, "pass").unwrap();
                    // What is in clear is as it was, and what is sealed opens.
                    for account in ACCOUNTS {
                        let record = inner.load(&key(account)).unwrap().unwrap();
                        let record = match record.credential.grant {
                            Grant::Sealed { .. } => again.load(&key(account)).unwrap().unwrap(),
                            _ => record,
                        };
                        assert_eq!(mark(&record), account, "{operation:?} {call} {kind:?}");
                    }
                    if back {
                        again.unseal().unwrap();
                        whole(&inner);
                        assert!(inner.load(&header_key()).unwrap().is_none());
                    } else {
                        again.adopt().unwrap();
                        assert_eq!(sealed(&inner), 3);
                        whole(&again);
                    }
                }
            }
        }
    }
    assert!(failures > 40, "{failures}");
}

#[test]
fn a_record_in_use_is_told_and_the_others_are_sealed() {
    let inner = in_clear();
    let mut lease = inner.lock(&key("ben"), Duration::ZERO).unwrap();
    let mut newer = credential("ben, later");
    newer.user_agent = Some("agent".to_owned());
    lease.save(&newer, Revision::new(1)).unwrap();
    drop(lease);
    inner.plant(&key("ann"), "{ nonsense".into());
    let store = open(&inner, "pass").unwrap();
    assert_eq!(store.adopt().unwrap_err().kind(), ErrorKind::Corrupt);
    let record = store.load(&key("ben")).unwrap().unwrap();
    assert_eq!((record.revision, record.credential.user_agent.as_deref()), (Revision::new(3), Some("agent")));
    assert!(store.load(&key("eve")).unwrap().is_some());
}

#[test]
fn a_store_is_made_ready_before_its_first_record() {
    let inner = MemoryStore::new();
    let source = MemoryKeySource::new();
    let store = SealedStore::open(inner.clone(), Unlock::source(source.clone())).unwrap();
    store.prepare().unwrap();
    assert!(source.load().unwrap().is_some());
    assert_eq!(SealedStore::sealed_by(&inner).unwrap(), [SealedBy::Source]);
    assert_eq!(store.list().unwrap(), []);
    store.prepare().unwrap();
    save(&store, &key("ann"), "ann").unwrap();
    assert_eq!(open(&in_clear(), "pass").unwrap().prepare().unwrap_err().kind(), ErrorKind::Undecryptable);
}
