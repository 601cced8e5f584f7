//! The end of a token, at a server that has an address for it.

use countersign_flow::{
    Endpoint, Error,
    oauth1::{Signatory, TokenRevocation},
};
use countersign_token::TokenCredentials;
use countersign_wire::flow::{Input, Purpose};
use http::{Method, header::ACCEPT};

use super::{FORM, client, verified};
use crate::support::{Played, maybe_sent, not_sent, play, typed};

fn endpoint() -> Endpoint {
    Endpoint::new("revocation_endpoint", "https://sp.example/revoke").unwrap()
}

fn signatory() -> Signatory {
    Signatory::new(client(), TokenCredentials::new("tok", "tok-secret"))
}

fn revoke(answers: impl IntoIterator<Item = Input>) -> Played<()> {
    play(TokenRevocation::new(&endpoint(), &signatory()).unwrap(), answers)
}

#[test]
fn it_is_a_signed_get_or_a_signed_post() {
    let get = TokenRevocation::new(&endpoint(), &signatory()).unwrap();
    let post = TokenRevocation::post(&endpoint(), &signatory()).unwrap();
    for (flow, method) in [(get, Method::GET), (post, Method::POST)] {
        let played = play(flow, [typed(200, "text/html", "<html>")]);
        assert_eq!(played.purposes(), [Purpose::Revocation]);
        let request = &played.requests[0];
        assert_eq!(request.method(), method);
        assert!(request.body().is_empty());
        assert_eq!(request.headers().contains_key(ACCEPT), method == Method::POST);
        assert_eq!(verified(request, Some("tok-secret")).first("oauth_token"), Some("tok"));
        played.done();
    }
}

#[test]
fn a_token_that_has_ended_is_revoked() {
    for answer in [
        typed(200, "text/plain", ""),
        typed(204, FORM, ""),
        typed(401, FORM, "oauth_problem=token_revoked"),
        typed(401, FORM, "oauth_problem=token_expired"),
    ] {
        revoke([answer]).done();
    }
}

#[test]
fn what_is_not_revoked_is_an_error() {
    for (answer, transient) in [
        (typed(401, FORM, "oauth_problem=token_rejected"), false),
        (typed(401, FORM, "oauth_problem=timestamp_refused"), false),
        (typed(200, FORM, "oauth_problem=token_rejected"), false),
        (typed(401, "text/html", "<html>"), false),
        (typed(403, "text/plain", ""), false),
        (typed(302, "text/html", ""), false),
        (typed(404, "text/html", "<html>"), false),
        (typed(503, "text/html", "<html>"), true),
        (maybe_sent(), true),
    ] {
        let shown = format!("{answer:?}");
        let played = revoke([answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0), "{shown}");
        assert_eq!(played.error().is_transient(), transient, "{shown}");
    }
    let played = revoke([not_sent(), typed(200, "text/plain", "")]);
    let nonce = |index: usize| {
        verified(&played.requests[index], Some("tok-secret")).first("oauth_nonce").unwrap().to_string()
    };
    assert_ne!(nonce(0), nonce(1));
    let body = "oauth_problem=token_rejected&oauth_problem_advice=tok-secret+cs%261";
    let Error::Refused(refusal) = revoke([typed(401, FORM, body)]).error() else { panic!("refused") };
    assert_eq!(refusal.description(), Some("[secret] [secret]"));
}
