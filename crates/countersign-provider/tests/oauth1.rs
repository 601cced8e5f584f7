//! The three legs of OAuth 1.0a, and everybody who stumbles on them.

#[path = "support/scene.rs"]
mod scene;

use countersign_oauth1::{ClientCredentials, Form, Problem, Signer, Stamp, Target, Token};
use countersign_provider::{Authorization, Config, Error, Page, Provider, Reply};
use countersign_token::{Secret, TemporaryCredentials, TokenCredentials};
use http::Request;
use scene::{CALLBACK, Leg, Scene, Told, is_refused_page, redirected};

#[track_caller]
fn problem(told: &Told, status: u16, expected: &str) {
    assert_eq!(told.form().first("oauth_problem"), Some(expected));
    assert_eq!(told.status.as_u16(), status);
    let challenge = told.header("www-authenticate");
    assert_eq!(challenge, (status == 401).then_some("OAuth realm=\"http://127.0.0.1:8080\""));
}

#[track_caller]
fn refused(result: Result<countersign_provider::Identity, Error>, expected: Problem) {
    match result {
        Err(Error::OAuth1(error)) => assert_eq!(error.problem(), Some(expected)),
        other => panic!("{other:?}"),
    }
}

/// The first leg with these changes is refused.
#[track_caller]
fn check(change: impl FnOnce(&mut Leg<'_>), status: u16, expected: &str) {
    let mut scene = Scene::new();
    let mut leg = Leg { callback: Some(CALLBACK), ..Leg::new("/temporary") };
    change(&mut leg);
    let request = scene.signed(&leg);
    let told = Told::of(&scene.run(|provider, env| provider.temporary_credentials(&request, env)));
    problem(&told, status, expected);
}

fn verifier(scene: &mut Scene, pair: &(String, String)) -> String {
    let answer = scene.approve_temporary(&pair.0);
    redirected(&answer).1.first("oauth_verifier").unwrap().to_owned()
}

#[test]
fn three_legs_lead_to_an_identity() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    let Authorization::Ask(request) = scene.ask_temporary(&pair.0) else { panic!("not asked") };
    assert_eq!(request.client_name(), "An old <app>");
    assert_eq!(request.redirect_uri(), Some(CALLBACK));
    assert!(request.scopes().is_empty());
    let answer = scene.approve_temporary(&pair.0);
    let (uri, params) = redirected(&answer);
    assert_eq!(uri, CALLBACK);
    assert_eq!(params.first("oauth_token"), Some(pair.0.as_str()));
    let verifier = params.first("oauth_verifier").unwrap().to_owned();
    assert!(verifier.len() >= 22, "128 bits at least");
    let told = scene.exchange(&pair, Some(&verifier), "n2");
    assert_eq!(told.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(told.header("cache-control"), Some("no-store"));
    let form = told.form();
    let token =
        (form.first("oauth_token").unwrap().to_owned(), form.first("oauth_token_secret").unwrap().to_owned());
    let identity = scene.call1(&token, "n3").unwrap();
    assert_eq!(identity.user.as_ref().unwrap().name, "alice");
    assert!(identity.is_admin());
    assert_eq!(identity.client.as_str(), "ck");
    // Token credentials have no end of their own.
    scene.later(10 * 365 * 86_400);
    assert!(scene.call1(&token, "n4").is_ok());
}

#[test]
fn out_of_band_the_person_carries_the_verifier() {
    let mut scene = Scene::new();
    let pair = scene.temporary("oob", "n1");
    let answer = scene.approve_temporary(&pair.0);
    let Reply::Page(Page::Verifier { client, verifier }) = &answer.reply else { panic!("{answer:?}") };
    assert_eq!(client, "An old <app>");
    assert_eq!(scene.exchange(&pair, Some(verifier.expose()), "n2").status, 200);
}

#[test]
fn the_first_leg_refuses() {
    check(|leg| leg.consumer = ("ck", "wrong"), 401, "signature_invalid");
    check(|leg| leg.consumer = ("nobody", "cs"), 401, "signature_invalid");
    check(|leg| leg.callback = None, 400, "parameter_absent");
    check(|leg| leg.callback = Some("https://evil.example/"), 400, "parameter_rejected");
    check(|leg| leg.callback = Some("OOB"), 400, "parameter_rejected");
    check(|leg| leg.callback = Some("http://127.0.0.1:4711/callback#x"), 400, "parameter_rejected");
    let token = TokenCredentials::new("x", "y");
    check(|leg| leg.token = token.into(), 400, "parameter_rejected");
}

#[test]
fn an_unsigned_or_unposted_request_is_refused() {
    let mut scene = Scene::new();
    let request = Request::post("/temporary").body(Vec::new()).unwrap();
    let told = Told::of(&scene.run(|provider, env| provider.temporary_credentials(&request, env)));
    assert_eq!((told.status.as_u16(), told.response.body().len()), (401, 0));
    assert!(told.header("www-authenticate").unwrap().starts_with("OAuth "));
    let request = scene.signed(&Leg { method: "GET", callback: Some(CALLBACK), ..Leg::new("/temporary") });
    let told = Told::of(&scene.run(|provider, env| provider.temporary_credentials(&request, env)));
    assert_eq!((told.status.as_u16(), told.header("allow")), (405, Some("POST")));
}

#[test]
fn time_and_nonce_are_checked_after_the_signature() {
    let mut scene = Scene::new();
    let leg = Leg { callback: Some(CALLBACK), ..Leg::new("/temporary") };
    let request = scene.signed(&leg);
    // A forger with the same nonce burns nothing.
    let forged = scene.signed(&Leg { consumer: ("ck", "wrong"), ..leg });
    let ask = |scene: &mut Scene, request: &Request<Vec<u8>>| {
        Told::of(&scene.run(|provider, env| provider.temporary_credentials(request, env)))
    };
    problem(&ask(&mut scene, &forged), 401, "signature_invalid");
    assert_eq!(ask(&mut scene, &request).status, 200);
    problem(&ask(&mut scene, &request), 401, "nonce_used");
    scene.later(301);
    let told = ask(&mut scene, &request);
    problem(&told, 401, "timestamp_refused");
    let accepted = told.form().first("oauth_acceptable_timestamps").unwrap().to_owned();
    assert_eq!(accepted, format!("{}-{}", scene.now.unix() - 300, scene.now.unix() + 300));
}

#[test]
fn a_wrong_verifier_has_five_tries() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    let right = verifier(&mut scene, &pair);
    for attempt in 0..4 {
        let told = scene.exchange(&pair, Some("wrong"), &format!("w{attempt}"));
        problem(&told, 401, "verifier_invalid");
    }
    // The fifth may still be the right one.
    let mut other = Scene::new();
    let second = other.temporary(CALLBACK, "n1");
    let its = verifier(&mut other, &second);
    for attempt in 0..4 {
        other.exchange(&second, None, &format!("w{attempt}"));
    }
    assert_eq!(other.exchange(&second, Some(&its), "right").status, 200);

    problem(&scene.exchange(&pair, Some("wrong"), "w4"), 401, "verifier_invalid");
    problem(&scene.exchange(&pair, Some(&right), "w5"), 401, "token_rejected");
}

#[test]
fn a_missing_verifier_is_refused() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    verifier(&mut scene, &pair);
    problem(&scene.exchange(&pair, None, "n2"), 400, "parameter_absent");
}

#[test]
fn temporary_credentials_are_exchanged_once_in_ten_minutes_after_a_yes() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    problem(&scene.exchange(&pair, Some("early"), "n2"), 401, "permission_unknown");
    let right = verifier(&mut scene, &pair);
    assert_eq!(scene.exchange(&pair, Some(&right), "n3").status, 200);
    problem(&scene.exchange(&pair, Some(&right), "n4"), 401, "token_used");

    let pair = scene.temporary(CALLBACK, "n5");
    let right = verifier(&mut scene, &pair);
    scene.later(600);
    problem(&scene.exchange(&pair, Some(&right), "n6"), 401, "token_expired");
}

#[test]
fn they_belong_to_one_client() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    let right = verifier(&mut scene, &pair);
    let token = TemporaryCredentials::new(pair.0.as_str(), pair.1.as_str());
    let leg = Leg {
        consumer: ("ck2", "cs2"),
        token: token.into(),
        verifier: Some(&right),
        nonce: "n2",
        ..Leg::new("/token")
    };
    let request = scene.signed(&leg);
    let told = Told::of(&scene.run(|provider, env| provider.token_credentials(&request, env)));
    problem(&told, 401, "token_rejected");
    assert_eq!(scene.exchange(&pair, Some(&right), "n3").status, 200);
}

#[test]
fn a_person_decides_once() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    verifier(&mut scene, &pair);
    assert!(is_refused_page(&scene.ask_temporary(&pair.0)));

    let pair = scene.temporary(CALLBACK, "n2");
    let Authorization::Ask(request) = scene.ask_temporary(&pair.0) else { panic!("not asked") };
    let answer = scene.run(|provider, env| provider.deny(request, env));
    let (_, params) = redirected(&answer);
    assert_eq!(params.first("oauth_problem"), Some("permission_denied"));
    assert_eq!(params.first("oauth_token"), Some(pair.0.as_str()));
    assert!(is_refused_page(&scene.ask_temporary(&pair.0)));
    problem(&scene.exchange(&pair, Some("x"), "n3"), 401, "token_rejected");

    let pair = scene.temporary("oob", "n4");
    let Authorization::Ask(request) = scene.ask_temporary(&pair.0) else { panic!("not asked") };
    let answer = scene.run(|provider, env| provider.deny(request, env));
    assert!(matches!(answer.reply, Reply::Page(Page::Denied { .. })));
}

#[test]
fn an_unknown_or_late_token_is_shown_a_page() {
    let mut scene = Scene::new();
    let pair = scene.temporary(CALLBACK, "n1");
    for token in ["guessed", "", "a&oauth_token=b", "%zz"] {
        assert!(is_refused_page(&scene.ask_temporary(token)), "{token}");
    }
    // A callback at this place was the hole in OAuth 1.0; the one that was signed counts.
    let with_callback = format!("{}&oauth_callback=https://evil.example/", pair.0);
    let Authorization::Ask(request) = scene.ask_temporary(&with_callback) else { panic!("not asked") };
    assert_eq!(request.redirect_uri(), Some(CALLBACK));
    scene.later(600);
    assert!(is_refused_page(&scene.ask_temporary(&pair.0)));
}

#[test]
fn a_resource_refuses_what_does_not_hold() {
    let mut scene = Scene::new();
    let token = scene.login1("a");
    assert!(scene.call1(&token, "n1").is_ok());
    refused(scene.call1(&token, "n1"), Problem::NonceUsed);
    refused(scene.call1(&(token.0.clone(), "wrong".into()), "n2"), Problem::SignatureInvalid);
    refused(scene.call1(&("guessed".into(), token.1), "n3"), Problem::TokenRejected);
    let request = scene.signed(&Leg { method: "GET", ..Leg::new("/me") });
    refused(scene.check(request, ""), Problem::ParameterAbsent);
}

#[test]
fn a_signature_covers_path_query_and_form() {
    let mut scene = Scene::new();
    let pair = scene.login1("a");
    let token = TokenCredentials::new(pair.0.as_str(), pair.1.as_str());
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), token);
    let body = "title=a+b&x=%C3%A9";
    let uri = "http://127.0.0.1:8080/notes?draft=1";
    let mut check = |nonce: &str, path: &str, sent: &str| {
        let target = Target::new("POST", uri, Form::Encoded(body));
        let header = signer.authorization(target, Stamp::new(scene.now, nonce)).unwrap();
        let request = Request::post(path)
            .header("authorization", header)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("host", "another.example")
            .body(sent.as_bytes().to_vec())
            .unwrap();
        scene.check(request, "").is_ok()
    };
    assert!(check("n1", "/notes?draft=1", body));
    assert!(!check("n2", "/notes?draft=2", body));
    assert!(!check("n3", "/note?draft=1", body));
    assert!(!check("n4", "/notes?draft=1", "title=a+c&x=%C3%A9"));
}

#[test]
fn revocation_is_signed_and_final() {
    let mut scene = Scene::new();
    let pair = scene.login1("a");
    let other = scene.login1("b");
    let revoke = |scene: &mut Scene, pair: &(String, String), nonce: &str| {
        let token = TokenCredentials::new(pair.0.as_str(), pair.1.as_str());
        let request = scene.signed(&Leg { token: token.into(), nonce, ..Leg::new("/oauth1/revoke") });
        Told::of(&scene.run(|provider, env| provider.revoke_signed(&request, env)))
    };
    problem(&revoke(&mut scene, &(pair.0.clone(), "wrong".into()), "n1"), 401, "signature_invalid");
    assert!(scene.call1(&pair, "n2").is_ok());
    assert_eq!(revoke(&mut scene, &pair, "n3").status, 200);
    refused(scene.call1(&pair, "n4"), Problem::TokenRejected);
    problem(&revoke(&mut scene, &pair, "n5"), 401, "token_rejected");
    assert!(scene.call1(&other, "n6").is_ok());
    scene.provider.revoke_token_credentials(&Secret::new(other.0.as_str())).unwrap();
    refused(scene.call1(&other, "n7"), Problem::TokenRejected);
}

/// PLAINTEXT against a provider with this issuer.
fn plaintext(issuer: &str) -> u16 {
    let config = Config::new(issuer).unwrap();
    let mut provider = Provider::new(config, scene::memory().into());
    let request = Request::post("/temporary")
        .header(
            "authorization",
            "OAuth oauth_consumer_key=\"ck\", oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"cs%26\", oauth_callback=\"oob\"",
        )
        .body(Vec::new())
        .unwrap();
    let scene = Scene::new();
    let entropy = testkit::entropy::Counting::new(1);
    let env = countersign_wire::flow::Env { now: scene.now, entropy: &entropy };
    provider.temporary_credentials(&request, &env).status().as_u16()
}

#[test]
fn plaintext_needs_tls_or_the_machine_itself() {
    assert_eq!(plaintext("http://127.0.0.1:8080"), 200);
    assert_eq!(plaintext("https://provider.example"), 200);
    // There is no other origin a provider can have.
    assert_eq!(Config::new("http://provider.example"), Err(Error::Issuer));
}

#[test]
fn a_two_legged_signer_is_told_what_is_missing() {
    let mut scene = Scene::new();
    let request = scene.signed(&Leg { token: Token::None, nonce: "n", ..Leg::new("/token") });
    let told = Told::of(&scene.run(|provider, env| provider.token_credentials(&request, env)));
    problem(&told, 400, "parameter_absent");
    assert_eq!(told.form().first("oauth_parameters_absent"), Some("oauth_token"));
}
