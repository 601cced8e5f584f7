//! The requests for each type of file are those of google-auth.

use countersign_google::Credentials;
use countersign_jwt::{Backend, Unverified};
use countersign_wire::form;
use http::Request;
use serde_json::{Map, Value};
use testkit::vectors::Suite;

use crate::support::{google, json, play, rsa};

/// A request as the vectors write it down.
fn written(request: &Request<Vec<u8>>) -> Value {
    let mut written = Map::new();
    written.insert("method".into(), request.method().as_str().into());
    written.insert("url".into(), request.uri().to_string().into());
    let mut headers = Map::new();
    for name in ["authorization", "metadata", "metadata-flavor"] {
        if let Some(value) = request.headers().get(name) {
            headers.insert(name.into(), value.to_str().unwrap().into());
        }
    }
    if !headers.is_empty() {
        written.insert("headers".into(), headers.into());
    }
    let body = core::str::from_utf8(request.body()).unwrap();
    match request.headers().get("content-type").map(|kind| kind.to_str().unwrap()) {
        None => assert!(body.is_empty()),
        Some("application/json") => drop(written.insert("json".into(), serde_json::from_str(body).unwrap())),
        Some(_) => {
            let pairs = form::parse(body).unwrap();
            let fields: Map<String, Value> = pairs
                .iter()
                .map(|(name, value)| {
                    (name.into(), if name == "assertion" { asserted(value) } else { value.into() })
                })
                .collect();
            written.insert("form".into(), fields.into());
        }
    }
    written.into()
}

/// Header and claims, without the times, and without the identifier that only ours has.
fn asserted(token: &str) -> Value {
    let token = Unverified::parse(token).unwrap();
    let claims: Value = serde_json::from_str(token.claims().unwrap().to_json().expose()).unwrap();
    let Value::Object(mut claims) = claims else { panic!("claims are an object") };
    for name in ["iat", "exp", "jti"] {
        assert!(claims.remove(name).is_some(), "{name}");
    }
    let header = countersign_token::json::Value::Object(token.header().clone()).to_json();
    serde_json::json!({"header": serde_json::from_str::<Value>(header.expose()).unwrap(), "claims": claims})
}

#[test]
fn the_requests_are_those_of_google_auth() {
    Suite::open("google", "google_auth.json", "/requests").run(|case| {
        let mut file = case["file"].clone();
        if file["private_key"] == "rsa" {
            file["private_key"] = rsa().0.into();
        }
        let credentials = Credentials::from_json(file.to_string(), &google()).unwrap();
        let source = match case["audience"].as_str() {
            Some(audience) => credentials.id_token_source(audience, Backend::AwsLcRs),
            None => credentials.source(case["scopes"].as_str().unwrap(), Backend::AwsLcRs),
        };
        let mut expected = case["requests"].as_array().unwrap().clone();
        // A member that is null is one that is not there.
        for body in expected.iter_mut().filter_map(|request| request.get_mut("json")?.as_object_mut()) {
            body.retain(|_, value| !value.is_null());
        }
        let answers = expected.iter().map(|request| match request["url"].as_str().unwrap() {
            url if url.contains("169.254") => json(200, r#"{"access_token":"azure"}"#),
            url if url.ends_with(":generateAccessToken") => {
                json(200, r#"{"accessToken":"x","expireTime":"2030-11-14T23:13:20Z"}"#)
            }
            _ if case["audience"].is_string() => json(200, r#"{"id_token":"h.p.s"}"#),
            _ => json(200, r#"{"access_token":"base","token_type":"Bearer","expires_in":3599}"#),
        });
        let played = play(source.unwrap().begin(None).unwrap(), answers);
        let sent: Vec<Value> = played.requests.iter().map(written).collect();
        assert_eq!(sent, expected, "{}", case["id"]);
        assert!(played.end.unwrap().is_ok());
    });
}
