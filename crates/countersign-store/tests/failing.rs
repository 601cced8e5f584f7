//! The failing double fails where it is told to, and leaves behind what a real store would.

use core::time::Duration;

use countersign_store::{ErrorKind, FailingStore, Lease, MemoryStore, Operation, Store};
use countersign_token::{ClientCredentials, Credential, Key, Revision};

fn key() -> Key {
    Key::new("issuer", "client", "ann")
}

fn credential() -> Credential {
    Credential::oauth1_two_legged(ClientCredentials::new("client", "secret"))
}

/// Fails the second save as `kind` and answers at which revision that leaves the record.
fn after_failed_save(kind: ErrorKind) -> Revision {
    let store = FailingStore::new(MemoryStore::new());
    store.fail(Operation::Save, 2, kind);
    let mut lease = store.lock(&key(), Duration::ZERO).unwrap();
    let first = lease.save(&credential(), Revision::ABSENT).unwrap();
    let error = lease.save(&credential(), first).unwrap_err();
    assert_eq!(error.kind(), kind);
    lease.load().unwrap().unwrap().revision
}

#[test]
fn a_failed_save_leaves_the_old_record_unless_it_is_only_unconfirmed() {
    for kind in [ErrorKind::Unavailable, ErrorKind::Conflict, ErrorKind::Corrupt] {
        assert_eq!(after_failed_save(kind), Revision::new(1), "{kind:?}");
    }
    assert_eq!(after_failed_save(ErrorKind::NotConfirmed), Revision::new(2));
}

#[test]
fn each_operation_fails_alone() {
    let store = FailingStore::new(MemoryStore::new());
    let planned = [
        Operation::Load,
        Operation::List,
        Operation::Lock,
        Operation::Reload,
        Operation::Save,
        Operation::Delete,
    ];
    for operation in planned {
        store.fail_always(operation, ErrorKind::Unavailable);
        let mut failed = Vec::new();
        let mut note = |operation, failure: bool| {
            if failure {
                failed.push(operation);
            }
        };
        note(Operation::Load, store.load(&key()).is_err());
        note(Operation::List, store.list().is_err());
        match store.try_lock(&key()) {
            Err(_) => note(Operation::Lock, true),
            Ok(lease) => {
                let mut lease = lease.unwrap();
                note(Operation::Reload, lease.load().is_err());
                let saved = lease.save(&credential(), Revision::ABSENT);
                note(Operation::Save, saved.is_err());
                let revision = saved.unwrap_or(Revision::ABSENT);
                let deleted = lease.delete(revision);
                note(Operation::Delete, deleted.is_err());
                store.recover();
                if deleted.is_err() {
                    lease.delete(revision).unwrap();
                }
            }
        }
        assert_eq!(failed, [operation]);
        store.recover();
    }
}

#[test]
fn a_lock_told_to_be_held_is_held() {
    let store = FailingStore::new(MemoryStore::new());
    store.fail_always(Operation::Lock, ErrorKind::Locked);
    assert!(store.try_lock(&key()).unwrap().is_none());
    let error = store.lock(&key(), Duration::from_secs(60)).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Locked);
    store.recover();
    assert!(store.try_lock(&key()).unwrap().is_some());
    assert_eq!(store.history(), [Operation::Lock; 3]);
}
