use core::time::Duration;

use countersign_flow::{Endpoint, Error, Refresh};
use countersign_token::{Expiry, RefreshToken, Timestamp};
use countersign_wire::{
    flow::{Failure, Purpose, Sent},
    response::ErrorCode,
};

use crate::support::{
    NOW, TOKEN_ENDPOINT, confidential, json, maybe_sent, not_sent, play, public, retry_after, typed,
};

fn refresh() -> Refresh {
    let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
    Refresh::new(&endpoint, &public(), &RefreshToken::new("rt-1"), "files mail")
}

#[test]
fn a_refresh_asks_for_what_was_granted() {
    let played =
        play(refresh(), [json(200, r#"{"access_token":"at-2","token_type":"bearer","expires_in":60}"#)]);
    assert_eq!(played.purposes(), [Purpose::Token]);
    let form = played.form(0);
    assert_eq!(
        form.iter().collect::<Vec<_>>(),
        [("grant_type", "refresh_token"), ("refresh_token", "rt-1"), ("client_id", "demo")]
    );
    let tokens = played.done().tokens;
    assert_eq!(tokens.access.scopes.to_string(), "files mail");
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(NOW + 60)));
    assert!(tokens.refresh.is_none(), "absent means: keep the old one");
}

#[test]
fn a_refresh_token_that_is_sent_replaces_the_old_one_and_an_empty_one_does_not() {
    for (member, expected) in [
        (r#","refresh_token":"rt-2""#, Some("rt-2")),
        (r#","refresh_token":"rt-1""#, Some("rt-1")),
        (r#","refresh_token":"""#, None),
        (r#","refresh_token":null"#, None),
        (r#","refresh_token":false"#, None),
    ] {
        let body = format!(r#"{{"access_token":"a","token_type":"bearer"{member}}}"#);
        let tokens = play(refresh(), [json(200, &body)]).done().tokens;
        assert_eq!(tokens.refresh.as_ref().map(|token| token.secret().expose()), expected, "{member}");
        assert_eq!(tokens.access.expires, Expiry::Unknown);
    }
}

#[test]
fn a_refresh_may_ask_for_less() {
    let flow = refresh().narrowed_to("mail").resource(["https://api.example/"]);
    let played = play(flow, [json(200, r#"{"access_token":"a","token_type":"bearer"}"#)]);
    let form = played.form(0);
    assert_eq!(form.unique("scope").unwrap(), Some("mail"));
    assert_eq!(form.unique("resource").unwrap(), Some("https://api.example/"));
    let access = played.done().tokens.access;
    assert_eq!((access.scopes.to_string().as_str(), access.resource.len()), ("mail", 1));
}

#[test]
fn only_invalid_grant_needs_a_login() {
    for (answer, needs_login, transient) in [
        (json(400, r#"{"error":"invalid_grant"}"#), true, false),
        (json(200, r#"{"error":"invalid_grant"}"#), true, false),
        (json(400, r#"{"error":"invalid_request"}"#), false, false),
        (json(401, r#"{"error":"invalid_client"}"#), false, false),
        (json(400, r#"{"error":"temporarily_unavailable"}"#), false, true),
        (json(500, r#"{"error":"server_error"}"#), false, true),
        (json(503, r#"{"error":"slow"}"#), false, true),
        (typed(503, "text/html", "<html>invalid_grant</html>"), false, true),
        (typed(400, "text/html", "<html>invalid_grant</html>"), false, false),
        (typed(200, "text/html", "<html>"), false, false),
        (retry_after(429, "5"), false, true),
        (json(200, r#"{"access_token":""}"#), false, false),
    ] {
        let shown = format!("{answer:?}");
        let played = play(refresh(), [answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0), "a refresh token is sent once");
        let error = played.error();
        assert_eq!(
            (error.needs_login(), error.is_transient()),
            (needs_login, transient),
            "{shown} {error:?}"
        );
    }
}

#[test]
fn a_refresh_token_that_may_have_left_is_not_sent_again() {
    let played = play(refresh(), [maybe_sent()]);
    assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
    let error = played.error();
    assert_eq!(error, Error::Network(Failure { sent: Sent::Maybe, transient: true }));
    assert!(error.is_transient() && !error.needs_login());

    let played = play(refresh(), [not_sent(), maybe_sent()]);
    assert_eq!((played.requests.len(), &played.waits[..]), (2, &[Duration::from_secs(1)][..]));
    assert!(matches!(played.error(), Error::Network(Failure { sent: Sent::Maybe, .. })));
}

#[test]
fn the_servers_words_are_quoted_without_our_secrets() {
    let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
    let flow = Refresh::new(&endpoint, &confidential(), &RefreshToken::new("rt-1"), "");
    let body =
        r#"{"error":"bad rt-1","error_description":"rt-1 of s3cret-of-web","error_uri":"https://x/?t=rt-1"}"#;
    let Error::Refused(refusal) = play(flow, [json(400, body)]).error() else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::Other("bad [secret]".into()));
    assert_eq!(refusal.description(), Some("[secret] of [secret]"));
    assert_eq!(refusal.uri(), Some("https://x/?t=[secret]"));
}
