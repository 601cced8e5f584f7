//! OAuth 1.0a credentials: signed requests, and their end.

use std::time::Duration;

use countersign_client::{ErrorKind, LoggedOut, LogoutOptions};
use countersign_token::{ClientCredentials, Credential, TokenCredentials};
use countersign_transport::ScriptedTransport;
use http::Request;

use crate::scene::{API, REVOKE, Scene, bearer, get, json, now};

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
