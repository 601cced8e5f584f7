//! What helps against each refusal.

use countersign_flow::{Error, oauth1::Advice};
use countersign_token::Timestamp;
use countersign_wire::response::ErrorResponse;

use super::{FORM, begin, pending, redeem};
use crate::support::{json, typed};

fn refusal(body: &str) -> ErrorResponse {
    match begin([typed(401, FORM, body)]).error() {
        Error::Refused(refusal) => refusal,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn each_problem_has_its_advice() {
    let list = |items: &[&str]| items.iter().map(ToString::to_string).collect::<Vec<_>>();
    let range = |oldest, newest| Some((Timestamp::from_unix(oldest), Timestamp::from_unix(newest)));
    for (body, expected) in [
        ("timestamp_refused", Advice::SetClock { acceptable: None }),
        ("timestamp_refused&oauth_acceptable_timestamps=5-9", Advice::SetClock { acceptable: range(5, 9) }),
        ("timestamp_refused&oauth_acceptable_timestamps=9-5", Advice::SetClock { acceptable: None }),
        ("timestamp_refused&oauth_acceptable_timestamps=now", Advice::SetClock { acceptable: None }),
        ("nonce_used", Advice::SignAnew),
        ("signature_invalid", Advice::CompareSignatures),
        (
            "signature_method_rejected&oauth_acceptable_signature_methods=HMAC-SHA256%26RSA-SHA1",
            Advice::ChangeMethod { acceptable: list(&["HMAC-SHA256", "RSA-SHA1"]) },
        ),
        (
            "parameter_absent&oauth_parameters_absent=oauth_callback%26scope",
            Advice::CheckParameters { names: list(&["oauth_callback", "scope"]) },
        ),
        (
            "parameter_rejected&oauth_parameters_rejected=scope%3Da%2520b%26x",
            Advice::CheckParameters { names: list(&["scope", "x"]) },
        ),
        ("version_rejected", Advice::CheckParameters { names: list(&["oauth_version"]) }),
        ("consumer_key_unknown", Advice::CheckClient),
        ("consumer_key_rejected", Advice::CheckClient),
        ("consumer_key_refused", Advice::CheckClient),
        ("token_expired", Advice::Refresh),
        ("token_used", Advice::LogIn),
        ("token_revoked", Advice::LogIn),
        ("token_rejected", Advice::LogIn),
        ("verifier_invalid", Advice::LogIn),
        ("additional_authorization_required", Advice::AskForMore),
        ("permission_unknown", Advice::AwaitUser),
        ("permission_denied", Advice::AcceptRefusal),
        ("user_refused", Advice::AcceptRefusal),
    ] {
        let advice = Advice::of(&refusal(&format!("oauth_problem={body}"))).unwrap();
        assert_eq!(advice, expected, "{body}");
        let said = advice.to_string();
        assert!(!said.is_empty() && !said.ends_with('.') && !said.contains('\n'), "{said}");
    }
    assert_eq!(Advice::of(&refusal("oauth_problem=no_idea")), None);
    let Err(Error::Refused(denied)) = pending().callback("denied=tmp%2F1%3D") else { panic!("refused") };
    assert_eq!(Advice::of(&denied), Some(Advice::AcceptRefusal));
}

#[test]
fn advice_names_what_the_server_accepts() {
    let said = |body: &str| Advice::of(&refusal(body)).unwrap().to_string();
    assert_eq!(
        said("oauth_problem=parameter_absent&oauth_parameters_absent=oauth_callback"),
        "check the parameters that are sent: oauth_callback"
    );
    assert_eq!(said("oauth_problem=parameter_absent"), "check the parameters that are sent");
}

#[test]
fn what_a_server_accepts_is_quoted_without_secrets_and_escapes() {
    let body = "oauth_problem=signature_method_rejected&\
                oauth_acceptable_signature_methods=tmp-secret%1b%5B2J%26tmp%2F1%3D";
    let Error::Refused(refusal) = redeem(pending(), [typed(400, FORM, body)]).error() else {
        panic!("refused")
    };
    let acceptable = vec!["[secret] [2J".to_string(), "[secret]".to_string()];
    assert_eq!(Advice::of(&refusal), Some(Advice::ChangeMethod { acceptable }));
}

#[test]
fn a_numbered_error_keeps_the_servers_words() {
    let answer = json(401, r#"{"errors":[{"code":89,"message":"Invalid or expired token cs&1."}]}"#);
    let Error::Refused(refusal) = begin([answer]).error() else { panic!("refused") };
    assert_eq!((refusal.code.as_str(), refusal.status), ("unknown_error", Some(401)));
    assert_eq!(refusal.description(), Some("Invalid or expired token [secret]."));
    for odd in [r#"{"errors":[]}"#, r#"{"errors":{}}"#, r#"{"errors":[7]}"#, r#"{"errors":[{"code":"x"}]}"#] {
        let Error::Refused(refusal) = begin([json(401, odd)]).error() else { panic!("refused") };
        assert_eq!((refusal.code.as_str(), refusal.description()), ("unknown_error", None), "{odd}");
    }
}

#[test]
fn an_answer_is_advised_on_when_it_is_a_refusal() {
    let of = |status: u16, header: Option<&str>, body: &str| {
        let mut answer = http::Response::builder().status(status);
        if let Some(header) = header {
            answer = answer.header("www-authenticate", header);
        }
        Advice::of_answer(&answer.body(body.as_bytes().to_vec()).unwrap())
    };
    assert_eq!(of(401, None, "oauth_problem=token_expired"), Some(Advice::Refresh));
    assert_eq!(of(401, Some(r#"OAuth realm="r", oauth_problem="token_expired""#), ""), Some(Advice::Refresh));
    // The resource's own answer may well look like a report.
    assert_eq!(of(200, None, "oauth_problem=token_expired"), None);
    assert_eq!(of(502, None, "oauth_problem=token_expired"), None);
    assert_eq!(of(401, None, "oauth_problem=of_our_own"), None);
    assert_eq!(of(401, None, ""), None);
    assert_eq!(of(404, None, "{}"), None);
}
