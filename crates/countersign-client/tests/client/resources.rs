//! One refresh token, and access tokens for each resource that is asked for.

use std::{sync::Arc, thread};

use countersign_client::{ErrorKind, blocking::Client};
use countersign_token::{Credential, Secret};
use countersign_transport::ScriptedTransport;

use crate::scene::{API, START, Scene, bearer, credential, get, json, key, now, registered, tokens};

const A: &str = "https://a.example/";
const B: &str = "https://b.example/";

/// What each token request presented, and what for.
fn sent(scene: &Scene) -> Vec<(String, Option<String>)> {
    let part = |form: &countersign_wire::Params, name| form.first(name).map(str::to_owned);
    scene
        .token_requests()
        .iter()
        .map(|form| (part(form, "refresh_token").unwrap(), part(form, "resource")))
        .collect()
}

fn request(token: &str, resource: Option<&str>) -> (String, Option<String>) {
    (token.to_owned(), resource.map(str::to_owned))
}

#[test]
fn each_is_asked_for_once_and_with_the_newest_refresh_token() {
    let network = ScriptedTransport::new()
        .respond(tokens("for-a", Some("R2")))
        .respond(tokens("for-b", Some("R3")))
        .respond(tokens("for-none", None));
    let scene = Scene::new(network);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let (a, b) = (ann.for_resource([A]), ann.for_resource([B]));
    for _ in 0..2 {
        for (handle, expected) in [(&ann, "A1"), (&a, "for-a"), (&b, "for-b")] {
            assert!(handle.token(now()).unwrap().access.secret.ct_eq(expected));
        }
    }
    assert!(ann.token_other_than(&Secret::new("A1")).unwrap().access.secret.ct_eq("for-none"));
    assert_eq!(sent(&scene), [request("R1", Some(A)), request("R2", Some(B)), request("R3", None)]);

    // Another program finds each as what it is for.
    let other =
        Client::new(ScriptedTransport::new(), scene.store.clone()).with_clock(Arc::clone(&scene.time));
    let token = other.account_by_key(&key()).unwrap().for_resource([B]).token(now()).unwrap();
    assert!(token.access.secret.ct_eq("for-b") && !token.refreshed);
}

#[test]
fn a_request_bears_the_token_for_its_resource() {
    let network = ScriptedTransport::new().respond(tokens("for-a", None)).respond(json(200, "[]"));
    let scene = Scene::new(network);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    ann.for_resource([A]).send(get(API)).unwrap();
    assert_eq!(bearer(&scene.network.requests()[1]), "Bearer for-a");
}

/// More of them than a caller boards for its own refresh, were it to count those of others.
#[test]
fn threads_with_many_resources_spend_one_refresh_token_after_the_other() {
    const THREADS: usize = 8;
    let mut network = ScriptedTransport::new();
    for number in 1..=THREADS {
        network = network.respond(tokens(&format!("A{number}"), Some(&format!("R{number}"))));
    }
    let scene = Scene::new(network);
    let ann = scene.client.keep_as(&key(), credential("old", "R0", START)).unwrap();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let handle = ann.for_resource([format!("https://{number}.example/").as_str()]);
            scope.spawn(move || handle.token(now()).unwrap());
        }
    });
    let spent: Vec<String> = sent(&scene).into_iter().map(|(token, _)| token).collect();
    let expected: Vec<String> = (0..THREADS).map(|number| format!("R{number}")).collect();
    assert_eq!(spent, expected);
}

#[test]
fn what_a_key_is_for_cannot_be_chosen() {
    let scene = Scene::new(ScriptedTransport::new());
    let own = scene.client.keep_as(&key(), Credential::client_credentials(registered())).unwrap();
    let refused = own.for_resource([A]).token(now()).unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::Misuse(_)), "{refused:?}");
    assert_eq!(scene.network.requests().len(), 0);
}
