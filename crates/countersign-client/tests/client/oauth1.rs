//! OAuth 1.0a credentials: signed requests, and their end.

use std::time::Duration;

use countersign_client::{ErrorKind, LoggedOut, LogoutOptions};
use countersign_store::{ErrorKind as Trouble, FailingStore, MemoryStore, Operation};
use countersign_token::{ClientCredentials, Credential, Grant, State, TokenCredentials};
use countersign_transport::ScriptedTransport;
use http::{Request, Response};

use crate::scene::{API, REVOKE, START, Scene, bearer, get, json, now};

fn pair() -> Credential {
    Credential::oauth1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"))
}

#[test]
fn a_credential_made_elsewhere_signs() {
    let script = ScriptedTransport::new().respond(json(200, "[]")).respond(json(401, ""));
    let scene = Scene::new(script);
    let calendar = scene.client.keep("batch", pair()).unwrap();
    let form = Request::post("https://api.example/events")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(b"title=Hello".to_vec())
        .unwrap();
    assert_eq!(calendar.send(form.clone()).unwrap().status(), 200);
    // A refusal is handed on: there is nothing to refresh.
    assert_eq!(calendar.send(form.clone()).unwrap().status(), 401);
    let [first, second] = &scene.network.requests()[..] else { panic!("two requests") };
    for part in ["OAuth ", "oauth_consumer_key=\"ck\"", "oauth_token=\"tk\"", "HMAC-SHA1"] {
        assert!(bearer(first).contains(part), "{part}");
    }
    assert_ne!(bearer(first), bearer(second), "each request has a nonce of its own");
    // The form is part of the signature, so one that cannot be seen is refused.
    let error = calendar.authorize_head(&mut form.map(|_| std::io::empty())).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse(_)));
    assert!(matches!(calendar.token(now()).unwrap_err().kind(), ErrorKind::Misuse(_)));
}

#[test]
fn two_legs_sign_without_a_token() {
    let scene = Scene::new(ScriptedTransport::new());
    let own = Credential::oauth1_two_legged(ClientCredentials::new("ck", "cs"));
    let robot = scene.client.keep("robot", own).unwrap();
    let mut request = get(API);
    robot.authorize(&mut request).unwrap();
    assert!(bearer(&request).contains("oauth_consumer_key=\"ck\""));
    assert!(!bearer(&request).contains("oauth_token="));
}

#[test]
fn a_signature_is_made_for_the_time_of_the_clock() {
    let scene = Scene::new(ScriptedTransport::new());
    let calendar = scene.client.keep("batch", pair()).unwrap();
    scene.time.advance(Duration::from_secs(5));
    let mut request = get(API);
    calendar.authorize(&mut request).unwrap();
    assert!(bearer(&request).contains("oauth_timestamp=\"1700000005\""));
}

#[test]
fn a_logout_revokes_where_the_server_says_so() {
    let scene = Scene::new(ScriptedTransport::new().respond(json(503, "")).respond(json(200, "")));
    let mut stored = pair();
    stored.extra.insert_text("revocation_endpoint", REVOKE);
    let calendar = scene.client.keep("batch", stored).unwrap();
    let error = scene.client.logout(calendar.key(), LogoutOptions::new()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Answer);
    assert!(error.is_transient());
    let outcome = scene.client.logout(calendar.key(), LogoutOptions::new()).unwrap();
    assert_eq!(outcome, LoggedOut::Revoked { unsupported: 0 });
    assert!(bearer(&scene.network.requests()[1]).contains("oauth_token=\"tk\""));
    assert!(scene.client.accounts().unwrap().is_empty());
}

const RENEW: &str = "https://sp.example/token";

/// Token credentials that end in an hour, with a session.
fn session() -> Credential {
    let mut credential = pair();
    credential.extra.insert_text("oauth_session_handle", "sh");
    credential.extra.insert_text("token_credentials_endpoint", RENEW);
    credential.extra.insert_text("oauth_expires_at", START.plus_seconds(3600).to_string());
    credential
}

fn form(status: u16, body: &str) -> Response<Vec<u8>> {
    Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

fn token_of(credential: &Credential) -> &str {
    let Grant::OAuth1 { token: Some(token), .. } = &credential.grant else { panic!("token credentials") };
    token.identifier.expose()
}

#[test]
fn a_session_is_refreshed_when_its_token_has_ended() {
    let renewed = form(200, "oauth_token=t2&oauth_token_secret=s2&oauth_expires_in=3600");
    let script = ScriptedTransport::new().respond(json(200, "[]")).respond(renewed);
    let scene = Scene::new(script.respond(json(200, "[]")).respond(json(200, "[]")));
    let calendar = scene.client.keep("batch", session()).unwrap();
    calendar.send(get(API)).unwrap();
    scene.expire();
    calendar.send(get(API)).unwrap();
    calendar.send(get(API)).unwrap();
    let [before, renewal, after, later] = &scene.network.requests()[..] else { panic!("one refresh") };
    assert!(bearer(before).contains("oauth_token=\"tk\""));
    assert_eq!(renewal.uri(), RENEW);
    for part in ["oauth_token=\"tk\"", "oauth_session_handle=\"sh\""] {
        assert!(bearer(renewal).contains(part), "{part}");
    }
    for request in [after, later] {
        assert!(bearer(request).contains("oauth_token=\"t2\"") && !bearer(request).contains("session"));
    }
    // Another program starts from what was stored, the handle and the end of the new token included.
    let stored = scene.stored(calendar.key()).credential;
    assert_eq!(token_of(&stored), "t2");
    assert_eq!(stored.extra.text("oauth_session_handle"), Some("sh"));
    assert_eq!(stored.extra.text("oauth_expires_at"), Some(START.plus_seconds(7200).to_string().as_str()));
}

#[test]
fn a_server_that_says_the_token_has_expired_is_believed_once() {
    let expired = || form(401, "oauth_problem=token_expired");
    let renewed = form(200, "oauth_token=t2&oauth_token_secret=s2");
    let script = ScriptedTransport::new().respond(expired()).respond(renewed).respond(expired());
    let scene = Scene::new(script);
    let calendar = scene.client.keep("batch", session()).unwrap();
    let post = Request::post(API).body(b"x".to_vec()).unwrap();
    assert_eq!(calendar.send(post).unwrap().status(), 401);
    let requests = scene.network.requests();
    assert_eq!(requests.len(), 3, "the request, the refresh, the request");
    assert!(bearer(&requests[2]).contains("oauth_token=\"t2\""));
    assert_eq!(requests[2].body(), b"x");

    // Any other refusal is handed on, and so is this one where there is no session.
    for (credential, answer) in [
        (session(), form(401, "oauth_problem=token_rejected")),
        (session(), json(401, "")),
        (pair(), expired()),
    ] {
        let scene = Scene::new(ScriptedTransport::new().respond(answer));
        let calendar = scene.client.keep("batch", credential).unwrap();
        assert_eq!(calendar.send(get(API)).unwrap().status(), 401);
    }
}

#[test]
fn a_session_that_is_over_needs_a_login() {
    let over = form(401, "oauth_problem=token_rejected");
    let scene = Scene::new(ScriptedTransport::new().respond(over).respond(json(200, "[]")));
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.expire();
    let error = calendar.send(get(API)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NeedsLogin { account } if account == "batch"), "{error:?}");
    assert!(matches!(scene.stored(calendar.key()).credential.state, State::NeedsLogin { .. }));

    // A server in trouble says nothing of the session.
    let scene = Scene::new(ScriptedTransport::new().respond(form(503, "")));
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.expire();
    assert!(calendar.send(get(API)).unwrap_err().is_transient());
    assert_eq!(scene.stored(calendar.key()).credential.state, State::Ok);

    // When the person's consent has ended, nobody is asked.
    let mut ended = session();
    ended.extra.insert_text("oauth_authorization_expires_at", START.plus_seconds(60).to_string());
    let scene = Scene::new(ScriptedTransport::new());
    let calendar = scene.client.keep("batch", ended).unwrap();
    scene.expire();
    assert!(matches!(calendar.send(get(API)).unwrap_err().kind(), ErrorKind::NeedsLogin { .. }));
}

#[test]
fn another_program_s_refresh_of_a_session_is_taken_over() {
    let scene = Scene::new(ScriptedTransport::new().respond(json(200, "[]")));
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.expire();
    let mut theirs = session();
    theirs.grant =
        Credential::oauth1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("t3", "s3")).grant;
    theirs.extra.insert_text("oauth_expires_at", START.plus_seconds(9000).to_string());
    scene.plant(calendar.key(), &theirs);
    calendar.send(get(API)).unwrap();
    let [request] = &scene.network.requests()[..] else { panic!("no refresh of our own") };
    assert!(bearer(request).contains("oauth_token=\"t3\""));

    // The same when it is the server that says so: what is stored is another token than the one it refused.
    let expired = form(401, "oauth_problem=token_expired");
    let scene = Scene::new(ScriptedTransport::new().respond(expired).respond(json(200, "[]")));
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.plant(calendar.key(), &theirs);
    calendar.send(get(API)).unwrap();
    let [_, again] = &scene.network.requests()[..] else { panic!("no refresh of our own") };
    assert!(bearer(again).contains("oauth_token=\"t3\""));
}

fn of_another_time() -> Response<Vec<u8>> {
    let mut refusal = form(401, "oauth_problem=timestamp_refused");
    // An hour ahead of the scene.
    refusal.headers_mut().insert("date", "Tue, 14 Nov 2023 23:13:20 GMT".parse().unwrap());
    refusal
}

#[test]
fn the_server_s_clock_is_followed_when_that_was_asked_for() {
    let script = ScriptedTransport::new().respond(of_another_time()).respond(json(200, "[]"));
    let mut scene = Scene::new(script.respond(json(200, "[]")).respond(of_another_time()));
    scene.client = scene.client.follow_server_clock();
    let calendar = scene.client.keep("batch", pair()).unwrap();
    assert_eq!(calendar.send(get(API)).unwrap().status(), 200);
    assert_eq!(calendar.send(get(API)).unwrap().status(), 200);
    // A server that refuses its own time is not asked for ever.
    assert_eq!(calendar.send(get(API)).unwrap().status(), 401);
    let requests = scene.network.requests();
    let times: Vec<bool> =
        requests.iter().map(|request| bearer(request).contains("oauth_timestamp=\"1700003600\"")).collect();
    assert_eq!(times, [false, true, true, true]);

    let scene = Scene::new(ScriptedTransport::new().respond(of_another_time()));
    let calendar = scene.client.keep("batch", pair()).unwrap();
    assert_eq!(calendar.send(get(API)).unwrap().status(), 401, "nobody asked for it");
}

#[test]
fn a_logout_revokes_by_get_as_the_predecessors_did() {
    let revoked = form(401, "oauth_problem=token_revoked");
    let scene = Scene::new(ScriptedTransport::new().respond(revoked).respond(form(401, "")));
    let mut stored = pair();
    stored.extra.insert_text("revocation_endpoint", REVOKE);
    stored.extra.insert_text("revocation_method", "GET");
    let calendar = scene.client.keep("batch", stored.clone()).unwrap();
    let outcome = scene.client.logout(calendar.key(), LogoutOptions::new()).unwrap();
    assert_eq!(outcome, LoggedOut::Revoked { unsupported: 0 }, "it was dead before");
    assert_eq!(scene.network.requests()[0].method(), "GET");

    // A 401 that says no more proves nothing.
    let calendar = scene.client.keep("batch", stored).unwrap();
    let error = scene.client.logout(calendar.key(), LogoutOptions::new()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error:?}");
    assert_eq!(scene.client.accounts().unwrap().len(), 1);
}

#[test]
fn what_a_session_gave_is_stored_before_it_is_used() {
    let renewed = form(200, "oauth_token=t2&oauth_token_secret=s2&oauth_session_handle=sh2");
    let script = ScriptedTransport::new().respond(renewed).respond(json(200, "[]"));
    let store = FailingStore::new(MemoryStore::new());
    let scene = Scene::with_store(script, store.clone());
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.expire();
    store.fail_always(Operation::Save, Trouble::Unavailable);
    for _ in 0..3 {
        assert_eq!(calendar.send(get(API)).unwrap_err().kind(), &ErrorKind::NotPersisted);
    }
    assert_eq!(token_of(&scene.stored(calendar.key()).credential), "tk");
    store.recover();
    calendar.send(get(API)).unwrap();
    let [_, request] = &scene.network.requests()[..] else { panic!("the server is asked once") };
    assert!(bearer(request).contains("oauth_token=\"t2\""));
    let stored = scene.stored(calendar.key()).credential;
    assert_eq!((token_of(&stored), stored.extra.text("oauth_session_handle")), ("t2", Some("sh2")));

    // A login meanwhile wins.
    let renewed = form(200, "oauth_token=t2&oauth_token_secret=s2");
    let store = FailingStore::new(MemoryStore::new());
    let script = ScriptedTransport::new().respond(renewed).respond(json(200, "[]"));
    let scene = Scene::with_store(script, store.clone());
    let calendar = scene.client.keep("batch", session()).unwrap();
    scene.expire();
    store.fail_always(Operation::Save, Trouble::Unavailable);
    calendar.send(get(API)).unwrap_err();
    store.recover();
    let mut theirs = session();
    theirs.extra.insert_text("oauth_expires_at", START.plus_seconds(9000).to_string());
    scene.plant(calendar.key(), &theirs);
    calendar.send(get(API)).unwrap();
    assert!(bearer(&scene.network.requests()[1]).contains("oauth_token=\"tk\""));
}
