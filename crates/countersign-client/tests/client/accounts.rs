//! Accounts by name, and their end.

use crate::scene::{
    API, REVOKE, START, Scene, TOKEN, credential, get, json, key, now, refused, registered, tokens,
};
use countersign_client::{ErrorKind, LoggedOut, LogoutOptions};
use countersign_flow::{ClientCredentialsSource, ClientRegistration, Endpoint};
use countersign_store::{ErrorKind as Trouble, Store};
use countersign_token::Key;
use countersign_transport::{ErrorKind as Broken, ScriptedTransport};
use countersign_wire::{flow::Sent, form};

#[test]
fn an_account_is_found_by_its_name_or_its_key() {
    let scene = Scene::new(ScriptedTransport::new());
    scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    for name in ["ann", &key().to_text()] {
        let found = scene.client.account(name).unwrap();
        assert_eq!(found.key(), &key());
        assert_eq!(found.record().unwrap().key, key());
    }
    assert_eq!(scene.client.accounts().unwrap(), [key()]);
}

#[test]
fn one_that_does_not_exist_is_answered_with_those_that_do() {
    let scene = Scene::new(ScriptedTransport::new());
    let error = scene.client.account("ann").unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NoSuchAccount { name: "ann".into(), known: vec![] });
    scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let error = scene.client.account("bob").unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NoSuchAccount { name: "bob".into(), known: vec!["ann".into()] });
    assert_eq!(error.to_string(), "no account \"bob\" is stored; there are: ann");
}

#[test]
fn two_of_one_name_are_told_apart_by_their_keys() {
    let scene = Scene::new(ScriptedTransport::new());
    let other = Key::new("https://other.example", "demo", "ann");
    for key in [&key(), &other] {
        scene.client.keep_as(key, credential("A1", "R1", START)).unwrap();
    }
    let error = scene.client.account("ann").unwrap_err();
    let ErrorKind::Ambiguous { name, keys } = error.kind() else { panic!("{error:?}") };
    assert_eq!(name, "ann");
    assert!(keys.contains(&key()) && keys.contains(&other));
    assert!(error.to_string().contains(&other.to_text()));
    assert_eq!(scene.client.account(&other.to_text()).unwrap().key(), &other);
}

#[test]
fn what_is_kept_twice_is_replaced() {
    let scene = Scene::new(ScriptedTransport::new());
    let first = scene.client.keep("batch", credential("A1", "R1", START)).unwrap();
    scene.client.keep("batch", credential("A2", "R2", START)).unwrap();
    assert_eq!(scene.client.accounts().unwrap().len(), 1);
    assert_eq!(first.key(), &Key::new("https://as.example", "demo", "batch"));
    assert!(first.token(now()).unwrap().access.secret.ct_eq("A2"));
}

#[test]
fn a_client_s_own_grant_goes_by_the_client_s_name() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A1", None)));
    let endpoint = Endpoint::new("token_endpoint", TOKEN).unwrap();
    let registration = ClientRegistration::confidential("robot", "s3cret");
    let source = ClientCredentialsSource::new("https://as.example", endpoint, registration, "files");
    let robot = scene.client.source(source).unwrap();
    robot.token(now()).unwrap();
    assert_eq!(scene.client.account("robot").unwrap().key(), robot.key());
}

#[test]
fn a_logout_revokes_the_refresh_token_first_and_then_forgets() {
    let scene = Scene::new(ScriptedTransport::new().respond(json(200, "")).respond(json(200, "")));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let outcome = scene.client.logout(ann.key(), LogoutOptions::new()).unwrap();
    assert_eq!(outcome, LoggedOut::Revoked { unsupported: 0 });
    let revoked: Vec<_> = scene
        .network
        .requests()
        .iter()
        .map(|request| {
            assert_eq!(request.uri(), REVOKE);
            let form = form::parse(std::str::from_utf8(request.body()).unwrap()).unwrap();
            form.first("token").unwrap().to_owned()
        })
        .collect();
    assert_eq!(revoked, ["R1", "A1"]);
    assert!(scene.store.load(&key()).unwrap().is_none());
    // A handle that is left knows nothing any more.
    let error = ann.send(get(API)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSuchAccount { .. }));
    let error = scene.client.logout(ann.key(), LogoutOptions::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSuchAccount { .. }));
}

#[test]
fn a_server_that_is_not_reached_or_says_no_leaves_the_record() {
    let cases: [(ScriptedTransport, fn(&ErrorKind) -> bool); 3] = [
        (ScriptedTransport::new().fail(Broken::Timeout, Sent::Maybe), |kind| *kind == ErrorKind::Network),
        (ScriptedTransport::new().respond(json(503, "")), |kind| *kind == ErrorKind::Answer),
        (ScriptedTransport::new().respond(refused("invalid_client")), |kind| {
            matches!(kind, ErrorKind::Refused(_))
        }),
    ];
    for (script, expected) in cases {
        let scene = Scene::new(script);
        let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
        let error = scene.client.logout(ann.key(), LogoutOptions::new()).unwrap_err();
        assert!(expected(error.kind()), "{error:?}");
        assert!(scene.store.load(&key()).unwrap().is_some());
        // Which the person may do all the same.
        let sent = scene.network.requests().len();
        let outcome = scene.client.logout(ann.key(), LogoutOptions::new().local_only(true)).unwrap();
        assert_eq!(outcome, LoggedOut::LocalOnly);
        assert!(scene.store.load(&key()).unwrap().is_none());
        assert_eq!(scene.network.requests().len(), sent);
    }
}

#[test]
fn a_server_without_revocation_is_said_to_have_none() {
    let scene = Scene::new(ScriptedTransport::new());
    let mut stored = credential("A1", "R1", START);
    let mut client = registered();
    client.revocation_endpoint = None;
    stored.client = Some(client);
    let ann = scene.client.keep_as(&key(), stored).unwrap();
    assert_eq!(scene.client.logout(ann.key(), LogoutOptions::new()).unwrap(), LoggedOut::NotOffered);
    assert!(scene.store.load(&key()).unwrap().is_none());
}

#[test]
fn a_logout_waits_for_nobody_s_refresh_for_ever() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let _held = scene.store.lock(&key(), now()).unwrap();
    let error = scene.client.logout(ann.key(), LogoutOptions::new()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Store(Trouble::Locked));
    assert_eq!(scene.network.requests().len(), 0);
}
