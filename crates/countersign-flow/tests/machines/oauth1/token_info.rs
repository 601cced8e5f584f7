//! What a server says of a token.

use std::collections::BTreeSet;

use countersign_flow::{
    Endpoint, Error,
    error::Misuse,
    oauth1::{Signatory, TokenInfo, TokenInfoRequest},
};
use countersign_oauth1::Algorithm;
use countersign_token::TokenCredentials;
use countersign_wire::flow::{Input, Purpose};
use http::{Method, header::ACCEPT};

use super::{FORM, client, verified};
use crate::support::{Played, json, maybe_sent, not_sent, play, typed};

const INFO: &str = "Target=http://www.example.com\nScope=https://a.example/feeds/\nSecure=true\n";

fn signatory() -> Signatory {
    Signatory::new(client(), TokenCredentials::new("tok", "tok-secret"))
}

fn ask(answers: impl IntoIterator<Item = Input>) -> Played<TokenInfo> {
    let endpoint = Endpoint::new("token_info_endpoint", "https://sp.example/info?v=1").unwrap();
    play(TokenInfoRequest::new(&endpoint, &signatory()).unwrap(), answers)
}

fn check(body: &str, expected: Option<(Option<&str>, &str, Option<bool>)>) {
    let end = ask([typed(200, "text/plain", body)]).end.unwrap();
    match (end, expected) {
        (Ok(info), Some((target, scopes, secure))) => {
            assert_eq!((info.target.as_deref(), info.secure), (target, secure), "{body:?}");
            assert_eq!(info.scopes.to_string(), scopes, "{body:?}");
        }
        (Err(Error::Protocol(countersign_wire::Error::NotAnAnswer { status: 200 })), None) => {}
        (other, _) => panic!("{body:?}: {other:?}"),
    }
}

#[test]
fn it_is_asked_for_by_a_signed_get() {
    let played = ask([typed(200, "text/plain", INFO)]);
    assert_eq!(played.purposes(), [Purpose::Resource]);
    let request = &played.requests[0];
    assert_eq!(
        (request.method(), request.uri().to_string()),
        (&Method::GET, "https://sp.example/info?v=1".into())
    );
    assert!(request.body().is_empty() && !request.headers().contains_key(ACCEPT));
    assert_eq!(verified(request, Some("tok-secret")).first("oauth_token"), Some("tok"));
    assert_eq!(played.done().scopes.to_string(), "https://a.example/feeds/");
}

#[test]
fn lines_are_read_as_they_come() {
    check(INFO, Some((Some("http://www.example.com"), "https://a.example/feeds/", Some(true))));
    check("\r\nScope=a\r\nScope2=b c\r\n\r\nSecure=False\r\n", Some((None, "a b c", Some(false))));
    check("Scope=https://a.example/?x=1&y=2", Some((None, "https://a.example/?x=1&y=2", None)));
    check("Target=x\x1b[2J\nSecure=maybe", Some((Some("x [2J"), "", None)));
    check("Target=", Some((Some(""), "", None)));
    for other in
        ["", "Expires=never", "all is well", "<html>\nScope=a", "{\"Scope=a", "Scope=a\nsorry", "=x\nScope=a"]
    {
        check(other, None);
    }
    let info = ask([typed(200, "text/html", "Scope=a\nExpires=never\n")]).done();
    assert_eq!(info.extra.text("Expires"), Some("never"));
}

#[test]
fn a_refusal_is_typed_and_an_error_is_no_info() {
    for (answer, code) in [
        (typed(401, FORM, "oauth_problem=token_revoked"), "token_revoked"),
        (typed(403, "text/plain", INFO), "unknown_error"),
        (json(400, r#"{"error":"invalid_request"}"#), "invalid_request"),
    ] {
        let Error::Refused(refusal) = ask([answer]).error() else { panic!("{code}") };
        assert_eq!(refusal.code.as_str(), code);
    }
    let error = ask([typed(404, "text/plain", INFO)]).error();
    assert_eq!(error, Error::Protocol(countersign_wire::Error::NotAnAnswer { status: 404 }));
    let body = "oauth_problem=token_rejected&oauth_problem_advice=tok-secret";
    let Error::Refused(refusal) = ask([typed(401, FORM, body)]).error() else { panic!("refused") };
    assert_eq!(refusal.description(), Some("[secret]"));
}

#[test]
fn a_request_that_may_have_left_is_not_sent_again() {
    let played = ask([not_sent(), typed(200, "text/plain", INFO)]);
    let nonce = |request| verified(request, Some("tok-secret")).first("oauth_nonce").unwrap().to_string();
    assert_eq!(played.requests.iter().map(nonce).collect::<BTreeSet<_>>().len(), 2);
    assert!(played.end.unwrap().is_ok());
    for answer in [maybe_sent(), typed(503, "text/plain", "")] {
        let played = ask([answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
        assert!(played.error().is_transient());
    }
}

#[test]
fn the_signatory_says_how() {
    let endpoint = Endpoint::new("token_info_endpoint", "https://sp.example/info").unwrap();
    let sha512 = signatory().signature_method(Algorithm::HmacSha512);
    let played = play(TokenInfoRequest::new(&endpoint, &sha512).unwrap(), [typed(200, "text/plain", INFO)]);
    let sent = verified(&played.requests[0], Some("tok-secret"));
    assert_eq!(sent.first("oauth_signature_method"), Some("HMAC-SHA512"));
    let rsa = signatory().signature_method(Algorithm::RsaSha1);
    let error = TokenInfoRequest::new(&endpoint, &rsa).unwrap_err();
    assert_eq!(error, Error::Misuse(Misuse::SignatureMethod));
    let mut stored =
        countersign_token::Credential::oauth1(client(), TokenCredentials::new("tok", "tok-secret"));
    if let countersign_token::Grant::OAuth1 { signature_method, .. } = &mut stored.grant {
        *signature_method = Some("HMAC-SHA256".into());
    }
    let flow = TokenInfoRequest::new(&endpoint, &Signatory::of(&stored).unwrap()).unwrap();
    let sent = verified(&play(flow, [typed(200, "text/plain", INFO)]).requests[0], Some("tok-secret"));
    assert_eq!(sent.first("oauth_signature_method"), Some("HMAC-SHA256"));
}
