//! Requests authorized and sent.

use crate::scene::{
    API, START, Scene, bearer, credential, get, json, key, needs_login, now, refused, tokens,
};
use countersign_client::{ErrorKind, blocking::Client};
use countersign_store::MemoryStore;
use countersign_token::State;
use countersign_transport::{ErrorKind as Broken, ScriptedTransport};
use countersign_wire::flow::Sent;
use http::Request;

fn agent(request: &Request<Vec<u8>>) -> String {
    request.headers()["user-agent"].to_str().unwrap().to_owned()
}

fn ours() -> String {
    format!("countersign/{}", env!("CARGO_PKG_VERSION"))
}

#[test]
fn a_request_is_authorized_whatever_its_body() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let mut request = Request::post(API).header("AUTHORIZATION", "Basic b2xk").body("text").unwrap();
    ann.authorize(&mut request).unwrap();
    assert_eq!(request.headers().get_all("authorization").iter().count(), 1);
    assert_eq!(request.headers()["authorization"], "Bearer A1");
    let mut stream = Request::post(API).body(std::io::empty()).unwrap();
    ann.authorize_head(&mut stream).unwrap();
    assert_eq!(stream.headers()["authorization"], "Bearer A1");
}

#[test]
fn a_credential_never_travels_in_clear() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A2", None)));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    for url in [
        "http://api.example/",
        "http://localhost/",
        "http://127.0.0.1:80@api.example/",
        "ftp://api.example/",
        "/files",
    ] {
        let mut request = get(url);
        let error = ann.authorize(&mut request).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse(_)), "{url}: {error:?}");
        assert!(request.headers().is_empty(), "{url}");
        // Nor is anything refreshed for it.
        assert_eq!(scene.token_requests().len(), 0, "{url}");
    }
    assert!(ann.authorize(&mut get("http://127.0.0.1:8080/")).is_ok());
    assert!(ann.authorize(&mut get("http://[::1]:8080/")).is_ok());
}

#[test]
fn the_user_agent_is_the_application_s_then_ours_and_a_caller_s_own_is_kept() {
    let script = || ScriptedTransport::new().respond(tokens("A2", None)).respond(json(200, "[]"));
    // Of the client, on both requests.
    let scene = Scene::new(script());
    let client = scene.client.clone().with_user_agent("Client/1").unwrap();
    let ann = client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    ann.send(get(API)).unwrap();
    for request in scene.network.requests() {
        assert_eq!(agent(&request), format!("Client/1 {}", ours()));
    }
    // Of the stored credential.
    let scene = Scene::new(script());
    let client = scene.client.clone().with_user_agent("Client/1").unwrap();
    let mut stored = credential("A1", "R1", START);
    stored.user_agent = Some("Login/2".into());
    let ann = client.keep_as(&key(), stored).unwrap();
    scene.expire();
    let request = Request::get(API).header("user-agent", "caller/3").body(Vec::new()).unwrap();
    ann.send(request).unwrap();
    let [token, call] = &scene.network.requests()[..] else { panic!("two requests") };
    assert_eq!(agent(token), format!("Login/2 {}", ours()));
    assert_eq!(agent(call), "caller/3");
    // Without either.
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let mut request = get(API);
    ann.authorize(&mut request).unwrap();
    assert_eq!(agent(&request), ours());
    assert!(Client::new(ScriptedTransport::new(), MemoryStore::new()).with_user_agent("a\nb").is_err());
}

#[test]
fn a_401_is_answered_by_one_refresh_and_one_repetition() {
    let script = ScriptedTransport::new()
        .respond(json(401, "first"))
        .respond(tokens("A2", Some("R2")))
        .respond(json(401, "second"));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let request = Request::put(API).body(b"content".to_vec()).unwrap();
    let response = ann.send(request).unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (401, &b"second"[..]));
    let [first, _, second] = &scene.network.requests()[..] else { panic!("three requests") };
    assert_eq!((bearer(first), &first.body()[..]), ("Bearer A1", &b"content"[..]));
    assert_eq!((bearer(second), &second.body()[..]), ("Bearer A2", &b"content"[..]));
}

#[test]
fn other_answers_are_handed_on_as_they_are() {
    for status in [200, 204, 302, 400, 403, 404, 500, 503] {
        let scene = Scene::new(ScriptedTransport::new().respond(json(status, "body")));
        let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
        assert_eq!(ann.send(get(API)).unwrap().status(), status);
        assert_eq!(scene.network.requests().len(), 1);
    }
}

#[test]
fn the_token_endpoint_s_answer_never_takes_the_place_of_the_server_s() {
    let script = ScriptedTransport::new().respond(json(401, "api")).respond(refused("invalid_grant"));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    assert_eq!(ann.send(get(API)).unwrap_err().kind(), &needs_login());

    let script = ScriptedTransport::new().respond(json(401, "api")).respond(json(503, "token"));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    assert_eq!(ann.send(get(API)).unwrap_err().kind(), &ErrorKind::Answer);

    // Once more, the grant being known to be over.
    let script = ScriptedTransport::new().respond(json(401, "api"));
    let over = Scene::new(script);
    let mut stored = credential("A1", "R1", START);
    stored.state = State::NeedsLogin { since: START };
    let ann = over.client.keep_as(&key(), stored).unwrap();
    assert_eq!(ann.send(get(API)).unwrap_err().kind(), &needs_login());

    // Without a refresh token there is nobody to ask.
    let scene = Scene::new(ScriptedTransport::new().respond(json(401, "api")));
    let ann = scene.client.keep_as(&key(), credential("A1", "", START)).unwrap();
    let response = ann.send(get(API)).unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (401, &b"api"[..]));
}

#[test]
fn a_connection_that_fails_is_named_by_its_host() {
    let scene = Scene::new(ScriptedTransport::new().fail(Broken::Connect, Sent::No));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let error = ann.send(get("https://api.example:8443/files?q=private")).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Network);
    assert!(error.is_transient());
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no connection to api.example:8443");
    // So is the token endpoint's, of which a flow is told nothing but that it failed.
    let script = ScriptedTransport::new().fail(Broken::Resolve, Sent::Maybe);
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let error = ann.token(now()).unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "no address found for as.example");
}
