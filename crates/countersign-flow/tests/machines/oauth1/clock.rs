//! A server that refuses the timestamp, and whose clock is followed by whoever wants that.

use countersign_flow::{
    Endpoint, Error,
    oauth1::{
        LoginRequest, PendingLogin, Session, SessionRefresh, Signatory, TokenInfoRequest, TokenRevocation,
        server_time,
    },
};
use countersign_token::TokenCredentials;
use countersign_wire::flow::{Flow, Input};
use http::{Request, Response};

use super::{CREDENTIALS, FORM, TEMPORARY, client, endpoints, verified};
use crate::support::{NOW, Played, maybe_sent, not_sent, play, typed};

/// An hour after the tests begin.
const DATE: &str = "Tue, 14 Nov 2023 23:13:20 GMT";
const PROBLEM: &str = "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1700003300-1700003900";

fn answer(status: u16, date: &str, content_type: &str, body: &str) -> Input {
    let response =
        Response::builder().status(status).header("date", date).header("content-type", content_type);
    Input::Response(response.body(body.as_bytes().to_vec()).unwrap())
}

fn refused() -> Input {
    answer(401, DATE, FORM, PROBLEM)
}

/// What the request says the time is, seen from when the tests begin.
fn times(requests: &[Request<Vec<u8>>], secret: Option<&str>) -> Vec<i64> {
    let seconds =
        |request| verified(request, secret).first("oauth_timestamp").unwrap().parse::<i64>().unwrap();
    requests.iter().map(|request| seconds(request) - NOW).collect()
}

fn begin(answers: impl IntoIterator<Item = Input>) -> Played<(String, PendingLogin)> {
    play(LoginRequest::new(&endpoints(), &client()).follow_server_clock().begin().unwrap(), answers)
}

#[test]
fn without_being_asked_to_nobody_follows_the_server() {
    let played = play(LoginRequest::new(&endpoints(), &client()).begin().unwrap(), [refused()]);
    assert_eq!(played.requests.len(), 1);
    assert!(matches!(played.error(), Error::Refused(_)));
}

#[test]
fn a_refused_timestamp_is_signed_once_more_by_the_servers_clock() {
    let played = begin([refused(), typed(200, FORM, TEMPORARY)]);
    assert_eq!(times(&played.requests, None), [0, 3600]);
    let nonce =
        |index: usize| verified(&played.requests[index], None).first("oauth_nonce").unwrap().to_string();
    assert_ne!(nonce(0), nonce(1));
    assert!(played.waits.is_empty());

    let played = begin([refused(), refused()]);
    assert_eq!(played.requests.len(), 2, "once, not for ever");
    assert!(matches!(played.error(), Error::Refused(_)));
    let later = "Wed, 15 Nov 2023 23:13:20 GMT";
    let played = begin([refused(), answer(401, later, FORM, PROBLEM)]);
    assert_eq!(played.requests.len(), 2, "not even by another time");
}

#[test]
fn the_rest_of_the_login_goes_by_that_clock() {
    let (_, pending) = begin([refused(), typed(200, FORM, TEMPORARY)]).done();
    let blob = pending.to_blob();
    for pending in [pending, PendingLogin::from_blob(&blob).unwrap()] {
        let flow = pending.verifier("v").unwrap().redeem().unwrap();
        // Each request may be corrected once.
        let early = answer(401, "Tue, 14 Nov 2023 23:13:22 GMT", FORM, PROBLEM);
        let played = play(flow, [early, typed(200, FORM, CREDENTIALS)]);
        assert_eq!(times(&played.requests, Some("tmp-secret")), [3599, 3602]);
        assert!(played.end.unwrap().is_ok());
    }
}

#[test]
fn a_failure_in_between_counts_as_ever() {
    let played = begin([not_sent(), refused(), not_sent(), typed(200, FORM, TEMPORARY)]);
    assert_eq!(played.requests.len(), 4);
    assert!(played.end.unwrap().is_ok());
    let played = begin([refused(), maybe_sent()]);
    assert_eq!(played.requests.len(), 2);
    assert!(matches!(played.error(), Error::Network(_)));
}

#[test]
fn every_signed_flow_may_follow_the_server() {
    let endpoint = Endpoint::new("endpoint", "https://sp.example/x").unwrap();
    let signatory = Signatory::new(client(), TokenCredentials::new("tok", "tok-secret"));
    fn check(flow: impl Flow<Output: Send, Error = Error>, body: &str) {
        let played = play(flow, [refused(), typed(200, "text/plain", body)]);
        assert_eq!(times(&played.requests, Some("tok-secret")), [0, 3600]);
        assert!(played.end.unwrap().is_ok());
    }
    let session = Session::new("sh");
    check(SessionRefresh::new(&endpoint, &signatory, &session).unwrap().follow_server_clock(), CREDENTIALS);
    check(TokenInfoRequest::new(&endpoint, &signatory).unwrap().follow_server_clock(), "Scope=a");
    check(TokenRevocation::new(&endpoint, &signatory).unwrap().follow_server_clock(), "");
    let flow = SessionRefresh::new(&endpoint, &signatory, &session).unwrap();
    assert_eq!(play(flow, [refused()]).requests.len(), 1, "unless told to, none does");
    assert_eq!(play(TokenInfoRequest::new(&endpoint, &signatory).unwrap(), [refused()]).requests.len(), 1);
    assert_eq!(play(TokenRevocation::new(&endpoint, &signatory).unwrap(), [refused()]).requests.len(), 1);
}

#[test]
fn the_servers_time_is_read_from_nothing_but_such_a_refusal() {
    let time = |input: Input| {
        let Input::Response(response) = input else { panic!("a response") };
        server_time(&response).map(|time| time.unix() - NOW)
    };
    let twitter = r#"{"errors":[{"code":135,"message":"Timestamp out of bounds."}]}"#;
    assert_eq!(time(refused()), Some(3600));
    assert_eq!(time(answer(400, DATE, FORM, PROBLEM)), Some(3600));
    assert_eq!(time(answer(401, DATE, "application/json", twitter)), Some(3600));
    for other in [
        answer(200, DATE, FORM, PROBLEM),
        answer(403, DATE, FORM, PROBLEM),
        answer(500, DATE, FORM, PROBLEM),
        answer(401, DATE, FORM, "oauth_problem=nonce_used"),
        answer(401, DATE, FORM, ""),
        answer(401, DATE, "application/json", &twitter.replace("135", "89")),
        typed(401, FORM, PROBLEM),
        answer(401, "Tue, 14 Nov 2023 23:13:20 CET", FORM, PROBLEM),
        answer(401, "Tue, 31 Feb 2023 23:13:20 GMT", FORM, PROBLEM),
        answer(401, "Tue, 14 nov 2023 23:13:20 GMT", FORM, PROBLEM),
        answer(401, "Tue, 14 Nov 2023 25:13:20 GMT", FORM, PROBLEM),
        answer(401, "Tue, 14 Nov 2023 23:13:20 GMT GMT", FORM, PROBLEM),
        answer(401, "Thu, 01 Jan 1970 00:00:00 GMT", FORM, PROBLEM),
        answer(401, "2023-11-14T23:13:20Z", FORM, PROBLEM),
        answer(401, "", FORM, PROBLEM),
    ] {
        assert_eq!(time(other), None);
    }
    // Where both clocks agree, signing once more changes nothing.
    let played = begin([answer(401, "Tue, 14 Nov 2023 22:13:21 GMT", FORM, PROBLEM)]);
    assert_eq!(played.requests.len(), 1);
}
