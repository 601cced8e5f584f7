//! Service accounts through the client: kept, shared, and never one for another.
#![cfg(all(feature = "blocking", feature = "google"))]

use std::sync::Arc;

use countersign::{
    blocking,
    google::{ServiceAccount, ServiceAccountKey, TrustedHosts},
    jwt::Backend,
    store::MemoryStore,
    token::json::Value,
    transport::ScriptedTransport,
};
use http::{Request, Response};

const DRIVE: &str = "https://www.googleapis.com/auth/drive";

fn robot() -> ServiceAccount {
    let keys = Value::parse(include_bytes!("../../testkit/vectors/jwt/keys.json")).unwrap();
    let key = keys.as_object().unwrap().get("keys").unwrap().as_array().unwrap().first().unwrap();
    let mut file = countersign::token::json::Object::new();
    file.insert("type", Value::text("service_account"));
    file.insert("client_email", Value::text("robot@demo.iam.gserviceaccount.com"));
    file.insert("private_key_id", Value::text("kid1"));
    file.insert("private_key", key.as_object().unwrap().get("pem").unwrap().clone());
    let file = Value::Object(file).to_json();
    let key = ServiceAccountKey::from_json(file.expose(), &TrustedHosts::google()).unwrap();
    ServiceAccount::from_key(&key, Backend::AwsLcRs).unwrap().scopes([DRIVE])
}

fn token(text: &str) -> Response<Vec<u8>> {
    let body = format!(r#"{{"access_token":"{text}","token_type":"Bearer","expires_in":3599}}"#);
    Response::builder().header("content-type", "application/json").body(body.into_bytes()).unwrap()
}

#[test]
fn each_identity_has_a_token_of_its_own_and_keeps_it() {
    let answers = ["of-ann", "of-bob", "of-robot", "of-mail", "id-token"];
    let transport =
        answers[..4].iter().fold(ScriptedTransport::new(), |script, text| script.respond(token(text)));
    let id_token = r#"{"id_token":"eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln"}"#;
    let transport = Arc::new(transport.respond(Response::new(id_token.as_bytes().to_vec())));
    let store = MemoryStore::new();
    let identities = || {
        let client = blocking::Client::new(Arc::clone(&transport), store.clone());
        [
            client.source(robot().subject("ann@example.com")).unwrap(),
            client.source(robot().subject("bob@example.com")).unwrap(),
            client.source(robot()).unwrap(),
            client.source(robot().scopes("mail")).unwrap(),
            client.source(robot().id_token("https://service.example")).unwrap(),
        ]
    };
    let bearer = |handle: &blocking::Handle| {
        let mut request = Request::get("https://www.googleapis.com/drive/v3/files").body(Vec::new()).unwrap();
        handle.authorize(&mut request).unwrap();
        request.headers()["authorization"].to_str().unwrap().to_owned()
    };
    let first: Vec<String> = identities().iter().map(bearer).collect();
    assert_eq!(first[..4], ["Bearer of-ann", "Bearer of-bob", "Bearer of-robot", "Bearer of-mail"]);
    assert!(first[4].starts_with("Bearer eyJ"));
    assert_eq!(transport.requests().len(), 5);
    // Another client on the same store finds what is there and asks for nothing.
    let second: Vec<String> = identities().iter().map(bearer).collect();
    assert_eq!(first, second);
    assert_eq!(transport.requests().len(), 5);
}

#[test]
fn a_crowd_asks_once_for_each_set_of_scopes() {
    let answer = |request: &Request<Vec<u8>>| {
        assert_eq!(request.uri(), "https://oauth2.googleapis.com/token");
        Ok(token("shared"))
    };
    let script = (0..8).fold(ScriptedTransport::new(), |script, _| script.answer(answer));
    let transport = Arc::new(script);
    let client = blocking::Client::new(Arc::clone(&transport), MemoryStore::new());
    let robot = robot();
    std::thread::scope(|scope| {
        for caller in 0..64 {
            let handle = client.source(robot.clone().scopes(format!("scope-{}", caller % 8))).unwrap();
            scope.spawn(move || {
                let mut request = Request::get("https://www.googleapis.com/").body(Vec::new()).unwrap();
                handle.authorize(&mut request).unwrap();
                assert_eq!(request.headers()["authorization"], "Bearer shared");
            });
        }
    });
    assert_eq!(transport.requests().len(), 8);
}
