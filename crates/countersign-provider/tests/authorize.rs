//! The authorization endpoint: what is a page, what is a redirect, and what each says.

#[path = "support/scene.rs"]
mod scene;

use countersign_provider::{Authorization, Endpoint, User};
use scene::{CALLBACK, ISSUER, Scene, is_refused_page, redirected};

/// A request with these changes is refused by redirect, with this error.
#[track_caller]
fn check(client: &str, changes: &[(&str, &str)], expected: &str) {
    let mut scene = Scene::new();
    check_query(&mut scene, &Scene::query(client, changes), expected);
}

#[track_caller]
fn check_query(scene: &mut Scene, query: &str, expected: &str) {
    let Authorization::Answer(answer) = scene.authorize(query) else { panic!("asked: {query}") };
    let (uri, params) = redirected(&answer);
    assert_eq!(uri, CALLBACK);
    assert_eq!(params.first("error"), Some(expected), "{query}");
    assert_eq!(params.first("iss"), Some(ISSUER));
    assert_eq!(params.first("code"), None);
    let expected = (!query.contains("state=x&state=x")).then_some("st&te +é");
    assert_eq!(params.first("state"), expected);
}

#[test]
fn a_sound_request_is_asked_and_a_yes_brings_a_code() {
    let mut scene = Scene::new();
    let request = scene.ask(&Scene::query("app", &[("scope", "profile")]));
    assert_eq!(request.client_name(), "An <app>");
    assert_eq!(request.redirect_uri(), Some(CALLBACK));
    let scopes: Vec<_> = request.scopes().iter().map(|scope| scope.description.as_str()).collect();
    assert_eq!(scopes, ["See you"]);
    let answer = scene.run(|provider, env| provider.approve(request, &User::new("1", "alice"), env));
    let (uri, params) = redirected(&answer);
    assert_eq!(uri, CALLBACK);
    assert_eq!(params.first("code").unwrap().len(), 43);
    assert_eq!(params.first("state"), Some("st&te +é"));
    assert_eq!(params.first("iss"), Some(ISSUER));
    assert_eq!(params.first("error"), None);
    assert_eq!(scene.provider.events().done(Endpoint::Authorize), 1);
}

#[test]
fn a_no_is_access_denied() {
    let mut scene = Scene::new();
    let request = scene.ask(&Scene::query("app", &[]));
    let answer = scene.run(|provider, env| provider.deny(request, env));
    let (_, params) = redirected(&answer);
    assert_eq!(params.first("error"), Some("access_denied"));
    assert_eq!(params.first("state"), Some("st&te +é"));
    assert_eq!(params.first("iss"), Some(ISSUER));
}

#[test]
fn without_a_client_and_its_redirect_uri_there_is_a_page_and_no_redirect() {
    let twice = |name: &str| {
        let query = Scene::query("app", &[]);
        let value = if name == "client_id" { "app" } else { CALLBACK };
        format!("{query}&{name}={value}")
    };
    for query in [
        Scene::query("nobody", &[]),
        Scene::query("app", &[("client_id", "")]),
        Scene::query("app", &[("redirect_uri", "")]),
        Scene::query("app", &[("redirect_uri", "https://evil.example/")]),
        // Nothing else that is wrong makes a redirect of it.
        Scene::query("app", &[("redirect_uri", "https://evil.example/"), ("response_type", "token")]),
        Scene::query("app", &[("redirect_uri", "https://evil.example/"), ("scope", "unknown")]),
        Scene::query("nobody", &[("scope", "unknown")]),
        twice("client_id"),
        twice("redirect_uri"),
        "client_id=%zz".into(),
        String::new(),
        format!("{}&x={}", Scene::query("app", &[]), "y".repeat(20_000)),
    ] {
        let mut scene = Scene::new();
        assert!(is_refused_page(&scene.authorize(&query)), "{query}");
    }
}

#[test]
fn everything_else_is_refused_by_redirect() {
    for (changes, expected) in [
        (&[("response_type", "")][..], "invalid_request"),
        (&[("response_type", "token")], "unsupported_response_type"),
        (&[("response_type", "code id_token")], "unsupported_response_type"),
        (&[("code_challenge", "")], "invalid_request"),
        (&[("code_challenge", "short")], "invalid_request"),
        (&[("code_challenge", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEj+k")], "invalid_request"),
        (&[("code_challenge_method", "")], "invalid_request"),
        (&[("code_challenge_method", "plain")], "invalid_request"),
        (&[("code_challenge_method", "s256")], "invalid_request"),
        (&[("response_mode", "form_post")], "invalid_request"),
        (&[("scope", "files unknown")], "invalid_scope"),
        (&[("resource", "https://api.example/")], "invalid_target"),
        (&[("prompt", "none")], "interaction_required"),
        (&[("request", "e30.e30.")], "request_not_supported"),
        (&[("request_uri", "urn:x")], "request_uri_not_supported"),
        (&[("registration", "{}")], "registration_not_supported"),
        (&[("authorization_details", "[]")], "invalid_authorization_details"),
    ] {
        check("app", changes, expected);
    }
}

#[test]
fn a_repeated_parameter_is_refused_by_redirect() {
    let mut scene = Scene::new();
    for more in ["&scope=files", "&foo=1&foo=2", "&code_challenge_method=S256"] {
        check_query(&mut scene, &(Scene::query("app", &[]) + more), "invalid_request");
    }
    // Of two states none can be the right one to echo.
    let query = Scene::query("app", &[("state", "")]) + "&state=x&state=x";
    check_query(&mut scene, &query, "invalid_request");
}

#[test]
fn a_client_without_the_code_grant_is_unauthorized() {
    let mut memory = scene::memory();
    let rule = countersign_provider::RedirectRule::AnyLoopback;
    let mut client = countersign_provider::RegisteredClient::public("device", "A device", [rule]);
    client.grants = vec![countersign_provider::GrantKind::RefreshToken];
    memory.add_client(client);
    let mut scene = Scene::with(memory);
    check_query(&mut scene, &Scene::query("device", &[]), "unauthorized_client");
}

#[test]
fn a_query_in_the_redirect_uri_is_kept() {
    let mut scene = Scene::new();
    let query = Scene::query("web", &[("redirect_uri", "https://web.example/cb?a=b"), ("state", "")]);
    let params = scene.approve(&query);
    let names: Vec<_> = params.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "code", "iss"]);
}

#[test]
fn without_entropy_or_room_the_redirect_says_so() {
    let mut scene = Scene::new();
    let request = scene.ask(&Scene::query("app", &[]));
    let env = countersign_wire::flow::Env { now: scene.now, entropy: &testkit::entropy::Empty::default() };
    let answer = scene.provider.approve(request, &User::new("1", "alice"), &env);
    assert_eq!(redirected(&answer).1.first("error"), Some("server_error"));

    let mut memory = countersign_provider::Memory::new(0);
    let rule = countersign_provider::RedirectRule::AnyLoopback;
    memory.add_client(countersign_provider::RegisteredClient::public("app", "An app", [rule]));
    let mut scene = Scene::with(memory);
    let params = scene.approve(&Scene::query("app", &[]));
    assert_eq!(params.first("error"), Some("temporarily_unavailable"));
}
