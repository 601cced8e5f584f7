use countersign_flow::{
    Discovery, Error,
    error::{Attempt, EndpointProblem},
};
use countersign_wire::flow::{Input, Purpose};
use http::{Method, header::AUTHORIZATION};

use crate::support::{json, maybe_sent, not_sent, play, retry_after, typed};

const ISSUER: &str = "https://as.example/tenant";
const URLS: [&str; 3] = [
    "https://as.example/.well-known/oauth-authorization-server/tenant",
    "https://as.example/.well-known/openid-configuration/tenant",
    "https://as.example/tenant/.well-known/openid-configuration",
];

fn document(issuer: &str) -> Input {
    json(200, &format!(r#"{{"issuer":"{issuer}","token_endpoint":"https://as.example/token"}}"#))
}

fn check(script: Vec<Input>, requests: usize) {
    let played = play(Discovery::new(ISSUER).unwrap(), script);
    assert_eq!(played.requests.len(), requests);
    assert_eq!(played.done().token_endpoint.as_deref(), Some("https://as.example/token"));
}

#[test]
fn the_documents_are_looked_for_in_order() {
    let played = play(
        Discovery::new(ISSUER).unwrap(),
        [typed(404, "text/html", ""), json(400, "{}"), document(ISSUER)],
    );
    let seen: Vec<String> = played.requests.iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(seen, URLS);
    assert_eq!(played.purposes(), [Purpose::Metadata; 3]);
    for request in &played.requests {
        assert_eq!((request.method(), request.body().len()), (&Method::GET, 0));
        assert_eq!(request.headers()["accept"], "application/json");
        assert!(!request.headers().contains_key(AUTHORIZATION));
    }
    assert_eq!(played.done().issuer, ISSUER);
}

#[test]
fn what_is_not_the_issuers_document_is_passed_by() {
    check(vec![document(ISSUER)], 1);
    check(vec![document("https://evil.example"), document(ISSUER)], 2);
    check(vec![document("https://as.example/tenant/"), document(ISSUER)], 2);
    check(vec![typed(200, "text/html", "<html>"), document(ISSUER)], 2);
    check(vec![json(200, "[]"), json(200, "{"), document(ISSUER)], 3);
    check(vec![typed(302, "text/html", ""), document(ISSUER)], 2);
}

#[test]
fn all_attempts_are_reported() {
    let script =
        [typed(404, "text/plain", ""), document("https://evil.example"), typed(200, "text/html", "<p>")];
    let error = play(Discovery::new(ISSUER).unwrap(), script).error();
    assert!(!error.is_transient());
    let shown = error.to_string();
    let Error::Undiscovered { attempts } = error else { panic!("{shown}") };
    let seen: Vec<(&str, u16, bool)> = attempts
        .iter()
        .map(|Attempt { url, status, problem, .. }| (url.as_str(), *status, problem.is_some()))
        .collect();
    assert_eq!(seen, [(URLS[0], 404, false), (URLS[1], 200, true), (URLS[2], 200, true)]);
    assert!(shown.contains("status 404") && shown.contains(URLS[2]) && !shown.contains("evil"), "{shown}");
}

#[test]
fn an_outage_is_not_passed_by() {
    for answer in [
        || typed(500, "text/html", ""),
        || retry_after(503, "1"),
        || retry_after(429, "2"),
        || typed(501, "text/html", ""),
    ] {
        let requests = if format!("{:?}", answer()).contains("501") { 1 } else { 3 };
        let played = play(Discovery::new(ISSUER).unwrap(), core::iter::repeat_with(answer).take(requests));
        assert!(played.requests.iter().all(|request| request.uri() == URLS[0]));
        assert!(played.error().is_transient());
    }
    check(vec![retry_after(503, "1"), document(ISSUER)], 2);
    check(vec![maybe_sent(), not_sent(), document(ISSUER)], 3);
    let played = play(Discovery::new(ISSUER).unwrap(), [not_sent(), not_sent(), not_sent()]);
    assert!(matches!(played.error(), Error::Network(_)));
}

#[test]
fn an_issuer_is_an_address_without_query_and_fragment() {
    for (issuer, problem) in [
        ("http://as.example", EndpointProblem::ClearText),
        ("https://as.example?x", EndpointProblem::Query),
        ("https://as.example#x", EndpointProblem::Fragment),
        ("https://a@as.example", EndpointProblem::UserInfo),
        ("as.example", EndpointProblem::NotAbsolute),
        ("", EndpointProblem::NotAbsolute),
    ] {
        let error = Discovery::new(issuer).unwrap_err();
        assert_eq!(error, Error::Endpoint { name: "issuer", problem }, "{issuer}");
    }
    assert!(Discovery::new("http://127.0.0.1:8080").is_ok());
}
