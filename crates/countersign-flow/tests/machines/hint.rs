use countersign_flow::{ClientCredentialsGrant, Error, Refresh, hint::Hint};
use countersign_token::RefreshToken;
use countersign_wire::flow::Input;

use crate::support::{confidential, json, maybe_sent, play, public, server, typed};

fn error(answer: Input) -> Error {
    let flow = Refresh::new(&server().token_endpoint, &public(), &RefreshToken::new("rt"), "");
    play(flow, [answer]).error()
}

fn refusal(status: u16, body: &str) -> Error {
    error(json(status, body))
}

#[test]
fn a_person_is_told_what_experience_knows() {
    let described = |code: &str, words: &str| {
        refusal(400, &format!(r#"{{"error":"{code}","error_description":"{words}"}}"#))
    };
    for (error, hint) in [
        (refusal(400, r#"{"error":"invalid_grant"}"#), Some(Hint::LogIn)),
        (described("invalid_grant", "Token has been expired or revoked."), Some(Hint::LogIn)),
        (
            described(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe. Check your iat and exp values",
            ),
            Some(Hint::Clock),
        ),
        (described("invalid_client", "assertion not yet valid; check the clock"), Some(Hint::Clock)),
        (described("invalid_grant", "redirect_uri does not match"), Some(Hint::RedirectUri)),
        (described("redirect_uri_mismatch", ""), Some(Hint::RedirectUri)),
        (refusal(400, r#"{"error":"invalid_grant","error_subtype":"invalid_rapt"}"#), Some(Hint::SignInAnew)),
        (refusal(400, r#"{"error":"rapt_required"}"#), Some(Hint::SignInAnew)),
        (refusal(401, r#"{"error":"invalid_client"}"#), Some(Hint::Client)),
        (refusal(200, r#"{"error":"incorrect_client_credentials"}"#), Some(Hint::Client)),
        (refusal(403, r#"{"error":"admin_policy_enforced"}"#), Some(Hint::Administrator)),
        (refusal(400, r#"{"error":"temporarily_unavailable"}"#), Some(Hint::Wait)),
        (refusal(400, r#"{"error":"invalid_scope"}"#), None),
        (error(typed(404, "text/html", "<p>")), Some(Hint::Address)),
        (error(typed(405, "text/html", "<p>")), Some(Hint::Address)),
        (error(typed(503, "text/html", "<p>")), Some(Hint::Wait)),
        (error(typed(200, "text/html", "<p>")), None),
        (error(maybe_sent()), Some(Hint::Wait)),
        (Error::IssuerMismatch, None),
    ] {
        assert_eq!(Hint::of(&error), hint, "{error:?}");
        // What needs a login is never what passes, and the other way round.
        assert!(!(error.needs_login() && error.is_transient()), "{error:?}");
        assert_eq!(error.is_transient(), hint == Some(Hint::Wait), "{error:?}");
    }
}

#[test]
fn invalid_grant_is_never_taken_for_trouble_that_passes() {
    for status in [400, 401, 200] {
        let error = refusal(status, r#"{"error":"invalid_grant"}"#);
        assert!(error.needs_login() && !error.is_transient(), "{status}");
    }
    for error in [
        refusal(503, r#"{"error":"temporarily_unavailable"}"#),
        refusal(400, r#"{"error":"server_error"}"#),
        error(typed(502, "text/html", "invalid_grant")),
        error(typed(400, "text/html", "invalid_grant")),
        error(maybe_sent()),
    ] {
        assert!(!error.needs_login(), "{error:?}");
    }
}

#[test]
fn a_login_without_a_refresh_token_is_noticed() {
    let redeemed = |member: &str| {
        let flow = Refresh::new(&server().token_endpoint, &public(), &RefreshToken::new("rt"), "");
        play(flow, [json(200, &format!(r#"{{"access_token":"a","token_type":"bearer"{member}}}"#))]).done()
    };
    assert_eq!(Hint::of_tokens(&redeemed("")), Some(Hint::OfflineAccess));
    assert_eq!(Hint::of_tokens(&redeemed(r#","refresh_token":"r""#)), None);
}

#[test]
fn hints_are_said_in_a_clause() {
    for hint in [
        Hint::LogIn,
        Hint::SignInAnew,
        Hint::RedirectUri,
        Hint::Clock,
        Hint::Client,
        Hint::Administrator,
        Hint::Address,
        Hint::OfflineAccess,
        Hint::Wait,
    ] {
        let text = hint.to_string();
        assert!(text.starts_with(char::is_lowercase) && !text.ends_with('.'), "{text}");
    }
}

#[test]
fn a_strict_client_refuses_what_others_tolerate() {
    use countersign_wire::response::{Oddity, Tolerance};
    let body = r#"{"access_token":"a","expires_in":"60"}"#;
    let grant = |tolerance| {
        let client = confidential().with_tolerance(tolerance);
        play(ClientCredentialsGrant::new(&server().token_endpoint, &client, ""), [json(200, body)])
    };
    assert_eq!(grant(Tolerance::default()).done().oddities, [Oddity::TokenTypeAssumed, Oddity::Lifetime]);
    let odd = countersign_wire::Error::Odd(Oddity::TokenTypeAssumed);
    assert_eq!(grant(Tolerance::strict()).error(), odd.into());
}
