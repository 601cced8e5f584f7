use countersign_flow::{Error, Revocation, Revoked};
use countersign_token::{AccessToken, RefreshToken, Secret, Timestamp};
use countersign_wire::{
    flow::{Input, Purpose},
    response::ErrorCode,
};

use testkit::vectors::Suite;

use crate::support::{confidential, json, maybe_sent, not_sent, play, public, retry_after, server, typed};

fn both() -> Revocation {
    let endpoint = server().revocation_endpoint.unwrap();
    let access = AccessToken::bearer(Secret::new("at-1"), Timestamp::from_unix(0));
    Revocation::new(&endpoint, &public()).access_token(&access).refresh_token(&RefreshToken::new("rt-1"))
}

fn check(script: Vec<Input>, revoked: usize, unsupported: usize) {
    let played = play(both(), script);
    let Revoked { revoked: seen_revoked, unsupported: seen_unsupported, .. } = played.done();
    assert_eq!((seen_revoked, seen_unsupported), (revoked, unsupported));
}

#[test]
fn the_request_is_that_of_rfc_7009_section_2_1() {
    Suite::open("protocol", "revocation_request.json", "/vectors").run(|case| {
        let form = &case["expected"]["form"];
        let token = RefreshToken::new(form["token"].as_str().unwrap());
        let endpoint = server().revocation_endpoint.unwrap();
        let status = u16::try_from(case["expected"]["success_status"].as_u64().unwrap()).unwrap();
        let played =
            play(Revocation::new(&endpoint, &confidential()).refresh_token(&token), [json(status, "")]);
        assert_eq!(played.form(0).len(), form.as_object().unwrap().len());
        for (name, value) in form.as_object().unwrap() {
            assert_eq!(played.form(0).unique(name).unwrap(), value.as_str());
        }
        assert_eq!(played.done().revoked, 1);
    });
}

#[test]
fn refresh_tokens_go_first() {
    let played = play(both(), [json(200, ""), json(200, "")]);
    assert_eq!(played.purposes(), [Purpose::Revocation, Purpose::Revocation]);
    for (index, token, hint) in [(0, "rt-1", "refresh_token"), (1, "at-1", "access_token")] {
        assert_eq!(played.requests[index].uri(), "https://as.example/revoke");
        assert_eq!(
            played.form(index).iter().collect::<Vec<_>>(),
            [("token", token), ("token_type_hint", hint), ("client_id", "demo")]
        );
    }
    assert_eq!(played.done().revoked, 2);
}

#[test]
fn a_dead_token_and_one_that_cannot_be_revoked_do_not_stop_the_rest() {
    check(vec![json(200, "{}"), typed(204, "text/html", "<html>")], 2, 0);
    check(vec![json(400, r#"{"error":"invalid_token"}"#), json(200, "")], 2, 0);
    check(vec![json(400, r#"{"error":"unsupported_token_type"}"#), json(200, "")], 1, 1);
    check(vec![not_sent(), json(200, ""), not_sent(), json(200, "")], 2, 0);
    let nothing = Revocation::new(&server().revocation_endpoint.unwrap(), &public());
    assert_eq!(play(nothing, []).done(), Revoked::default());
}

#[test]
fn what_is_not_revoked_is_an_error() {
    for (answer, transient) in [
        (retry_after(503, "30"), true),
        (json(503, r#"{"error":"temporarily_unavailable"}"#), true),
        (json(503, r#"{"error":"invalid_token"}"#), true),
        (typed(502, "text/html", "<html>"), true),
        (typed(404, "text/html", "<html>"), false),
        (typed(302, "text/html", ""), false),
        (json(401, r#"{"error":"invalid_client"}"#), false),
        (json(401, r#"{"error":"invalid_token"}"#), false),
        (maybe_sent(), true),
    ] {
        let shown = format!("{answer:?}");
        let played = play(both(), [answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0), "{shown}");
        assert_eq!(played.error().is_transient(), transient, "{shown}");
    }
}

#[test]
fn the_servers_words_are_quoted_without_our_secrets() {
    let endpoint = server().revocation_endpoint.unwrap();
    let flow = Revocation::new(&endpoint, &confidential()).refresh_token(&RefreshToken::new("rt-1"));
    let body = r#"{"error":"invalid_request","error_description":"rt-1 s3cret-of-web"}"#;
    let Error::Refused(refusal) = play(flow, [json(400, body)]).error() else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::InvalidRequest);
    assert_eq!(refusal.description(), Some("[secret] [secret]"));
}
