use countersign_flow::{
    Bearer, DPoP, Error, UserInfo,
    error::{Misuse, Unsupported},
};
use countersign_token::{AccessToken, Binding, Timestamp, TokenSet, TokenType};
use countersign_wire::{
    flow::{Input, Purpose},
    response::ErrorCode,
};
use http::Response;

use crate::support::{Plain, json, play, proof, typed, whole_server, with_nonce};

fn tokens() -> TokenSet {
    TokenSet::new(AccessToken::bearer("at-1".into(), Timestamp::from_unix(0)))
}

fn user_info() -> UserInfo {
    UserInfo::new(&whole_server().userinfo_endpoint.unwrap(), Bearer, &tokens())
}

fn challenged(status: u16, field: &str) -> Input {
    let response = Response::builder().status(status).header("www-authenticate", field);
    Input::Response(response.body(Vec::new()).unwrap())
}

#[test]
fn the_claims_of_the_user_are_read() {
    let body = r#"{"sub":"u-1","name":"Ann","email_verified":true,"address":{"country":"NZ"}}"#;
    let played = play(user_info(), [json(200, body)]);
    assert_eq!(played.purposes(), [Purpose::Resource]);
    let request = &played.requests[0];
    assert_eq!(
        (request.method().as_str(), request.uri().to_string().as_str()),
        ("GET", "https://as.example/userinfo")
    );
    assert_eq!(request.headers()["authorization"], "Bearer at-1");
    let user = played.done();
    assert_eq!((user.subject.as_str(), user.claims.text("name")), ("u-1", Some("Ann")));
    assert!(user.claims.get("address").is_some() && user.claims.get("sub").is_none());
}

#[test]
fn claims_of_anybody_else_are_refused() {
    let malformed = || Error::Protocol(countersign_wire::Error::Malformed { name: "sub" });
    let answer = || json(200, r#"{"sub":"u-1"}"#);
    assert_eq!(play(user_info().expect_subject("u-1"), [answer()]).done().subject, "u-1");
    for other in ["u-2", "u-", "U-1", ""] {
        assert_eq!(play(user_info().expect_subject(other), [answer()]).error(), malformed());
    }
    for body in [r#"{"sub":7}"#, r#"{"sub":""}"#, r#"{"sub":null}"#] {
        assert_eq!(play(user_info(), [json(200, body)]).error(), malformed());
    }
    let error = play(user_info(), [json(200, r#"{"name":"Ann"}"#)]).error();
    assert_eq!(error, countersign_wire::Error::Missing { name: "sub" }.into());
    assert!(matches!(play(user_info(), [json(200, r#"{"sub":"a","sub":"b"}"#)]).error(), Error::Protocol(_)));
}

#[test]
fn a_refusal_is_read_from_the_challenge() {
    let field = r#"Basic realm="x", Bearer error="invalid_token", error_description="at-1 is over""#;
    let Error::Refused(refusal) = play(user_info(), [challenged(401, field)]).error() else {
        panic!("a refusal")
    };
    assert_eq!((refusal.code.clone(), refusal.status), (ErrorCode::InvalidToken, Some(401)));
    assert_eq!(refusal.description(), Some("[secret] is over"));
    let field = r#"Bearer error="insufficient_scope", scope="openid profile""#;
    let Error::Refused(refusal) = play(user_info(), [challenged(403, field)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.detail("scope"), Some("openid profile"));
    for answer in [challenged(401, "Bearer"), json(403, "{}"), typed(404, "text/html", "<p>")] {
        assert!(matches!(play(user_info(), [answer]).error(), Error::Protocol(_)));
    }
}

#[test]
fn signed_claims_are_named_as_what_is_not_supported_yet() {
    for kind in ["application/jwt", "Application/JWT; charset=utf-8"] {
        let error = play(user_info(), [typed(200, kind, "a.b.c")]).error();
        assert_eq!(error, Misuse::NotSupported(Unsupported::SignedUserInfo).into());
    }
}

#[test]
fn a_bound_token_is_shown_with_proofs_and_the_servers_nonce() {
    let mut tokens = tokens();
    tokens.access.token_type = TokenType::DPoP;
    tokens.access.binding = Some(Binding::DPoP { thumbprint: "thumb".into() });
    let flow =
        || UserInfo::new(&whole_server().userinfo_endpoint.unwrap(), DPoP::new(Plain("thumb")), &tokens);
    let want = || with_nonce(challenged(401, r#"DPoP error="use_dpop_nonce""#), "n-1");
    let played = play(flow(), [want(), json(200, r#"{"sub":"u"}"#)]);
    let (first, second) = (proof(&played.requests[0]), proof(&played.requests[1]));
    assert_eq!((first[5].as_str(), second[5].as_str()), ("-", "n-1"));
    assert_ne!(first[1], second[1], "each proof is new");
    assert_eq!(second[3], "https://as.example/userinfo");
    assert_eq!(played.requests[1].headers()["authorization"], "DPoP at-1");
    assert_eq!(played.done().subject, "u");
    // A second such answer is final.
    assert!(matches!(play(flow(), [want(), want()]).error(), Error::Refused(_)));
    let error = play(UserInfo::new(&whole_server().userinfo_endpoint.unwrap(), Bearer, &tokens), []).error();
    assert_eq!(error, Misuse::TokenType.into());
}
