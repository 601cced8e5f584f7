use core::time::Duration;

use countersign_flow::{
    AssertionSource, ClientAssertion, ClientAuthentication, ClientRegistration, Endpoint, Error,
    JwtBearerGrant, JwtBearerSource, Source, assertion, error::Misuse,
};
use countersign_token::{Expiry, Timestamp};
use countersign_wire::{
    flow::{NoEntropy, Purpose},
    response::ErrorCode,
};
use testkit::vectors::Suite;

use crate::support::{
    NOW, TOKEN_ENDPOINT, confidential, json, maybe_sent, not_sent, numbered, play, retry_after,
    signed_elsewhere, typed,
};

const TOKEN: &str = r#"{"access_token":"at","token_type":"bearer","expires_in":60,"refresh_token":"no"}"#;

fn endpoint() -> Endpoint {
    Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap()
}

fn grant(assertions: impl AssertionSource + 'static) -> JwtBearerGrant {
    JwtBearerGrant::new(&endpoint(), assertions, "files mail")
}

#[test]
fn the_request_is_that_of_rfc_7523_section_2_1() {
    Suite::open("protocol", "jwt_bearer_request.json", "/vectors").run(|case| {
        let assertion = format!("{}e30.c2ln", case["input"]["assertion_prefix"].as_str().unwrap());
        let made = assertion.clone();
        let flow = grant(assertion::from_fn(move |_| Ok(assertion::ready(made.as_str()))));
        let played = play(flow, [json(200, TOKEN)]);
        assert_eq!(played.purposes(), [Purpose::Token]);
        assert_eq!(
            played.form(0).iter().collect::<Vec<_>>(),
            [
                ("grant_type", case["input"]["grant_type"].as_str().unwrap()),
                ("scope", "files mail"),
                ("assertion", assertion.as_str()),
            ]
        );
        assert!(!played.requests[0].headers().contains_key("authorization"));
        let tokens = played.done().tokens;
        assert!(tokens.refresh.is_none(), "the next token takes another assertion");
        assert_eq!(tokens.access.scopes.to_string(), "files mail");
    });
}

#[test]
fn each_try_carries_an_assertion_of_its_own() {
    for (trouble, pause) in
        [(not_sent(), 1), (maybe_sent(), 1), (retry_after(503, "7"), 7), (typed(500, "text/html", "<p>"), 1)]
    {
        let played = play(grant(numbered("a")), [trouble, json(200, TOKEN)]);
        assert_eq!(played.waits, [Duration::from_secs(pause)]);
        let sent = |index| played.form(index).unique("assertion").unwrap().unwrap().to_string();
        assert_eq!((sent(0).as_str(), sent(1).as_str()), ("a-1", "a-2"));
        assert!(played.done().tokens.access.secret.ct_eq("at"));
    }
    // Not beyond the two repetitions, and not when the server has said no.
    let played = play(grant(numbered("a")), [not_sent(), not_sent(), not_sent()]);
    assert_eq!(played.requests.len(), 3);
    assert!(played.error().is_transient());
    let played = play(grant(numbered("a")), [json(400, r#"{"error":"invalid_grant"}"#)]);
    assert_eq!(played.requests.len(), 1);
    let error = played.error();
    assert!(error.needs_login() && !error.is_transient());
}

#[test]
fn a_signature_may_be_made_elsewhere_and_nobody_meddles_with_its_making() {
    let grant = grant(signed_elsewhere()).client(&confidential());
    let played = play(grant, [typed(200, "text/plain", "h.p.s"), json(200, TOKEN)]);
    assert_eq!(played.waits, [Duration::from_secs(3)]);
    let signing = &played.requests[0];
    assert_eq!(signing.uri(), "https://kms.example/sign");
    assert_eq!(signing.body(), b"input=1");
    assert!(!signing.headers().contains_key("authorization"), "the client's secret is not for the service");
    assert_eq!(played.form(1).unique("assertion").unwrap(), Some("h.p.s"));
    assert!(played.requests[1].headers().contains_key("authorization"));
    assert!(played.done().tokens.access.secret.ct_eq("at"));
}

#[test]
fn the_grant_and_the_client_may_both_be_asserted() {
    let client = ClientRegistration::new(
        "robot",
        ClientAuthentication::Assertion(ClientAssertion::new(numbered("client"))),
    );
    let played = play(grant(numbered("grant")).client(&client), [not_sent(), json(200, TOKEN)]);
    for (index, number) in [(0, "1"), (1, "2")] {
        let form = played.form(index);
        assert_eq!(form.unique("assertion").unwrap(), Some(format!("grant-{number}").as_str()));
        assert_eq!(form.unique("client_assertion").unwrap(), Some(format!("client-{number}").as_str()));
        assert_eq!(form.unique("client_id").unwrap(), Some("robot"));
    }
    let elsewhere = ClientRegistration::new(
        "robot",
        ClientAuthentication::Assertion(ClientAssertion::new(signed_elsewhere())),
    );
    let script = [typed(200, "text/plain", "c.l.t"), typed(200, "text/plain", "g.r.t"), json(200, TOKEN)];
    let played = play(grant(signed_elsewhere()).client(&elsewhere), script);
    assert_eq!(played.requests[0].body(), b"input=1");
    assert_eq!(played.requests[1].body(), b"input=1");
    let form = played.form(2);
    assert_eq!(form.unique("client_assertion").unwrap(), Some("c.l.t"));
    assert_eq!(form.unique("assertion").unwrap(), Some("g.r.t"));
}

#[test]
fn what_cannot_be_made_ends_the_grant() {
    let flow = grant(assertion::from_fn(|_| Err(NoEntropy.into())));
    assert_eq!(play(flow, []).error(), Error::NoEntropy);
    let played = play(grant(signed_elsewhere()), [not_sent()]);
    assert!(matches!(played.error(), Error::Network(_)));
}

#[test]
fn the_assertion_is_taken_out_of_the_servers_words() {
    let body = r#"{"error":"invalid_grant","error_description":"a-1 has expired"}"#;
    let Error::Refused(refusal) = play(grant(numbered("a")), [json(400, body)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code, ErrorCode::InvalidGrant);
    assert_eq!(refusal.description(), Some("[secret] has expired"));
}

#[test]
fn more_may_be_asked_for_but_nothing_of_the_protocols_own() {
    let flow = grant(numbered("a")).resource(["https://api.example/"]).param("tenant", "t1").unwrap();
    let played = play(flow, [json(200, TOKEN)]);
    assert_eq!(played.form(0).unique("resource").unwrap(), Some("https://api.example/"));
    assert_eq!(played.form(0).unique("tenant").unwrap(), Some("t1"));
    assert_eq!(played.done().tokens.access.resource, ["https://api.example/"]);
    for name in ["assertion", "Assertion", "grant_type", "client_secret", "scope", "client_assertion"] {
        let error = grant(numbered("a")).param(name, "x").unwrap_err();
        assert_eq!(error, Misuse::Parameter { name: name.into() }.into());
    }
    assert!(grant(numbered("a")).param("tenant", "1").unwrap().param("tenant", "2").is_err());
}

#[test]
fn answers_are_read_as_wanted_without_a_client_too() {
    use countersign_flow::{SecurityToken, TokenExchange, token_type};
    use countersign_wire::response::{Oddity, Tolerance};
    let odd = json(200, r#"{"access_token":"a"}"#);
    let error = play(grant(numbered("a")).tolerance(&Tolerance::strict()), [odd]).error();
    assert_eq!(error, countersign_wire::Error::Odd(Oddity::TokenTypeAssumed).into());
    let exchange = TokenExchange::new(&endpoint(), &SecurityToken::new("s", token_type::JWT));
    let odd = json(200, r#"{"access_token":"a","token_type":"bearer"}"#);
    let error = play(exchange.tolerance(&Tolerance::strict()), [odd]).error();
    assert_eq!(error, countersign_wire::Error::Odd(Oddity::IssuedTokenTypeMissing).into());
}

#[test]
fn an_id_token_alone_is_an_answer_when_it_is_what_was_asked_for() {
    let body = r#"{"id_token":"h.p.s"}"#;
    let issued = play(grant(numbered("a")).for_id_token(), [json(200, body)]).done();
    assert!(issued.id_token.secret().ct_eq("h.p.s"));
    assert_eq!(issued.expires, Expiry::Unknown);
    let body = r#"{"id_token":"h.p.s","expires_in":60}"#;
    let issued = play(grant(numbered("a")).for_id_token(), [json(200, body)]).done();
    assert_eq!(issued.expires, Expiry::At(Timestamp::from_unix(NOW + 60)));
    let missing = |name| Error::Protocol(countersign_wire::Error::Missing { name });
    let error = play(grant(numbered("a")).for_id_token(), [json(200, TOKEN)]).error();
    assert_eq!(error, missing("id_token"));
    let error = play(grant(numbered("a")), [json(200, body)]).error();
    assert_eq!(error, missing("access_token"));
    let body = r#"{"error":"invalid_grant","error_description":"a-1"}"#;
    let Error::Refused(refusal) = play(grant(numbered("a")).for_id_token(), [json(400, body)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.description(), Some("[secret]"));
}

#[test]
fn a_source_is_known_by_its_subject_and_scopes() {
    let source = |subject, scopes: &str| {
        JwtBearerSource::new("https://as.example", endpoint(), subject, numbered("a"), scopes)
    };
    let (ann, bob) = (source("ann@example.com", "files"), source("bob@example.com", "files"));
    assert_ne!(ann.key(), bob.key());
    assert_ne!(ann.key(), source("ann@example.com", "mail").key());
    for (expected, _) in [("a-1", 0), ("a-2", 1)] {
        let played = play(ann.begin(None).unwrap(), [json(200, TOKEN)]);
        assert_eq!(played.form(0).unique("assertion").unwrap(), Some(expected));
        assert_eq!(played.done().access.scopes.to_string(), "files");
    }
    let with_client = source("ann@example.com", "files").with_client(confidential());
    assert_eq!(with_client.key().client, "web");
    let played = play(with_client.begin(None).unwrap(), [json(200, TOKEN)]);
    assert!(played.requests[0].headers().contains_key("authorization"));
}
