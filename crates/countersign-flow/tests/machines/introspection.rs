use countersign_flow::{Error, Introspected, Introspection};
use countersign_token::{AccessToken, RefreshToken, Timestamp, TokenType};
use countersign_wire::{
    flow::{Input, Purpose},
    response::ErrorCode,
};
use testkit::vectors::Suite;

use crate::support::{NOW, confidential, json, maybe_sent, play, typed, whole_server};

fn introspection() -> Introspection {
    let token = AccessToken::bearer("at-1".into(), Timestamp::from_unix(0));
    let server = whole_server();
    Introspection::access_token(&server.introspection_endpoint.unwrap(), &confidential(), &token)
}

fn outcome(answer: Input) -> Result<bool, Error> {
    play(introspection(), [answer]).end.unwrap().map(|introspected| match introspected {
        Introspected::Active(_) => true,
        Introspected::Inactive => false,
        _ => panic!("a third answer"),
    })
}

#[test]
fn the_token_is_asked_about_by_its_client() {
    let played = play(introspection(), [json(200, r#"{"active":false}"#)]);
    assert_eq!(played.purposes(), [Purpose::Introspection]);
    assert_eq!(
        played.form(0).iter().collect::<Vec<_>>(),
        [("token", "at-1"), ("token_type_hint", "access_token")]
    );
    assert!(played.requests[0].headers()["authorization"].is_sensitive());
    let endpoint = whole_server().introspection_endpoint.unwrap();
    let flow = Introspection::refresh_token(&endpoint, &confidential(), &RefreshToken::new("rt-1"));
    assert_eq!(play(flow, []).form(0).first("token_type_hint"), Some("refresh_token"));
    let flow = Introspection::new(&endpoint, &confidential(), &"x".into(), None);
    assert_eq!(play(flow, []).form(0).first("token_type_hint"), None);
}

#[test]
fn inactive_is_no_error() {
    Suite::open("protocol", "introspection_response.json", "/vectors").run(|case| {
        let input = &case["input"];
        let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
        let active = outcome(json(status, input["body"].as_str().unwrap())).unwrap();
        assert_eq!(active, case["expected"]["active"].as_bool().unwrap());
    });
}

#[test]
fn what_is_said_of_an_active_token_is_read() {
    let body = format!(
        r#"{{"active":true,"scope":"files mail","client_id":"c","username":"ann\u001b","token_type":"DPoP",
        "exp":{},"iat":1,"nbf":2.5,"sub":"u-1","aud":["one","two"],"iss":"https://as.example",
        "cnf":{{"jkt":"thumb"}},"department":"x"}}"#,
        NOW + 60
    );
    let Introspected::Active(token) = play(introspection(), [json(200, &body)]).done() else {
        panic!("active")
    };
    assert_eq!(token.scopes.as_ref().unwrap().to_string(), "files mail");
    assert_eq!((token.client_id.as_deref(), token.username.as_deref()), (Some("c"), Some("ann")));
    assert_eq!(token.token_type, Some(TokenType::DPoP));
    assert_eq!(token.expires, Some(Timestamp::from_unix(NOW + 60)));
    assert_eq!(token.not_before, Some(Timestamp::from_unix(2)));
    assert_eq!(token.subject.as_deref(), Some("u-1"));
    assert!(token.is_for("one") && token.is_for("two") && !token.is_for("on") && !token.is_for(""));
    assert_eq!(token.issuer.as_deref(), Some("https://as.example"));
    assert_eq!(token.thumbprint.as_deref(), Some("thumb"));
    assert_eq!(token.extra.text("department"), Some("x"));
    let one = json(200, r#"{"active":true,"aud":"one"}"#);
    let Introspected::Active(token) = play(introspection(), [one]).done() else { panic!("active") };
    assert_eq!(token.audience, ["one"]);
}

#[test]
fn a_token_outside_its_time_is_not_active_whatever_the_server_says() {
    // The clock is a second on when the answer comes.
    for (member, expected) in [
        (format!(r#""exp":{}"#, NOW + 2), true),
        (format!(r#""exp":{}"#, NOW + 1), false),
        (format!(r#""exp":{}"#, NOW - 60), false),
        (format!(r#""nbf":{}"#, NOW + 1), true),
        (format!(r#""nbf":{}"#, NOW + 2), false),
        (r#""exp":-1"#.into(), false),
    ] {
        let active = outcome(json(200, &format!(r#"{{"active":true,{member}}}"#))).unwrap();
        assert_eq!(active, expected, "{member}");
    }
}

#[test]
fn what_cannot_be_understood_is_never_a_yes() {
    for body in [
        "{}",
        r#"{"active":"true"}"#,
        r#"{"active":1}"#,
        r#"{"active":null}"#,
        r#"{"active":true,"active":true}"#,
        r#"{"active":true,"exp":"99999999999"}"#,
        r#"{"active":true,"exp":1e400}"#,
        r#"{"active":true,"nbf":[]}"#,
        r#"{"active":true,"aud":7}"#,
        r#"{"active":true,"aud":[7]}"#,
        r#"{"active":true,"scope":["a"]}"#,
        r#"{"active":true,"cnf":{"x5t#S256":"x"}}"#,
        r#"{"active":true,"cnf":{}}"#,
        r#"{"active":true,"sub":7}"#,
        r#"{"active":true} x"#,
        "[true]",
    ] {
        let error = outcome(json(200, body)).unwrap_err();
        assert!(matches!(error, Error::Protocol(_)), "{body}: {error:?}");
    }
    for answer in [
        typed(200, "application/x-www-form-urlencoded", "active=true"),
        typed(200, "text/html", "<p>active"),
        json(201, r#"{"active":true}"#),
        json(404, r#"{"active":true}"#),
    ] {
        assert!(matches!(outcome(answer).unwrap_err(), Error::Protocol(_)));
    }
}

#[test]
fn a_look_may_be_repeated_and_a_refusal_repeats_no_token() {
    let played = play(introspection(), [maybe_sent(), json(200, r#"{"active":true}"#)]);
    assert_eq!(played.requests.len(), 2);
    let body = r#"{"error":"invalid_client","error_description":"at-1 by s3cret-of-web"}"#;
    let Error::Refused(refusal) = outcome(json(401, body)).unwrap_err() else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::InvalidClient);
    assert_eq!(refusal.description(), Some("[secret] by [secret]"));
}
