//! Token credentials that end, refreshed by their session handle.

use std::collections::BTreeSet;

use countersign_flow::{
    Endpoint, Error,
    error::Misuse,
    oauth1::{Redeemed, Session, SessionRefresh, Signatory},
};
use countersign_token::{Credential, Expiry, Grant, State, Timestamp, TokenCredentials};
use countersign_wire::{
    flow::{Failure, Input, Purpose, Sent},
    response::ErrorCode,
};
use http::Method;

use super::{FORM, client, pending, redeem, verified};
use crate::support::{NOW, Played, maybe_sent, not_sent, play, typed};

const FIRST: &str = "oauth_token=t1&oauth_token_secret=s1&oauth_session_handle=sh%2F1&oauth_expires_in=3600&\
                     oauth_authorization_expires_in=360000&xoauth_yahoo_guid=G";
const SECOND: &str = "oauth_token=t2&oauth_token_secret=s2&oauth_session_handle=sh2&oauth_expires_in=1800";

fn stored() -> Credential {
    redeem(pending(), [typed(200, FORM, FIRST)]).done().into_credential()
}

fn refresh(credential: &Credential, answers: impl IntoIterator<Item = Input>) -> Played<Redeemed> {
    let endpoint = Endpoint::new("token_credentials_endpoint", "https://sp.example/token").unwrap();
    let session = Session::of(&credential.extra).unwrap();
    let signatory = Signatory::of(credential).unwrap();
    play(SessionRefresh::new(&endpoint, &signatory, &session).unwrap(), answers)
}

fn token(credential: &Credential) -> &TokenCredentials {
    let Grant::OAuth1 { token: Some(token), .. } = &credential.grant else { panic!("token credentials") };
    token
}

fn ends_at(seconds: i64) -> Expiry {
    Expiry::At(Timestamp::from_unix(NOW + seconds))
}

#[test]
fn the_session_is_read_from_the_answer_and_kept() {
    let credential = stored();
    let session = Session::of(&credential.extra).unwrap();
    assert!(session.handle.ct_eq("sh/1"));
    assert_eq!((session.expires, session.authorization_expires), (ends_at(3600), ends_at(360_000)));
    assert_eq!(credential.extra.text("oauth_expires_in"), Some("3600"));
    assert_eq!(credential.extra.text("oauth_expires_at"), Some("2023-11-14T23:13:20Z"));
}

#[test]
fn lifetimes_that_say_nothing_are_unknown() {
    for (value, expected) in [
        ("0", Expiry::Unknown),
        ("", Expiry::Unknown),
        ("soon", Expiry::Unknown),
        ("99999999999999999999", Expiry::Unknown),
        ("-5", ends_at(0)),
        ("9223372036854775807", ends_at(2_147_483_647)),
        (" 60 ", ends_at(60)),
    ] {
        let body =
            format!("oauth_token=t&oauth_token_secret=s&oauth_session_handle=h&oauth_expires_in={value}");
        let redeemed = redeem(pending(), [typed(200, FORM, &body.replace(' ', "+"))]).done();
        assert_eq!(Session::of(&redeemed.extra).unwrap().expires, expected, "{value:?}");
    }
}

#[test]
fn without_a_handle_there_is_nothing_to_refresh_with() {
    let missing = Error::Misuse(Misuse::NoToken { name: "oauth_session_handle" });
    for body in
        ["oauth_token=t&oauth_token_secret=s", "oauth_token=t&oauth_token_secret=s&oauth_session_handle="]
    {
        let redeemed = redeem(pending(), [typed(200, FORM, body)]).done();
        assert_eq!(Session::of(&redeemed.extra).unwrap_err(), missing, "{body}");
    }
    let missing = Error::Misuse(Misuse::NoToken { name: "oauth_token" });
    assert_eq!(Signatory::of(&Credential::oauth1_two_legged(client())).unwrap_err(), missing);
    let of_oauth2 = Credential::client_credentials(countersign_token::Client::new("c"));
    assert_eq!(Signatory::of(&of_oauth2).unwrap_err(), missing);
}

#[test]
fn a_refresh_is_signed_with_the_old_token_and_the_handle() {
    let mut credential = stored();
    let played = refresh(&credential, [typed(200, FORM, SECOND)]);
    assert_eq!(played.purposes(), [Purpose::TokenCredentials]);
    let request = &played.requests[0];
    assert_eq!(
        (request.method(), request.uri().to_string()),
        (&Method::POST, "https://sp.example/token".into())
    );
    assert!(request.body().is_empty(), "the handle stands beside the other protocol parameters");
    let sent = verified(request, Some("s1"));
    assert_eq!(sent.first("oauth_token"), Some("t1"));
    assert_eq!(sent.first("oauth_session_handle"), Some("sh/1"));
    assert_eq!((sent.first("oauth_verifier"), sent.first("oauth_callback")), (None, None));

    credential.user_agent = Some("own/1".into());
    credential.state = State::NeedsLogin { since: Timestamp::from_unix(0) };
    played.done().renew(&mut credential);
    assert!(token(&credential).identifier.ct_eq("t2") && token(&credential).secret.ct_eq("s2"));
    assert_eq!((credential.user_agent.as_deref(), credential.state), (Some("own/1"), State::Ok));
    assert_eq!(credential.extra.text("xoauth_yahoo_guid"), Some("G"), "what is not mentioned stays");
    let session = Session::of(&credential.extra).unwrap();
    assert!(session.handle.ct_eq("sh2"));
    assert_eq!(session.expires, ends_at(1800));
    assert_eq!(session.authorization_expires, Expiry::Unknown, "an older lifetime is not this answer's");
}

#[test]
fn an_answer_without_a_handle_keeps_the_old_one() {
    for handle in ["", "&oauth_session_handle="] {
        let mut credential = stored();
        let body = format!("oauth_token=t2&oauth_token_secret=s2{handle}\n");
        let redeemed = refresh(&credential, [typed(200, "text/html", &body)]).done();
        assert!(Session::of(&redeemed.extra).unwrap().handle.ct_eq("sh/1"), "of itself, for a new record");
        redeemed.renew(&mut credential);
        let session = Session::of(&credential.extra).unwrap();
        assert!(session.handle.ct_eq("sh/1"));
        assert_eq!(session.expires, Expiry::Unknown);
    }
}

#[test]
fn a_refresh_that_may_have_left_is_not_sent_again() {
    let credential = stored();
    let played = refresh(&credential, [not_sent(), not_sent(), typed(200, FORM, SECOND)]);
    let (mut nonces, mut times) = (BTreeSet::new(), BTreeSet::new());
    for request in &played.requests {
        let sent = verified(request, Some("s1"));
        nonces.insert(sent.first("oauth_nonce").unwrap().to_string());
        times.insert(sent.first("oauth_timestamp").unwrap().to_string());
    }
    assert_eq!((nonces.len(), times.len()), (3, 3), "each is signed anew, at its own time");
    let played = refresh(&credential, [maybe_sent()]);
    assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
    assert_eq!(played.error(), Error::Network(Failure { sent: Sent::Maybe, transient: true }));
    let played = refresh(&credential, [typed(503, "text/html", "<html>")]);
    assert_eq!(played.requests.len(), 1);
    assert!(played.error().is_transient());
}

#[test]
fn a_refusal_is_quoted_without_our_secrets() {
    let body = "oauth_problem=token_rejected&oauth_problem_advice=sh%2F1+s1+t1+cs%261";
    let Error::Refused(refusal) = refresh(&stored(), [typed(401, FORM, body)]).error() else {
        panic!("refused")
    };
    assert_eq!(refusal.code, ErrorCode::from_text("token_rejected"));
    assert_eq!(refusal.description(), Some("[secret] [secret] [secret] [secret]"));
}
