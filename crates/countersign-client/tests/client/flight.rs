//! One request for all threads, and for all programs.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::scene::{START, Scene, credential, key, now, tokens};
use countersign_client::ErrorKind;
use countersign_store_file::FileStore;
use countersign_transport::{ErrorKind as Broken, ScriptedTransport};
use countersign_wire::flow::Sent;

/// Slow enough that the others come while it lasts.
fn slowly(script: ScriptedTransport) -> ScriptedTransport {
    script.answer(|_| {
        thread::sleep(Duration::from_millis(50));
        Ok(tokens("A2", Some("R2")))
    })
}

#[test]
fn sixteen_threads_on_one_expired_credential_make_one_request() {
    let scene = Scene::new(slowly(ScriptedTransport::new()));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for number in 0..16 {
            // Half of them by a handle of their own.
            let handle = if number % 2 == 0 { ann.clone() } else { scene.client.account("ann").unwrap() };
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                assert!(handle.token(now()).unwrap().access.secret.ct_eq("A2"));
            });
        }
    });
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn sixteen_threads_told_of_one_failure_make_one_request() {
    let script = ScriptedTransport::new().answer(|request| {
        thread::sleep(Duration::from_millis(50));
        Err(countersign_transport::Error::new(Broken::Timeout, Sent::Maybe).at(request.uri()))
    });
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let (barrier, failures) = (Barrier::new(16), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                assert_eq!(ann.token(now()).unwrap_err().kind(), &ErrorKind::Network);
                failures.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(failures.into_inner(), 16);
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn sixteen_threads_whose_token_was_refused_make_one_request() {
    let scene = Scene::new(slowly(ScriptedTransport::new()));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let refused = ann.token(now()).unwrap().access.secret;
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                barrier.wait();
                assert!(ann.token_other_than(&refused).unwrap().access.secret.ct_eq("A2"));
            });
        }
    });
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn a_leader_that_panics_gives_the_lease_back_and_the_next_one_begins_anew() {
    let script = ScriptedTransport::new()
        .answer(|_| panic!("a transport of somebody else's"))
        .respond(tokens("A2", None));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    assert!(catch_unwind(AssertUnwindSafe(|| ann.token(now()))).is_err());
    assert!(ann.token(now()).unwrap().access.secret.ct_eq("A2"));
}

#[test]
fn two_programs_on_one_directory_make_one_request() {
    let directory = std::env::temp_dir().join(format!("countersign-client-flight-{}", std::process::id()));
    let scenes = [slowly(ScriptedTransport::new()), slowly(ScriptedTransport::new())]
        .map(|script| Scene::with_store(script, std::sync::Arc::new(FileStore::open(&directory).unwrap())));
    let clients =
        scenes.each_ref().map(|scene| scene.client.clone().with_lease_wait(Duration::from_secs(45)));
    clients[0].keep_as(&key(), credential("A1", "R1", START)).unwrap();
    // Both know the old credential before either refreshes.
    let handles = clients.each_ref().map(|client| client.account("ann").unwrap());
    scenes.iter().for_each(Scene::expire);
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for handle in &handles {
            scope.spawn(|| {
                barrier.wait();
                assert!(handle.token(now()).unwrap().access.secret.ct_eq("A2"));
            });
        }
    });
    let requests: usize = scenes.iter().map(|scene| scene.token_requests().len()).sum();
    let stored = scenes[0].stored(&key());
    std::fs::remove_dir_all(&directory).unwrap();
    assert_eq!(requests, 1);
    assert!(stored.credential.refresh_token().unwrap().secret().ct_eq("R2"));
}

#[test]
fn those_who_wait_for_a_leader_that_panics_are_served_all_the_same() {
    let script = ScriptedTransport::new()
        .answer(|_| {
            thread::sleep(Duration::from_millis(50));
            panic!("a transport of somebody else's")
        })
        .respond(tokens("A2", None));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let ends: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..8).map(|_| scope.spawn(|| ann.token(now()))).collect();
        callers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    let served = ends.iter().flatten().filter(|token| token.as_ref().unwrap().access.secret.ct_eq("A2"));
    assert_eq!(served.count(), 7);
    assert_eq!(scene.token_requests().len(), 2);
}
