//! A store that fails costs no token.

use std::time::Duration;

use crate::scene::{START, Scene, credential, key, now, tokens};
use countersign_client::ErrorKind;
use countersign_store::{ErrorKind as Trouble, FailingStore, MemoryStore, Operation, Store};
use countersign_token::Secret;
use countersign_transport::ScriptedTransport;

type Failing = FailingStore<MemoryStore>;

fn scene(script: ScriptedTransport) -> (Scene<Failing>, Failing) {
    let store = FailingStore::new(MemoryStore::new());
    (Scene::with_store(script, store.clone()), store)
}

#[test]
fn a_rotated_token_that_cannot_be_stored_is_kept_and_nobody_sees_what_came_with_it() {
    let (scene, store) = scene(ScriptedTransport::new().respond(tokens("A2", Some("R2"))));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    store.fail_always(Operation::Save, Trouble::Unavailable);
    for _ in 0..3 {
        let error = ann.token(now()).unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::NotPersisted);
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(source.to_string(), "cannot use scripted store");
    }
    assert!(scene.stored(&key()).credential.refresh_token().unwrap().secret().ct_eq("R1"));
    store.recover();
    // The disk has room again: stored first, then handed out, and the server is not asked again.
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A2"));
    assert!(scene.stored(&key()).credential.refresh_token().unwrap().secret().ct_eq("R2"));
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn what_somebody_stored_meanwhile_wins_over_what_could_not_be_stored() {
    let script =
        ScriptedTransport::new().respond(tokens("A2", Some("R2"))).respond(tokens("A10", Some("R10")));
    let (scene, store) = scene(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    store.fail_always(Operation::Save, Trouble::Unavailable);
    ann.token(now()).unwrap_err();
    store.recover();
    // Its access token has run out, so that only the refresh token tells whose turn it is.
    scene.plant(&key(), &credential("A9", "R9", START));
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A10"));
    assert_eq!(scene.token_requests()[1].first("refresh_token"), Some("R9"));
    assert!(scene.stored(&key()).credential.refresh_token().unwrap().secret().ct_eq("R10"));
}

#[test]
fn without_rotation_nothing_can_be_lost_and_the_token_is_used() {
    let (scene, store) = scene(ScriptedTransport::new().respond(tokens("A2", None)));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    store.fail_always(Operation::Save, Trouble::Unavailable);
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A2"));
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A2"));
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn what_is_stored_but_not_confirmed_is_confirmed_first() {
    let (scene, store) = scene(ScriptedTransport::new().respond(tokens("A2", Some("R2"))));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    store.fail(Operation::Save, 2, Trouble::NotConfirmed);
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A2"));
    assert_eq!(store.calls(Operation::Save), 3);
}

#[test]
fn without_a_lock_nothing_is_refreshed() {
    let (scene, store) = scene(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    store.fail_always(Operation::Lock, Trouble::Unavailable);
    let error = ann.token(now()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Store(Trouble::Unavailable));
    assert_eq!(scene.network.requests().len(), 0);
}

#[test]
fn every_trouble_of_a_store_has_its_kind() {
    for trouble in [Trouble::Corrupt, Trouble::Undecryptable, Trouble::TooNew, Trouble::Insecure] {
        let (scene, store) = scene(ScriptedTransport::new());
        scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
        store.fail_always(Operation::Load, trouble);
        let error = scene.client.account("ann").unwrap_err();
        assert_eq!(error.kind(), &ErrorKind::Store(trouble));
        assert!(!error.is_transient());
    }
}

#[test]
fn a_damaged_record_is_neither_refreshed_nor_replaced() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    scene.store.plant(&key(), Secret::new("{"));
    let error = ann.token(now()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Store(Trouble::Corrupt));
    assert_eq!(scene.network.requests().len(), 0);
    assert!(scene.client.keep_as(&key(), credential("A2", "R2", START)).is_err());
    assert!(scene.store.lock(&key(), Duration::ZERO).is_ok());
}
