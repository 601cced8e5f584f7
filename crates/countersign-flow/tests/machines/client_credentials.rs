use core::time::Duration;

use countersign_flow::{ClientCredentialsGrant, Endpoint, Error};
use countersign_wire::flow::{Failure, Input, Sent};

use crate::support::{TOKEN_ENDPOINT, confidential, json, maybe_sent, not_sent, play, retry_after, typed};

const TOKEN: &str = r#"{"access_token":"at","token_type":"bearer","refresh_token":"not-for-us"}"#;

fn grant(scopes: &str) -> ClientCredentialsGrant {
    let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
    ClientCredentialsGrant::new(&endpoint, &confidential(), scopes)
}

#[test]
fn a_client_gets_a_token_for_itself_and_keeps_no_refresh_token() {
    let played = play(grant("files"), [json(200, TOKEN)]);
    assert_eq!(
        played.form(0).iter().collect::<Vec<_>>(),
        [("grant_type", "client_credentials"), ("scope", "files")]
    );
    assert!(played.requests[0].headers()["authorization"].is_sensitive());
    let tokens = played.done().tokens;
    assert!(tokens.refresh.is_none());
    assert_eq!(tokens.access.scopes.to_string(), "files");

    let played = play(grant(""), [json(200, TOKEN)]);
    assert_eq!(played.form(0).first("scope"), None);
}

#[test]
fn passing_trouble_is_waited_out_twice() {
    let seconds = |list: &[u64]| list.iter().map(|each| Duration::from_secs(*each)).collect::<Vec<_>>();
    for (script, waits) in [
        (vec![maybe_sent(), not_sent(), json(200, TOKEN)], seconds(&[1, 2])),
        (vec![retry_after(503, "7"), json(200, TOKEN)], seconds(&[7])),
        (vec![retry_after(429, "0"), json(200, TOKEN)], seconds(&[0])),
        // The clock is a second on when the answer comes.
        (vec![retry_after(429, "Tue, 14 Nov 2023 22:13:27 GMT"), json(200, TOKEN)], seconds(&[6])),
        (vec![retry_after(429, "Tue, 14 Nov 2023 22:13:00 GMT"), json(200, TOKEN)], seconds(&[0])),
        (vec![retry_after(429, "tomorrow"), json(200, TOKEN)], seconds(&[1])),
        (vec![typed(502, "text/html", "<html>"), json(200, TOKEN)], seconds(&[1])),
        (vec![json(400, r#"{"error":"temporarily_unavailable"}"#), json(200, TOKEN)], seconds(&[1])),
        (
            vec![json(400, r#"{"error":"x","error_description":"internal_failure"}"#), json(200, TOKEN)],
            seconds(&[1]),
        ),
    ] {
        let played = play(grant("files"), script);
        assert_eq!(played.waits, waits);
        assert!(played.done().tokens.access.secret.ct_eq("at"));
    }
}

#[test]
fn in_the_end_the_trouble_is_reported() {
    let played = play(grant("files"), [retry_after(503, "1"), retry_after(503, "1"), retry_after(503, "1")]);
    assert_eq!(played.requests.len(), 3);
    assert!(played.error().is_transient());

    // A server that asks for more patience than a caller has is taken at its word.
    let played = play(grant("files"), [retry_after(503, "31")]);
    assert_eq!((played.requests.len(), played.waits.len()), (1, 0));

    let played = play(grant("files"), [json(401, r#"{"error":"invalid_client"}"#)]);
    assert_eq!(played.requests.len(), 1);
    assert!(matches!(played.error(), Error::Refused(_)));

    let hopeless = Failure { sent: Sent::Maybe, transient: false };
    let played = play(grant("files"), [Input::Failed(hopeless)]);
    assert_eq!((played.requests.len(), played.error()), (1, Error::Network(hopeless)));
}
