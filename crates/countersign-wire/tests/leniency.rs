//! The table of what is tolerated, row by row: what becomes of it usually, and what in strict mode.
#![cfg(feature = "json")]

use countersign_token::{Expiry, Scopes, Timestamp, json::JsonError};
use countersign_wire::{
    Error,
    response::{Oddity, TokenResponse, Tolerance},
};
use http::Response;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Clone, Copy)]
struct Answer<'a> {
    status: u16,
    kind: &'a str,
    body: &'a str,
}

const fn json(body: &str) -> Answer<'_> {
    Answer { status: 200, kind: JSON, body }
}

/// An answer whose rest is as it should be.
fn member(member: &str) -> String {
    format!(r#"{{"access_token":"a","token_type":"bearer",{member}}}"#)
}

fn response(answer: Answer<'_>) -> Response<Vec<u8>> {
    let mut response = Response::builder().status(answer.status);
    if !answer.kind.is_empty() {
        response = response.header("content-type", answer.kind);
    }
    response.body(answer.body.as_bytes().to_vec()).unwrap()
}

/// What was odd about it, or why it is refused.
fn read(answer: Answer<'_>, tolerance: &Tolerance) -> Result<Vec<Oddity>, Error> {
    TokenResponse::parse_with(&response(answer), tolerance).map(|answer| answer.oddities)
}

fn check(
    row: u32,
    answer: Answer<'_>,
    usually: Result<&[Oddity], Error>,
    strictly: Result<&[Oddity], Error>,
) {
    let owned = |result: Result<&[Oddity], Error>| result.map(<[Oddity]>::to_vec);
    assert_eq!(read(answer, &Tolerance::default()), owned(usually), "row {row}: {}", answer.body);
    assert_eq!(read(answer, &Tolerance::strict()), owned(strictly), "row {row}, strict: {}", answer.body);
}

/// Tolerated and reported; refused by the oddity's name in strict mode.
fn tolerated(row: u32, answer: Answer<'_>, oddities: &[Oddity]) {
    check(row, answer, Ok(oddities), Err(Error::Odd(oddities[0])));
}

/// The same in both modes.
fn both(row: u32, answer: Answer<'_>, result: Result<&[Oddity], Error>) {
    check(row, answer, result.clone(), result);
}

fn malformed(name: &'static str) -> Error {
    Error::Malformed { name }
}

const fn not_an_answer(status: u16) -> Error {
    Error::NotAnAnswer { status }
}

#[test]
fn rows_1_to_3_bodies_of_other_kinds() {
    let form = "access_token=a&token_type=bearer";
    for kind in [FORM, "application/x-www-form-urlencoded; charset=utf-8", "text/plain", ""] {
        tolerated(1, Answer { status: 200, kind, body: form }, &[Oddity::FormBody]);
    }
    let body = r#"{"access_token":"a","token_type":"bearer"}"#;
    for kind in ["text/javascript", "text/html", "text/plain", FORM, ""] {
        tolerated(2, Answer { status: 200, kind, body }, &[Oddity::ContentType]);
    }
    for kind in ["application/json; charset=utf-8", "application/token+json", "Application/JSON"] {
        both(2, Answer { status: 200, kind, body }, Ok(&[]));
    }
    tolerated(2, json(&format!("\u{feff}{body}")), &[Oddity::ByteOrderMark]);
    for (kind, body) in
        [("text/html", "<html>a=b</html>"), ("text/plain", "<p>a=b"), (JSON, "oops"), ("", ""), (JSON, "[]")]
    {
        both(3, Answer { status: 200, kind, body }, Err(not_an_answer(200)));
    }
}

#[test]
fn rows_4_to_8_errors() {
    let code = |answer, tolerance: &Tolerance| match read(answer, tolerance) {
        Err(Error::Refused(refusal)) => refusal.code.as_str().to_string(),
        other => panic!("{other:?}"),
    };
    let (usual, strict) = (Tolerance::default(), Tolerance::strict());
    let with_token = member(r#""error":"invalid_scope""#);
    for status in [200, 400, 401, 500] {
        for body in [r#"{"error":"invalid_scope"}"#, &with_token] {
            let answer = Answer { status, kind: JSON, body };
            assert_eq!(
                (code(answer, &usual), code(answer, &strict)),
                ("invalid_scope".into(), "invalid_scope".into())
            );
        }
    }
    let slack = json(r#"{"ok":false}"#);
    assert_eq!(code(slack, &usual), "unknown_error");
    assert_eq!(read(slack, &strict), Err(Error::Odd(Oddity::ErrorShape)));
    let body = r#"{"access_token":"a","token_type":"bearer"}"#;
    for status in [201, 202, 203] {
        tolerated(5, Answer { status, kind: JSON, body }, &[Oddity::Status]);
    }
    for status in [302, 307, 400, 404, 500] {
        both(6, Answer { status, kind: JSON, body }, Err(not_an_answer(status)));
    }
    for (body, expected) in [
        (r#"{"error":{"status":"DENIED","message":"no","code":403}}"#, "DENIED"),
        (r#"{"error":{"code":403,"message":"no"}}"#, "403"),
        (r#"{"error":{"type":"OAuthException","message":"no"}}"#, "OAuthException"),
        (r#"{"error":{}}"#, "unknown_error"),
    ] {
        assert_eq!(code(json(body), &usual), expected);
        assert_eq!(read(json(body), &strict), Err(Error::Odd(Oddity::ErrorShape)));
    }
    let wechat = json(r#"{"errcode":40029,"errmsg":"invalid code"}"#);
    both(8, wechat, Err(Error::Missing { name: "access_token" }));
    let mut profile = Tolerance::default();
    profile.error_names = vec!["errcode".into()];
    let Err(Error::Refused(refusal)) = read(wechat, &profile) else { panic!("a refusal") };
    assert_eq!((refusal.code.as_str(), refusal.description()), ("40029", Some("invalid code")));
    assert!(read(json(&member(r#""errcode":0"#)), &profile).is_ok());
}

#[test]
fn row_9_lifetimes() {
    let expiry = |value: &str, tolerance: &Tolerance| {
        let body = member(&format!(r#""expires_in":{value}"#));
        TokenResponse::parse_with(&response(json(&body)), tolerance)
            .map(|answer| answer.lifetime.from_request(Timestamp::from_unix(1000)))
    };
    let at = |seconds| Ok(Expiry::At(Timestamp::from_unix(seconds)));
    let usual = Tolerance::default();
    for (value, expected, odd) in [
        ("3600", at(4600), false),
        ("\"3600\"", at(4600), true),
        ("\" 3600 \"", at(4600), true),
        ("3600.9", at(4600), true),
        ("3.6e3", at(4600), true),
        ("null", Ok(Expiry::Unknown), true),
        ("0", Ok(Expiry::Unknown), true),
        ("-5", at(1000), true),
        ("99999999999", at(1000 + 2_147_483_647), true),
        ("1e308", at(1000 + 2_147_483_647), true),
        ("\"soon\"", Err(malformed("expires_in")), false),
        ("true", Err(malformed("expires_in")), false),
        ("[]", Err(malformed("expires_in")), false),
    ] {
        assert_eq!(expiry(value, &usual), expected, "{value}");
        let strictly = if odd { Err(Error::Odd(Oddity::Lifetime)) } else { expected };
        assert_eq!(expiry(value, &Tolerance::strict()), strictly, "{value}");
    }
    let mut over = Tolerance::default();
    over.zero_is_over = true;
    assert_eq!((expiry("0", &over), expiry("\"0\"", &over)), (at(1000), at(1000)));
    assert_eq!(expiry("1", &over), at(1001));
}

#[test]
fn row_10_lifetimes_under_other_names() {
    let facebook =
        Answer { status: 200, kind: "text/plain", body: "access_token=a%7Cb&token_type=bearer&expires=60" };
    tolerated(10, facebook, &[Oddity::FormBody, Oddity::TokenCharacters, Oddity::Expires]);
    let epoch = member(r#""expires_at":"2000""#);
    both(10, json(&epoch), Ok(&[]));
    let mut profile = Tolerance::default();
    profile.expires_at = true;
    for (body, expected) in [
        (epoch.as_str(), Expiry::At(Timestamp::from_unix(2000))),
        (&member(r#""expires_on":2000"#), Expiry::At(Timestamp::from_unix(2000))),
        (&member(r#""expires_on":2000,"expires_in":60"#), Expiry::At(Timestamp::from_unix(1060))),
        (&member(r#""expires_at":0"#), Expiry::Unknown),
        (&member(r#""expires_at":{}"#), Expiry::Unknown),
    ] {
        let answer = TokenResponse::parse_with(&response(json(body)), &profile).unwrap();
        assert_eq!(answer.lifetime.from_request(Timestamp::from_unix(1000)), expected, "{body}");
    }
}

#[test]
fn rows_11_and_12_token_types() {
    tolerated(11, json(r#"{"access_token":"a"}"#), &[Oddity::TokenTypeAssumed]);
    tolerated(11, json(r#"{"access_token":"a","token_type":null}"#), &[Oddity::TokenTypeAssumed]);
    for name in ["Bearer", "bearer", "BEARER", "DPoP", "dpop"] {
        both(12, json(&format!(r#"{{"access_token":"a","token_type":"{name}"}}"#)), Ok(&[]));
    }
    for name in ["mac", "bot", "N_A", "pop", "example", ""] {
        both(12, json(&format!(r#"{{"access_token":"a","token_type":"{name}"}}"#)), Err(Error::TokenType));
    }
    both(12, json(r#"{"access_token":"a","token_type":7}"#), Err(malformed("token_type")));
}

#[test]
fn rows_13_to_15_scopes() {
    tolerated(13, json(&member(r#""scope":["a","b c"]"#)), &[Oddity::ScopeArray]);
    both(13, json(&member(r#""scope":[1]"#)), Err(malformed("scope")));
    both(13, json(&member(r#""scope":{}"#)), Err(malformed("scope")));
    let scopes = |value: &str, requested: &str, tolerance: &Tolerance| {
        let body = member(&format!(r#""scope":"{value}""#));
        let answer = TokenResponse::parse_with(&response(json(&body)), tolerance).unwrap();
        answer.into_tokens(&requested.into(), Timestamp::from_unix(0)).access.scopes
    };
    let usual = Tolerance::default();
    assert_eq!(scopes("a,b", "a b", &usual), Scopes::from("a b"));
    assert_eq!(scopes("a,b", "a,b", &usual), Scopes::from("a,b"), "a scope of that name was asked for");
    assert_eq!(scopes("a,b c", "x", &usual).len(), 2, "beside a space a comma is part of a name");
    let mut commas = Tolerance::default();
    commas.scope_commas = true;
    assert_eq!(scopes("a, b", "x", &commas), Scopes::from("a b"));
    assert_eq!(scopes("a,b", "x", &Tolerance::strict()), Scopes::from("a,b"), "space only");
    both(15, json(&member(r#""scope":"""#)), Ok(&[Oddity::ScopeEmpty]));
    assert!(scopes("", "asked", &usual).is_empty());
    let absent =
        TokenResponse::parse(&response(json(r#"{"access_token":"a","token_type":"bearer"}"#))).unwrap();
    assert_eq!(
        absent.into_tokens(&"asked".into(), Timestamp::from_unix(0)).access.scopes,
        Scopes::from("asked")
    );
}

#[test]
fn rows_16_to_19_refresh_tokens_and_nesting() {
    for value in ["\"\"", "null", "false"] {
        tolerated(18, json(&member(&format!(r#""refresh_token":{value}"#))), &[Oddity::RefreshTokenEmpty]);
    }
    both(17, json(&member(r#""refresh_token":"old""#)), Ok(&[]));
    for value in ["true", "7", "[]", "\"a b\"", "\"\\u00e9\"", "\"a\\r\\nb\""] {
        both(18, json(&member(&format!(r#""refresh_token":{value}"#))), Err(malformed("refresh_token")));
    }
    let nested = json(r#"{"authed_user":{"access_token":"a","token_type":"bearer"}}"#);
    both(19, nested, Err(Error::Missing { name: "access_token" }));
    let mut profile = Tolerance::default();
    profile.nested = vec!["team".into(), "authed_user".into()];
    assert_eq!(read(nested, &profile), Ok(vec![Oddity::Nested]));
    profile.strict = true;
    assert_eq!(read(nested, &profile), Err(Error::Odd(Oddity::Nested)));
}

#[test]
fn row_20_repeated_names() {
    both(
        20,
        json(r#"{"access_token":"a","access_token":"b","token_type":"bearer"}"#),
        Err(Error::Json(JsonError::DuplicateName)),
    );
    both(20, json(&member(r#""x":{"y":1,"y":2}"#)), Err(Error::Json(JsonError::DuplicateName)));
    let body = "access_token=a&token_type=bearer&scope=a&scope=b";
    both(20, Answer { status: 200, kind: FORM, body }, Err(Error::Repeated { name: "scope".into() }));
}

#[test]
fn row_21_tokens_that_cannot_be_sent() {
    for value in [
        "7",
        "[]",
        "\"a b\"",
        "\"a\\tb\"",
        "\"a\\r\\nX: y\"",
        "\"\\u0000\"",
        "\"\\u007f\"",
        "\"\\u00e9\"",
        "true",
    ] {
        let body = format!(r#"{{"access_token":{value},"token_type":"bearer"}}"#);
        both(21, json(&body), Err(malformed("access_token")));
    }
    for value in ["null", "\"\""] {
        let body = format!(r#"{{"access_token":{value},"token_type":"bearer"}}"#);
        both(21, json(&body), Err(Error::Missing { name: "access_token" }));
    }
    for token in ["00D!AQ", "1|2", "a\\\\b", "=", "a=b"] {
        let body = format!(r#"{{"access_token":"{token}","token_type":"bearer"}}"#);
        tolerated(21, json(&body), &[Oddity::TokenCharacters]);
    }
    for token in ["ya29.a0_-~+/==", "a"] {
        both(21, json(&format!(r#"{{"access_token":"{token}","token_type":"bearer"}}"#)), Ok(&[]));
    }
}

#[test]
fn rows_22_to_24_other_members() {
    both(22, json(&member(r#""instance_url":"https://x","n":{"a":[1,null]},"id_token":null"#)), Ok(&[]));
    let body = r#"{"error":"invalid_grant","error_description":"a\r\nb\u202e<b>\u001b[31m"}"#;
    for tolerance in [Tolerance::default(), Tolerance::strict()] {
        let Err(Error::Refused(refusal)) = read(Answer { status: 400, kind: JSON, body }, &tolerance) else {
            panic!()
        };
        assert_eq!(refusal.description(), Some("a b <b> [31m"));
    }
    both(24, json(&member(r#""id_token":7"#)), Err(malformed("id_token")));
}

#[test]
fn rows_25_to_27_and_what_is_always_refused() {
    for status in [401, 403, 404, 405, 502] {
        both(25, Answer { status, kind: "text/html", body: "<html>" }, Err(not_an_answer(status)));
    }
    let good = r#"{"access_token":"a","token_type":"bearer"}"#;
    both(26, json(&format!(" \r\n\t{good}\r\n ")), Ok(&[]));
    for after in ["\0", "{}", " x", ",", "]"] {
        let result = read(json(&format!("{good}{after}")), &Tolerance::default());
        assert!(matches!(result, Err(Error::Json(JsonError::Syntax { .. }))), "{after:?}");
    }
    let mut compressed = response(json(""));
    compressed.body_mut().extend([0x1f, 0x8b, 8, 0]);
    assert_eq!(TokenResponse::parse(&compressed).unwrap_err(), Error::Compressed);

    let large =
        |padding: usize| TokenResponse::parse(&response(json(&format!("{good}{}", " ".repeat(padding)))));
    assert!(large((1 << 20) - good.len()).is_ok());
    assert_eq!(large((1 << 20) - good.len() + 1).unwrap_err(), Error::TooLarge);
    let deep = member(&format!(r#""x":{}{}"#, "[".repeat(64), "]".repeat(64)));
    both(0, json(&deep), Err(Error::Json(JsonError::TooDeep)));
}

#[test]
fn every_oddity_says_what_it_is() {
    for oddity in [Oddity::FormBody, Oddity::Nested, Oddity::Status, Oddity::SecretLifetimeMissing] {
        assert_eq!(Error::Odd(oddity).to_string(), format!("not tolerated in strict mode: {oddity}"));
        assert!(!oddity.to_string().ends_with('.'));
    }
}
