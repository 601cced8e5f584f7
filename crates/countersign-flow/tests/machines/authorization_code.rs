use core::time::Duration;
use std::collections::BTreeSet;

use countersign_flow::{
    AuthorizationRequest, AuthorizationServer, AuthorizedCode, Callback, ClientRegistration, Error,
    PendingAuthorization,
    error::{EndpointProblem, Misuse},
    pkce::Verifier,
};
use countersign_token::{Expiry, Secret, Timestamp};
use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose},
    form,
    response::{ErrorCode, Oddity},
};
use http::Method;
use proptest::prelude::*;
use testkit::entropy;

use crate::support::{
    NOW, REDIRECT_URI, confidential, env, json, later, maybe_sent, not_sent, play, public, server, typed,
};

const TOKENS: &str =
    r#"{"access_token":"at-1","token_type":"Bearer","expires_in":3600,"refresh_token":"rt-1"}"#;

fn query(url: &str) -> Params {
    form::parse(url.split_once('?').unwrap().1).unwrap()
}

fn code(pending: PendingAuthorization) -> AuthorizedCode {
    let answer = format!("code=c0de-1&state={}", pending.state().expose());
    match pending.callback(&answer).unwrap() {
        Callback::Ours(code) => code,
        Callback::NotOurs(_) => panic!("the state is right"),
    }
}

fn pending() -> PendingAuthorization {
    AuthorizationRequest::new(&server(), &public()).scopes("files mail").begin(&env()).unwrap().1
}

#[test]
fn the_address_says_all_that_the_protocol_asks_for() {
    let (url, pending) = AuthorizationRequest::new(&server(), &public())
        .scopes("files mail")
        .login_hint("ann@example.com")
        .prompt("consent")
        .resource("https://api.example/v1")
        .param("access_type", "off & on=1#+%\u{1F600}\r\n")
        .begin(&env())
        .unwrap();
    assert!(url.starts_with("https://as.example/authorize?response_type=code&client_id=demo&"));
    let query = query(&url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "demo"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "files mail"),
        ("state", pending.state().expose()),
        ("code_challenge_method", "S256"),
        ("resource", "https://api.example/v1"),
        ("login_hint", "ann@example.com"),
        ("prompt", "consent"),
        ("access_type", "off & on=1#+%\u{1F600}\r\n"),
    ] {
        assert_eq!(query.unique(name).unwrap(), Some(value), "{name}");
    }
    assert_eq!(query.len(), 11);
    assert_eq!(pending.redirect_uri(), REDIRECT_URI);
    assert_eq!(pending.expires_at(), Timestamp::from_unix(NOW + 600));
}

#[test]
fn an_endpoint_keeps_its_query_unless_it_sets_what_is_ours() {
    let at = |endpoint: &str| {
        let server = AuthorizationServer::new("https://as.example", "https://as.example/token")
            .unwrap()
            .with_authorization_endpoint(endpoint)
            .unwrap();
        AuthorizationRequest::new(&server, &public()).param("tenant", "b").begin(&env())
    };
    let (url, _) = at("https://as.example/authorize?realm=a%2Fb").unwrap();
    assert!(url.starts_with("https://as.example/authorize?realm=a%2Fb&response_type=code&"));
    for taken in ["state=x", "code_challenge_method=plain", "%73tate=x", "STATE=x", "tenant=a", "broken=%zz"]
    {
        assert_eq!(
            at(&format!("https://as.example/authorize?{taken}")).unwrap_err(),
            Error::Endpoint { name: "authorization_endpoint", problem: EndpointProblem::Query },
            "{taken}"
        );
    }
}

#[test]
fn extra_parameters_never_replace_those_of_the_protocol() {
    for name in [
        "response_type",
        "client_id",
        "client_secret",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "resource",
        "nonce",
        "dpop_jkt",
        "response_mode",
        "State",
        "Code_Challenge_Method",
    ] {
        let error = AuthorizationRequest::new(&server(), &public()).param(name, "x").begin(&env());
        assert_eq!(error.unwrap_err(), Error::Misuse(Misuse::Parameter { name: name.into() }));
    }
    let (server, client) = (server(), public());
    let twice = AuthorizationRequest::new(&server, &client).prompt("login").param("prompt", "none");
    assert_eq!(twice.begin(&env()).unwrap_err(), Error::Misuse(Misuse::Parameter { name: "prompt".into() }));
}

#[test]
fn what_is_missing_is_said() {
    let no_page = AuthorizationServer::new("https://as.example", "https://as.example/token").unwrap();
    let misuse = |error| Error::Misuse(error);
    assert_eq!(
        AuthorizationRequest::new(&no_page, &public()).begin(&env()).unwrap_err(),
        misuse(Misuse::NoEndpoint { name: "authorization_endpoint" })
    );
    let nowhere = ClientRegistration::public("demo");
    assert_eq!(
        AuthorizationRequest::new(&server(), &nowhere).begin(&env()).unwrap_err(),
        misuse(Misuse::NoRedirectUri)
    );
    for (uri, problem) in [
        ("/callback", EndpointProblem::NotAbsolute),
        ("", EndpointProblem::NotAbsolute),
        ("1x:/cb", EndpointProblem::NotAbsolute),
        ("http://127.0.0.1/a b", EndpointProblem::NotAbsolute),
        ("http://127.0.0.1/#", EndpointProblem::Fragment),
    ] {
        assert_eq!(
            AuthorizationRequest::new(&server(), &public()).redirect_uri(uri).begin(&env()).unwrap_err(),
            Error::Endpoint { name: "redirect_uri", problem },
            "{uri}"
        );
    }
    let silent = Env { now: Timestamp::from_unix(NOW), entropy: &entropy::Empty::default() };
    assert_eq!(AuthorizationRequest::new(&server(), &public()).begin(&silent).unwrap_err(), Error::NoEntropy);
}

#[test]
fn every_login_has_its_own_state_and_an_s256_challenge() {
    let (mut states, mut challenges) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..200 {
        let (url, pending) = AuthorizationRequest::new(&server(), &public()).begin(&env()).unwrap();
        let query = query(&url);
        assert_eq!(query.unique("code_challenge_method").unwrap(), Some("S256"));
        let challenge = query.unique("code_challenge").unwrap().unwrap();
        assert_eq!(challenge.len(), 43);
        assert_eq!(pending.state().expose().len(), 43);
        assert!(states.insert(pending.state().expose().to_string()));
        assert!(challenges.insert(challenge.to_string()));
    }
}

#[test]
fn a_code_is_redeemed_with_the_verifier_and_the_same_redirect_uri() {
    for (client, uri) in [
        (public(), "http://127.0.0.1:4711/callback?x=%41&y=+b"),
        (public(), "http://[::1]:1/%7Eann/"),
        (public(), "com.example.app:/cb"),
        (confidential(), "https://web.example/cb?a=b;c=d"),
    ] {
        let (url, pending) = AuthorizationRequest::new(&server(), &client)
            .scopes("files")
            .redirect_uri(uri)
            .resource("https://api.example/a")
            .resource("https://api.example/b")
            .begin(&env())
            .unwrap();
        let asked = query(&url);
        assert_eq!(asked.first("redirect_uri"), Some(uri));
        let played = play(code(pending).redeem(), [json(200, TOKENS)]);
        let request = &played.requests[0];
        assert_eq!(
            (request.method(), request.uri().to_string().as_str()),
            (&Method::POST, "https://as.example/token")
        );
        assert_eq!(request.headers()["accept"], "application/json");
        assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
        assert_eq!(played.purposes(), [Purpose::Token]);
        let sent = played.form(0);
        assert_eq!(sent.unique("grant_type").unwrap(), Some("authorization_code"));
        assert_eq!(sent.unique("code").unwrap(), Some("c0de-1"));
        assert_eq!(sent.unique("redirect_uri").unwrap(), Some(uri));
        assert_eq!(
            sent.all("resource").collect::<Vec<_>>(),
            ["https://api.example/a", "https://api.example/b"]
        );
        let verifier = Secret::new(sent.unique("code_verifier").unwrap().unwrap());
        let challenge = Verifier::from_text(&verifier).unwrap().challenge();
        assert_eq!(asked.first("code_challenge"), Some(challenge.as_str()));
        assert_eq!(sent.first("state"), None);

        let redeemed = played.done();
        let access = &redeemed.tokens.access;
        assert!(access.secret.ct_eq("at-1"));
        assert_eq!(access.scopes.to_string(), "files");
        assert_eq!(access.resource, ["https://api.example/a", "https://api.example/b"]);
        assert_eq!(access.expires, Expiry::At(Timestamp::from_unix(NOW + 3600)));
        assert!(redeemed.tokens.refresh.unwrap().secret().ct_eq("rt-1"));
        assert!(redeemed.missing_scopes.is_empty() && redeemed.oddities.is_empty());
    }
}

#[test]
fn scopes_that_were_not_granted_are_named() {
    let answer = r#"{"access_token":"a","token_type":"bearer","scope":["files"]}"#;
    let redeemed = play(code(pending()).redeem(), [json(200, answer)]).done();
    assert_eq!(redeemed.tokens.access.scopes.to_string(), "files");
    assert_eq!(redeemed.missing_scopes.to_string(), "mail");
    assert_eq!(redeemed.oddities, [Oddity::ScopeArray]);
}

#[test]
fn a_code_is_sent_again_only_when_it_never_left() {
    let played = play(code(pending()).redeem(), [not_sent(), not_sent(), json(200, TOKENS)]);
    assert_eq!(played.requests.len(), 3);
    assert_eq!(played.waits, [Duration::from_secs(1), Duration::from_secs(2)]);
    assert!(played.requests.iter().all(|request| request.body() == played.requests[0].body()));
    assert!(played.done().tokens.access.secret.ct_eq("at-1"));

    let played = play(code(pending()).redeem(), [not_sent(), not_sent(), not_sent()]);
    assert_eq!(played.requests.len(), 3);
    let error = played.error();
    assert!(matches!(error, Error::Network(_)) && error.is_transient());

    for script in [vec![maybe_sent()], vec![not_sent(), maybe_sent()]] {
        let sent = script.len();
        let played = play(code(pending()).redeem(), script);
        assert_eq!((played.requests.len(), played.error()), (sent, Error::MaybeSpent));
    }

    // A bad certificate will not get better by waiting.
    let hopeless =
        countersign_wire::flow::Failure { sent: countersign_wire::flow::Sent::No, transient: false };
    let played = play(code(pending()).redeem(), [Input::Failed(hopeless)]);
    assert_eq!((played.requests.len(), played.error()), (1, Error::Network(hopeless)));
}

#[test]
fn whatever_the_server_answers_a_code_is_not_sent_twice() {
    for (answer, check) in [
        (json(400, r#"{"error":"invalid_grant"}"#), Some(ErrorCode::InvalidGrant)),
        (json(401, r#"{"error":"invalid_client"}"#), Some(ErrorCode::InvalidClient)),
        (json(503, r#"{"error":"temporarily_unavailable"}"#), Some(ErrorCode::TemporarilyUnavailable)),
        (json(200, r#"{"error":"server_error","access_token":"x"}"#), Some(ErrorCode::ServerError)),
        (typed(503, "text/html", "<html>"), None),
        (typed(200, "text/html", "<html>access_token=x"), None),
        (typed(302, "text/html", ""), None),
        (json(200, "{}"), None),
        (json(200, r#"{"access_token":"x","token_type":"mac"}"#), None),
        (json(200, r#"{"access_token":"a b","token_type":"bearer"}"#), None),
    ] {
        let played = play(code(pending()).redeem(), [answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
        match (played.error(), check) {
            (Error::Refused(refusal), Some(code)) => assert_eq!(refusal.code, code),
            (Error::Protocol(_), None) => {}
            (other, _) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_server_that_repeats_our_secrets_is_not_quoted() {
    let pending = AuthorizationRequest::new(&server(), &confidential()).begin(&env()).unwrap().1;
    let body = r#"{"error":"invalid_grant","error_description":"code c0de-1 of s3cret-of-web is used"}"#;
    let Error::Refused(refusal) = play(code(pending).redeem(), [json(400, body)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.description(), Some("code [secret] of [secret] is used"));
}

#[test]
fn a_login_lasts_ten_minutes() {
    let mut late = code(pending()).redeem();
    assert_eq!(late.step(Input::Start, &later(601)).unwrap_err(), Error::LoginExpired);
    assert_eq!(late.step(Input::Start, &later(0)).unwrap_err(), Error::Misuse(Misuse::Finished));
    assert!(code(pending()).redeem().step(Input::Start, &later(600)).is_ok());
    // A clock that was set back does not end a login.
    assert!(code(pending()).redeem().step(Input::Start, &later(-86_400)).is_ok());
}

#[test]
fn an_input_that_answers_nothing_ends_the_flow() {
    for input in [Input::Woken, not_sent(), json(200, TOKENS)] {
        let mut flow = code(pending()).redeem();
        let error = flow.step(input, &env()).unwrap_err();
        assert_eq!(error, Error::Misuse(Misuse::UnexpectedInput));
        assert_eq!(flow.step(Input::Start, &env()).unwrap_err(), Error::Misuse(Misuse::Finished));
    }
    let mut flow = code(pending()).redeem();
    flow.step(Input::Start, &env()).unwrap();
    assert_eq!(flow.step(Input::Start, &env()).unwrap_err(), Error::Misuse(Misuse::UnexpectedInput));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_blob_brings_everything_back(
        id in "\\PC{1,12}", secret in "\\PC{1,12}", basic: bool, public: bool, scopes in "[a-z]{1,4}( [a-z]{1,4}){0,3}",
        resource in proptest::collection::vec("https://[a-z]{1,8}/[!$-~]{0,8}", 0..3), iss: bool, path in "[!$-~]{0,12}",
    ) {
        let client = match (public, basic) {
            (true, _) => ClientRegistration::public(id.as_str()),
            (false, true) => ClientRegistration::confidential(id.as_str(), secret.as_str()),
            (false, false) => ClientRegistration::new(
                id.as_str(),
                countersign_flow::ClientAuthentication::SecretPost(secret.as_str().into()),
            ),
        };
        let mut server = server();
        server.iss_parameter_supported = iss;
        let uri = format!("http://127.0.0.1:1/{}", path.replace('#', ""));
        let mut request = AuthorizationRequest::new(&server, &client).scopes(scopes.as_str()).redirect_uri(uri.as_str());
        for resource in &resource {
            request = request.resource(resource.as_str());
        }
        let (_, pending) = request.begin(&env()).unwrap();
        let blob = pending.to_blob();
        let back = PendingAuthorization::from_blob(&blob).unwrap();
        prop_assert!(back.to_blob().ct_eq(&blob));
        prop_assert_eq!(back.redirect_uri(), uri.as_str());
        let answer = |pending: &PendingAuthorization| {
            format!("code=c0de-1&iss=https%3A%2F%2Fas.example&state={}", pending.state().expose())
        };
        let redeem = |pending: PendingAuthorization| {
            let text = answer(&pending);
            let Callback::Ours(code) = pending.callback(&text).unwrap() else { panic!("ours") };
            play(code.redeem(), []).requests.remove(0)
        };
        let (first, second) = (redeem(pending), redeem(back));
        prop_assert_eq!(first.body(), second.body());
        prop_assert_eq!(first.headers(), second.headers());
        prop_assert_eq!(first.uri(), second.uri());
    }
}

#[test]
fn a_blob_that_was_changed_or_cut_is_refused() {
    let pending =
        AuthorizationRequest::new(&server(), &confidential()).scopes("a b").begin(&env()).unwrap().1;
    let blob = pending.to_blob();
    let text = blob.expose();
    for position in 0..text.len() {
        for byte in *b"A1&=%+-" {
            let mut changed = text.as_bytes().to_vec();
            changed[position] = byte;
            if changed != text.as_bytes() {
                let changed = Secret::new(String::from_utf8(changed).unwrap());
                assert_eq!(
                    PendingAuthorization::from_blob(&changed).unwrap_err(),
                    Error::Blob,
                    "byte {position}"
                );
            }
        }
        assert_eq!(
            PendingAuthorization::from_blob(&Secret::new(&text[..position])).unwrap_err(),
            Error::Blob
        );
    }
    for foreign in ["", "&sum=", "{}", "v=countersign-authorization-1&sum=x"] {
        assert_eq!(PendingAuthorization::from_blob(&Secret::new(foreign)).unwrap_err(), Error::Blob);
    }
    // What a terminal or an editor adds around it does no harm.
    assert!(PendingAuthorization::from_blob(&Secret::new(format!(" {text}\r\n"))).is_ok());
}
