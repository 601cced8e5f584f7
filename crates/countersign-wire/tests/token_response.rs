//! Token responses as providers send them, official and odd.
#![cfg(feature = "json")]

use countersign_token::{Expiry, Timestamp};
use countersign_wire::{
    Error,
    response::{DeviceResponse, ErrorCode, Lifetime, Oddity, TokenResponse, Tolerance},
};
use http::Response;
use serde_json::Value;
use testkit::vectors::Suite;

fn response(status: u16, content_type: Option<&str>, body: &str) -> Response<Vec<u8>> {
    let mut builder = Response::builder().status(status);
    if let Some(content_type) = content_type {
        builder = builder.header("content-type", content_type);
    }
    builder.body(body.as_bytes().to_vec()).unwrap()
}

fn parse(case: &Value) -> Result<TokenResponse, Error> {
    let input = &case["input"];
    let response = response(
        u16::try_from(input["status"].as_u64().unwrap()).unwrap(),
        input["content_type"].as_str(),
        input["body"].as_str().unwrap(),
    );
    TokenResponse::parse_with(&response, &tolerance(case["id"].as_str().unwrap()))
}

/// How the provider's answers are read where no specification says so.
fn tolerance(id: &str) -> Tolerance {
    let mut tolerance = Tolerance::default();
    if id.contains("slack") {
        tolerance.bearer_types = vec!["bot".into(), "user".into()];
        tolerance.nested = vec!["authed_user".into()];
    }
    tolerance
}

fn check(case: &Value) {
    let id = &case["id"];
    let is_of_device_endpoint = case["input"]["body"].as_str().unwrap().contains("device_code");
    if is_of_device_endpoint {
        return check_device(id, case);
    }
    let expected = &case["expected"];
    match (parse(case), expected["ok"].as_bool().unwrap_or(expected["access_token"].is_string())) {
        (Ok(answer), true) => check_success(id, &answer, expected),
        (Err(error), false) => check_refusal(id, &error, expected),
        (answer, _) => panic!("{id}: {answer:?}"),
    }
}

fn check_device(id: &Value, case: &Value) {
    let body = case["input"]["body"].as_str().unwrap();
    let answer =
        DeviceResponse::parse_with(&response(200, Some("application/json"), body), &Tolerance::default())
            .unwrap();
    let expected = &case["expected"];
    if let Some(uri) = expected["verification_uri"].as_str() {
        assert_eq!(
            (answer.verification_uri.as_str(), &answer.oddities[..]),
            (uri, &[Oddity::VerificationUrl][..]),
            "{id}"
        );
    }
    if let Some(seconds) = expected["expires_in"].as_u64() {
        assert_eq!(answer.lifetime.as_secs(), seconds, "{id}");
        assert_eq!(answer.interval.as_secs(), expected["interval"].as_u64().unwrap(), "{id}");
        assert_eq!(answer.oddities, [Oddity::NumberAsText], "{id}");
    }
}

fn check_success(id: &Value, answer: &TokenResponse, expected: &Value) {
    if let Some(token) = expected["access_token"].as_str() {
        assert_eq!(answer.access_token.expose(), token, "{id}");
    }
    if let Some(seconds) = expected["expires_in"].as_u64() {
        let expiry = answer.lifetime.from_request(Timestamp::from_unix(1000));
        let end = Timestamp::from_unix(1000 + i64::try_from(seconds).unwrap());
        assert_eq!(expiry, Expiry::At(end), "{id}");
    }
    if expected.get("expires_in").is_some_and(Value::is_null) || expected["expiry"].is_string() {
        assert_eq!(answer.lifetime, Lifetime::Unknown, "{id}");
    }
    if let Some(scopes) = expected["scope"].as_array() {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str().unwrap()).collect();
        assert_eq!(answer.scopes.as_ref().unwrap().iter().collect::<Vec<_>>(), scopes, "{id}");
    }
    if expected["keep_old_refresh_token"] == true {
        assert!(answer.refresh_token.is_none(), "{id}");
    }
    if let Some(token) = expected["refresh_token"].as_str() {
        assert_eq!(answer.refresh_token.as_ref().unwrap().secret().expose(), token, "{id}");
    }
    match &expected["extra"] {
        Value::Object(extra) => {
            extra.keys().for_each(|name| assert!(answer.extra.get(name).is_some(), "{id}: {name}"))
        }
        Value::Array(extra) => {
            extra
                .iter()
                .for_each(|name| assert!(answer.extra.get(name.as_str().unwrap()).is_some(), "{id}: {name}"));
        }
        _ => {}
    }
    for token in expected["tokens"].as_array().into_iter().flatten() {
        assert_eq!(answer.access_token.expose(), token["access_token"].as_str().unwrap(), "{id}");
        assert!(answer.oddities.contains(&Oddity::Nested), "{id}");
    }
    if expected["token_type"].as_str().is_some_and(|text| text.starts_with("Bearer (from")) {
        assert!(answer.oddities.contains(&Oddity::TokenTypeAlias), "{id}");
    }
    if expected["token_type"].as_str().is_some_and(|text| text.contains("assumed")) {
        assert!(answer.oddities.contains(&Oddity::TokenTypeAssumed), "{id}");
    }
}

fn check_refusal(id: &Value, error: &Error, expected: &Value) {
    let expected_error = expected["error"].as_str().unwrap();
    match error {
        Error::Refused(refusal) => {
            let alias = expected_error.split(' ').next().unwrap();
            if let Some(seconds) = expected["new_interval"].as_u64() {
                assert_eq!(refusal.detail("interval"), Some(seconds.to_string().as_str()), "{id}");
            }
            let declined = refusal.code.as_str() == "authorization_declined" && alias == "access_denied";
            assert!(refusal.code.as_str() == alias || declined, "{id}: {error:?}");
            if let Some(description) = expected["description"].as_str() {
                assert_eq!(refusal.description(), Some(description), "{id}");
            }
        }
        Error::NotAnAnswer { status: 503 } => {
            assert_eq!((expected_error, error.is_transient()), ("http_503", true), "{id}");
        }
        Error::NotAnAnswer { .. } => assert_eq!(expected_error, "not_a_token_response", "{id}"),
        Error::TokenType => assert!(expected_error.starts_with("unsupported_token_type"), "{id}"),
        Error::Missing { name } => assert_eq!(expected_error, format!("missing {name}"), "{id}"),
        Error::Malformed { .. } | Error::Json(_) | Error::Repeated { .. } => {
            assert!(expected_error.starts_with("malformed"), "{id}: {error:?}");
        }
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn tolerated_and_refused_as_listed() {
    Suite::open("protocol", "token_response_leniency.json", "/vectors").run(check);
}

#[test]
fn the_examples_of_the_specifications() {
    Suite::open("protocol", "token_response.json", "/vectors").run(|case| {
        if case["expected"]["token_type"] == "example" {
            // RFC 6749 §7.1: a token of an unknown type must not be used.
            assert_eq!(parse(case).unwrap_err(), Error::TokenType);
        } else {
            check(case);
        }
    });
}

#[test]
fn a_refusal_with_html_is_told_from_one_with_words() {
    let error = TokenResponse::parse(&response(404, Some("text/html"), "<html>a=b</html>")).unwrap_err();
    assert_eq!(error, Error::NotAnAnswer { status: 404 });
    assert!(!error.is_transient());
}

#[test]
fn a_repeated_form_name_is_refused() {
    let body = "access_token=a&access_token=b&token_type=bearer";
    let error = TokenResponse::parse(&response(200, Some("text/plain"), body)).unwrap_err();
    assert_eq!(error, Error::Repeated { name: "access_token".into() });
}

#[test]
fn retry_after_and_codes_are_typed() {
    let mut answer = response(503, Some("application/json"), r#"{"error":"temporarily_unavailable"}"#);
    answer.headers_mut().insert("retry-after", "7".parse().unwrap());
    let Error::Refused(refusal) = TokenResponse::parse(&answer).unwrap_err() else { panic!() };
    assert_eq!(refusal.code, ErrorCode::TemporarilyUnavailable);
    assert_eq!(refusal.retry_after.unwrap().as_secs(), 7);
    assert!(refusal.is_transient());
}

#[test]
fn words_of_the_server_are_made_fit_to_be_shown_and_scrubbed() {
    let body =
        r#"{"error":"invalid_grant","error_description":"bad\r\n\u001b[31mtoken 1//refresh-token\u202e"}"#;
    let Error::Refused(mut refusal) =
        TokenResponse::parse(&response(400, Some("application/json"), body)).unwrap_err()
    else {
        panic!()
    };
    assert_eq!(refusal.description(), Some("bad [31mtoken 1//refresh-token"));
    refusal.scrub(&"1//refresh-token".into());
    assert_eq!(refusal.description(), Some("bad [31mtoken [secret]"));
}

#[test]
fn a_secret_that_was_cut_off_leaves_no_beginning() {
    let secret = "rt-0123456789-0123456789";
    let body = format!(r#"{{"error":"invalid_grant","error_description":"{}{secret}"}}"#, "x".repeat(1010));
    let Error::Refused(mut refusal) =
        TokenResponse::parse(&response(400, Some("application/json"), &body)).unwrap_err()
    else {
        panic!()
    };
    assert!(refusal.description().unwrap().ends_with("rt-0123456789-…"));
    refusal.scrub(&secret.into());
    assert!(refusal.description().unwrap().ends_with("xx[secret]"), "{:?}", refusal.description());
}

#[test]
fn nesting_is_limited() {
    let deep = format!(r#"{{"access_token":"a","x":{}{}}}"#, "[".repeat(64), "]".repeat(64));
    let error = TokenResponse::parse(&response(200, Some("application/json"), &deep)).unwrap_err();
    assert_eq!(error, Error::Json(countersign_token::json::JsonError::TooDeep));
}
