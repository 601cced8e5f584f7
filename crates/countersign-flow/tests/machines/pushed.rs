use countersign_flow::{
    AuthorizationDetails, AuthorizationRequest, AuthorizationServer, Callback, ClientRegistration, Error,
    ProofKey, Pushed,
    error::{Misuse, Unsupported},
};
use countersign_token::Timestamp;
use countersign_wire::{
    Params,
    flow::{Input, Purpose},
    form,
    response::{ErrorCode, Oddity, Tolerance},
};
use testkit::vectors::Suite;

use crate::support::{
    NOW, Plain, Played, confidential, env, json, maybe_sent, play, public, server, typed, whole_server,
};

const PUSHED: &str = r#"{"request_uri":"urn:example:1","expires_in":60}"#;

fn push(client: &ClientRegistration, answers: impl IntoIterator<Item = Input>) -> Played<Pushed> {
    let server = whole_server();
    let request = AuthorizationRequest::new(&server, client).scopes("files").login_hint("ann");
    play(request.push(&env()).unwrap(), answers)
}

fn query(url: &str) -> Params {
    form::parse(url.split_once('?').unwrap().1).unwrap()
}

#[test]
fn the_answer_of_rfc_9126_section_2_2_stands_for_the_request() {
    Suite::open("protocol", "par_response.json", "/vectors").run(|case| {
        let (input, expected) = (&case["input"], &case["expected"]);
        let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
        let played = push(&public(), [json(status, input["body"].as_str().unwrap())]);
        assert_eq!(played.purposes(), [Purpose::PushedAuthorization]);
        assert_eq!(played.requests[0].uri(), "https://as.example/par");
        let sent = played.form(0);
        assert_eq!(sent.repeated(), None);
        for (name, value) in [
            ("response_type", "code"),
            ("client_id", "demo"),
            ("scope", "files"),
            ("login_hint", "ann"),
            ("code_challenge_method", "S256"),
        ] {
            assert_eq!(sent.unique(name).unwrap(), Some(value));
        }
        let state = sent.unique("state").unwrap().unwrap().to_string();
        let pushed = played.done();
        assert!(pushed.url.starts_with("https://as.example/authorize?"));
        assert_eq!(
            query(&pushed.url).iter().collect::<Vec<_>>(),
            [("client_id", "demo"), ("request_uri", expected["request_uri"].as_str().unwrap())]
        );
        let lifetime = i64::try_from(expected["expires_in"].as_u64().unwrap()).unwrap();
        assert_eq!(pushed.expires_at, Timestamp::from_unix(NOW + lifetime));
        let callback = pushed.pending.callback(&format!("code=x&state={state}")).unwrap();
        assert!(matches!(callback, Callback::Ours(_)));
    });
}

#[test]
fn the_client_authenticates_as_at_the_token_endpoint() {
    let played = push(&confidential(), [json(201, PUSHED)]);
    assert!(played.requests[0].headers().contains_key("authorization"));
    assert_eq!(played.form(0).unique("client_id").unwrap(), Some("web"));
    assert_eq!(played.form(0).first("client_secret"), None);
}

#[test]
fn pushing_may_be_repeated_and_a_refusal_repeats_nothing_secret() {
    assert_eq!(push(&public(), [maybe_sent(), json(201, PUSHED)]).requests.len(), 2);
    let body = r#"{"error":"invalid_request","error_description":"s3cret-of-web"}"#;
    let Error::Refused(refusal) = push(&confidential(), [json(400, body)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code, ErrorCode::InvalidRequest);
    assert_eq!(refusal.description(), Some("[secret]"));
    for status in [404, 405, 413] {
        let error = push(&public(), [typed(status, "text/html", "<p>")]).error();
        assert_eq!(error, countersign_wire::Error::NotAnAnswer { status }.into());
    }
}

#[test]
fn answers_that_cannot_be_used_are_refused() {
    for body in [
        "{}",
        r#"{"request_uri":"urn:a"}"#,
        r#"{"expires_in":60}"#,
        r#"{"request_uri":"","expires_in":60}"#,
        r#"{"request_uri":"a b","expires_in":60}"#,
        r#"{"request_uri":7,"expires_in":60}"#,
        r#"{"request_uri":"urn:a","expires_in":-1}"#,
    ] {
        assert!(matches!(push(&public(), [json(201, body)]).error(), Error::Protocol(_)), "{body}");
    }
    let strict = public().with_tolerance(Tolerance::strict());
    let error = push(&strict, [json(200, PUSHED)]).error();
    assert_eq!(error, countersign_wire::Error::Odd(Oddity::Status).into());
    assert!(push(&strict, [json(201, PUSHED)]).done().url.contains("request_uri=urn"));
    assert!(push(&public(), [json(200, PUSHED)]).done().url.contains("request_uri=urn"));
}

#[test]
fn a_server_that_wants_more_is_heard() {
    let begin = |change: fn(&mut AuthorizationServer)| {
        let mut server = whole_server();
        change(&mut server);
        AuthorizationRequest::new(&server, &public()).begin(&env()).unwrap_err()
    };
    assert_eq!(begin(|server| server.pushed_authorization_required = true), Misuse::PushRequired.into());
    let unsupported = || Error::Misuse(Misuse::NotSupported(Unsupported::RequestObject));
    assert_eq!(begin(|server| server.signed_request_required = true), unsupported());
    let error = AuthorizationRequest::new(&server(), &public()).push(&env()).unwrap_err();
    assert_eq!(error, Misuse::NoEndpoint { name: "pushed_authorization_request_endpoint" }.into());
    for name in ["request", "request_uri", "Request_URI"] {
        let error =
            AuthorizationRequest::new(&server(), &public()).param(name, "x").begin(&env()).unwrap_err();
        assert_eq!(error, unsupported());
    }
}

#[test]
fn the_request_of_rfc_6749_section_4_1_1_is_in_ours() {
    Suite::open("protocol", "authorization_request.json", "/vectors").run(|case| {
        let input = &case["input"];
        let text = |name: &str| input[name].as_str().unwrap();
        let client = ClientRegistration::public(text("client_id")).with_redirect_uri(text("redirect_uri"));
        let (url, pending) = AuthorizationRequest::new(&server(), &client).begin(&env()).unwrap();
        let ours = query(&url);
        let theirs = query(case["expected"]["url_path"].as_str().unwrap());
        for (name, value) in theirs.iter().filter(|(name, _)| *name != "state") {
            assert_eq!(ours.unique(name).unwrap(), Some(value));
        }
        assert_eq!(ours.unique("state").unwrap(), Some(pending.state().expose()));
    });
}

#[test]
fn what_is_asked_for_goes_along() {
    let details = AuthorizationDetails::parse(r#"[{"type":"payment","amount":"5.00"}]"#).unwrap();
    let server = server();
    let client = public().with_proof_key(ProofKey::new(Plain("thumb")));
    let request = || AuthorizationRequest::new(&server, &client).scopes("openid files");
    let (url, _) = request()
        .authorization_details(&details)
        .max_age(core::time::Duration::from_secs(60))
        .prompt("login")
        .begin(&env())
        .unwrap();
    let query = query(&url);
    assert_eq!(
        query.unique("authorization_details").unwrap(),
        Some(r#"[{"type":"payment","amount":"5.00"}]"#)
    );
    assert_eq!(query.unique("max_age").unwrap(), Some("60"));
    assert_eq!(query.unique("dpop_jkt").unwrap(), Some("thumb"));
    assert_eq!(query.unique("nonce").unwrap().unwrap().len(), 43);
    assert_ne!(query.unique("nonce").unwrap(), query.unique("state").unwrap());
    assert_eq!(query.unique("response_mode").unwrap(), None);
    for name in ["nonce", "max_age", "dpop_jkt", "authorization_details", "response_mode"] {
        let error = request().param(name, "x").begin(&env()).unwrap_err();
        assert_eq!(error, Misuse::Parameter { name: name.into() }.into());
    }
    let (url, _) = AuthorizationRequest::new(&server, &client).scopes("files").begin(&env()).unwrap();
    assert!(!url.contains("nonce="), "nobody asked who the user is");
}

#[test]
fn a_resource_is_an_absolute_uri_without_a_fragment() {
    let begin = |resource: &str| {
        AuthorizationRequest::new(&server(), &public()).resource(resource).begin(&env()).map(|_| ())
    };
    for good in ["https://api.example", "https://api.example/?a=b", "urn:example:api", "api://guid"] {
        assert_eq!(begin(good), Ok(()), "{good}");
    }
    for bad in ["", "api", "/v1", "https://api.example/#a", "https://api.example/ b", "https://a\r\nb"] {
        assert!(matches!(begin(bad), Err(Error::Endpoint { name: "resource", .. })), "{bad}");
    }
}

#[test]
fn the_answer_may_be_a_posted_form() {
    let server = server();
    let client = public();
    let begin = || AuthorizationRequest::new(&server, &client).form_post().begin(&env()).unwrap();
    let (url, pending) = begin();
    assert_eq!(query(&url).unique("response_mode").unwrap(), Some("form_post"));
    let body = format!("code=a%2Bb&state={}", pending.state().expose());
    let Callback::Ours(code) = pending.form_post(&body).unwrap() else { panic!("ours") };
    assert_eq!(play(code.redeem(), []).form(0).first("code"), Some("a+b"));
    // The body is a form and no address: nothing before a question mark or after a hash is cut off.
    let (_, mut pending) = begin();
    for forged in ["", "code=x", "code=x&state=y", "code=x&state={s}#", "%zz"] {
        let forged = forged.replace("{s}", pending.state().expose());
        pending = match pending.form_post(&forged).unwrap() {
            Callback::NotOurs(pending) => pending,
            Callback::Ours(_) => panic!("{forged}"),
        };
    }
    let (_, other) = begin();
    let address = format!("x?code=x&state={}", other.state().expose());
    let error = other.form_post(&address).unwrap_err();
    assert_eq!(error, countersign_wire::Error::Missing { name: "code" }.into());
    let denied = format!("error=access_denied&state={}", pending.state().expose());
    assert!(matches!(pending.form_post(&denied).unwrap_err(), Error::Refused(_)));
}

#[test]
fn authorization_details_are_data() {
    for broken in ["", "{}", "[]", "[1]", r#"[{"type":7}]"#, r#"[{"type":""}]"#, r#"[{"type":"a"},{}]"#] {
        assert!(matches!(AuthorizationDetails::parse(broken).unwrap_err(), Error::Protocol(_)), "{broken}");
    }
    let granted = |member: &str| {
        let (_, pending) = AuthorizationRequest::new(&server(), &public()).begin(&env()).unwrap();
        let query = format!("code=x&state={}", pending.state().expose());
        let Callback::Ours(code) = pending.callback(&query).unwrap() else { panic!("ours") };
        let body = format!(r#"{{"access_token":"a","token_type":"bearer"{member}}}"#);
        play(code.redeem(), [json(200, &body)]).done().authorization_details()
    };
    assert!(granted("").unwrap().is_none());
    let details = granted(r#","authorization_details":[{"type":"payment"}]"#).unwrap().unwrap();
    assert_eq!(details.types().collect::<Vec<_>>(), ["payment"]);
    assert!(granted(r#","authorization_details":"x""#).is_err());
}
