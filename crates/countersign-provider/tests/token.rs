//! The token endpoint: every grant, every refusal, and what happens to those who come twice.

#[path = "support/scene.rs"]
mod scene;

use std::sync::{Arc, Barrier, Mutex};

use countersign_provider::{Endpoint, Error, GrantKind};
use http::Request;
use scene::{CALLBACK, Scene, pairs, post};

#[test]
fn a_code_brings_tokens_that_open_resources() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let told = scene.redeem("app", &code);
    assert_eq!(told.status, 200);
    assert_eq!(told.header("cache-control"), Some("no-store"));
    assert_eq!(told.header("content-type"), Some("application/json"));
    assert_eq!(told.text("token_type").as_deref(), Some("Bearer"));
    assert_eq!(told.text("scope").as_deref(), Some("files profile"));
    let identity = scene.bearer(&told.text("access_token").unwrap()).unwrap();
    assert_eq!(identity.user.as_ref().unwrap().name, "alice");
    assert!(identity.is_admin());
    assert_eq!(identity.client.as_str(), "app");
}

/// A redemption with these changes (an empty value takes the parameter away) is refused.
#[track_caller]
fn check(changes: &[(&str, &str)], expected: &str) {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let mut form = Scene::redemption("app", &code);
    for (name, value) in changes {
        form.retain(|(own, _)| own != name);
        if !value.is_empty() {
            form.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    let status = if expected == "invalid_client" { 401 } else { 400 };
    scene.token(&pairs(&form)).refused(status, expected);
}

#[test]
fn a_redemption_that_does_not_hold_is_refused() {
    check(&[("grant_type", "")], "invalid_request");
    check(&[("grant_type", "password")], "unsupported_grant_type");
    check(&[("grant_type", "client_credentials")], "unauthorized_client");
    check(&[("code", "")], "invalid_request");
    check(&[("code", "guessed")], "invalid_grant");
    check(&[("client_id", "")], "invalid_client");
    check(&[("client_id", "nobody")], "invalid_client");
    check(&[("client_id", "web")], "invalid_client");
    check(&[("client_id", "other")], "invalid_grant");
    check(&[("client_secret", "x")], "invalid_client");
    check(&[("client_assertion", "x"), ("client_assertion_type", "y")], "invalid_client");
    check(&[("redirect_uri", "")], "invalid_grant");
    check(&[("redirect_uri", "http://127.0.0.1:4712/callback")], "invalid_grant");
    check(&[("code_verifier", "")], "invalid_grant");
    check(&[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")], "invalid_grant");
    check(&[("resource", "https://api.example/")], "invalid_target");
}

#[test]
fn a_request_that_is_no_form_post_is_refused() {
    let mut scene = Scene::new();
    for (request, status) in [
        (Request::get("/token?grant_type=x").body(Vec::new()), 405),
        (Request::put("/token").body(Vec::new()), 405),
        (Request::post("/token").body(b"grant_type=client_credentials".to_vec()), 400),
        (Request::post("/token").header("content-type", "application/json").body(b"{}".to_vec()), 400),
        (
            Request::post("/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(b"grant_type=%zz".to_vec()),
            400,
        ),
        (
            Request::post("/token")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(vec![b'a'; 70_000]),
            400,
        ),
    ] {
        let told = scene.token_request(request.unwrap());
        told.refused(status, "invalid_request");
        assert_eq!(told.header("allow"), (status == 405).then_some("POST"));
    }
    let form = [("grant_type", "client_credentials"), ("client_id", "app"), ("client_id", "app")];
    scene.token(&form).refused(400, "invalid_request");
    // A parameter nobody knows may not repeat either.
    scene.token(&[("client_id", "app"), ("x", "1"), ("x", "2")]).refused(400, "invalid_request");
}

#[test]
fn a_code_dies_after_a_minute() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    scene.later(59);
    assert_eq!(scene.redeem("app", &code).status, 200);
    let code = scene.code("app");
    scene.later(60);
    scene.redeem("app", &code).refused(400, "invalid_grant");
}

#[test]
fn a_replayed_code_revokes_what_it_brought() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let told = scene.redeem("app", &code);
    let (access, refresh) = (told.text("access_token").unwrap(), told.text("refresh_token").unwrap());
    let refreshed = scene.refresh("app", &refresh);
    let newest = refreshed.text("refresh_token").unwrap();
    assert!(scene.bearer(&access).is_ok());

    // Minutes and other logins later it is still a replay.
    scene.later(300);
    scene.code("app");
    scene.redeem("app", &code).refused(400, "invalid_grant");
    assert_eq!(scene.bearer(&access), Err(Error::InvalidToken));
    assert_eq!(scene.bearer(&refreshed.text("access_token").unwrap()), Err(Error::InvalidToken));
    scene.refresh("app", &newest).refused(400, "invalid_grant");
}

#[test]
fn a_token_lives_as_long_as_was_said_whatever_its_family_was_begun_with() {
    let mut memory = scene::memory();
    let rule = countersign_provider::RedirectRule::Exact(CALLBACK.into());
    let mut client = countersign_provider::RegisteredClient::public("short", "A short one", [rule]);
    client.grants = vec![GrantKind::AuthorizationCode];
    memory.add_client(client);
    let mut scene = Scene::with_lifetimes(memory, |lifetimes| {
        lifetimes.access_token = core::time::Duration::from_secs(3 * 3600);
    });
    let code = scene.code("short");
    let told = scene.redeem("short", &code);
    assert_eq!(told.text("refresh_token"), None);
    scene.later(2 * 3600);
    scene.login("app");
    assert!(scene.bearer(&told.text("access_token").unwrap()).is_ok());
    scene.later(3600);
    assert!(scene.bearer(&told.text("access_token").unwrap()).is_err());
}

#[test]
fn a_stranger_burns_nobodys_code_and_revokes_nothing() {
    let mut scene = Scene::new();
    let code = scene.code("web");
    // Another client, and the right one without its secret.
    scene.redeem("app", &code).refused(400, "invalid_grant");
    scene.redeem("web", &code).refused(401, "invalid_client");
    let mut form = Scene::redemption("web", &code);
    form.push(("client_secret".into(), "wrong".into()));
    scene.token(&pairs(&form)).refused(401, "invalid_client");
    form.last_mut().unwrap().1 = "s3cret:& +".into();
    let told = scene.token(&pairs(&form));
    assert_eq!(told.status, 200);
    // Nor does the spent code in another's hands revoke anything.
    scene.redeem("app", &code).refused(400, "invalid_grant");
    assert!(scene.bearer(&told.text("access_token").unwrap()).is_ok());
}

#[test]
fn the_right_client_has_one_try() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let mut form = Scene::redemption("app", &code);
    form.last_mut().unwrap().1 = "a-wrong-verifier-of-forty-three-characters-x".into();
    scene.token(&pairs(&form)).refused(400, "invalid_grant");
    scene.redeem("app", &code).refused(400, "invalid_grant");
}

#[test]
fn of_sixteen_parallel_redemptions_one_succeeds() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let scene = Arc::new(Mutex::new(scene));
    let barrier = Arc::new(Barrier::new(16));
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let (scene, barrier, code) = (scene.clone(), barrier.clone(), code.clone());
            std::thread::spawn(move || {
                barrier.wait();
                scene.lock().unwrap().redeem("app", &code)
            })
        })
        .collect();
    let told: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    let won: Vec<_> = told.iter().filter(|told| told.status == 200).collect();
    assert_eq!(won.len(), 1);
    // The fifteen others were replays, so even the one is worth nothing.
    let access = won[0].text("access_token").unwrap();
    assert_eq!(scene.lock().unwrap().bearer(&access), Err(Error::InvalidToken));
}

#[test]
fn a_refresh_token_rotates() {
    let mut scene = Scene::new();
    let (access, refresh) = scene.login("app");
    scene.later(10);
    let told = scene.refresh("app", &refresh);
    assert_eq!(told.status, 200);
    let next = told.text("refresh_token").unwrap();
    assert_ne!(next, refresh);
    assert_eq!(told.text("scope").as_deref(), Some("files profile"));
    assert!(scene.bearer(&told.text("access_token").unwrap()).is_ok());
    assert!(scene.bearer(&access).is_ok(), "the access token lives as long as was said");
    assert_eq!(scene.refresh("app", &next).status, 200);
}

#[test]
fn a_refresh_token_seen_again_revokes_the_family() {
    let mut scene = Scene::new();
    let (access, refresh) = scene.login("app");
    let told = scene.refresh("app", &refresh);
    scene.refresh("app", &refresh).refused(400, "invalid_grant");
    scene.refresh("app", &told.text("refresh_token").unwrap()).refused(400, "invalid_grant");
    for token in [access, told.text("access_token").unwrap()] {
        assert_eq!(scene.bearer(&token), Err(Error::InvalidToken));
    }
}

#[test]
fn a_login_of_its_own_survives_another_familys_end() {
    let mut scene = Scene::new();
    let (_, refresh) = scene.login("app");
    let (access, other) = scene.login("app");
    scene.refresh("app", &refresh);
    scene.refresh("app", &refresh).refused(400, "invalid_grant");
    assert!(scene.bearer(&access).is_ok());
    assert_eq!(scene.refresh("app", &other).status, 200);
}

#[test]
fn a_refresh_token_is_bound_to_its_client_and_its_time() {
    let mut scene = Scene::new();
    let (_, refresh) = scene.login("app");
    scene.refresh("other", &refresh).refused(400, "invalid_grant");
    scene.refresh("app", "guessed").refused(400, "invalid_grant");
    scene.refresh("app", "").refused(400, "invalid_request");
    assert_eq!(scene.refresh("app", &refresh).status, 200, "no stranger burnt it");
    let (_, refresh) = scene.login("app");
    scene.later(30 * 86_400);
    scene.refresh("app", &refresh).refused(400, "invalid_grant");
}

#[test]
fn a_refresh_may_narrow_the_scope_and_not_widen_it() {
    let mut scene = Scene::new();
    let params = scene.approve(&Scene::query("app", &[("scope", "files profile")]));
    let code = params.first("code").unwrap().to_owned();
    let refresh = scene.redeem("app", &code).text("refresh_token").unwrap();
    let ask = |token: &str, scope: &str| {
        [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", "app".to_owned()),
            ("refresh_token", token.to_owned()),
            ("scope", scope.to_owned()),
        ]
    };
    fn borrowed<'a>(form: &'a [(&'a str, String); 4]) -> Vec<(&'a str, &'a str)> {
        form.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
    scene.token(&borrowed(&ask(&refresh, "files admin"))).refused(400, "invalid_scope");
    let told = scene.token(&borrowed(&ask(&refresh, "files")));
    assert_eq!(told.text("scope").as_deref(), Some("files"));
    let identity = scene.bearer(&told.text("access_token").unwrap()).unwrap();
    assert_eq!(identity.scopes.to_string(), "files");
    // What was approved is not lost by asking for less once.
    let told = scene.token(&borrowed(&ask(&told.text("refresh_token").unwrap(), "profile")));
    assert_eq!(told.text("scope").as_deref(), Some("profile"));
}

#[test]
fn a_confidential_client_asks_for_itself() {
    let mut scene = Scene::new();
    let form = [("grant_type", "client_credentials")];
    let told = scene.token_as("robot", "robot-secret", &form);
    assert_eq!(told.status, 200);
    assert_eq!(told.text("scope").as_deref(), Some("files"));
    assert_eq!(told.text("refresh_token"), None);
    let identity = scene.bearer(&told.text("access_token").unwrap()).unwrap();
    assert_eq!(identity.user, None);
    assert!(!identity.is_admin());
    let wide = [("grant_type", "client_credentials"), ("scope", "files profile")];
    scene.token_as("robot", "robot-secret", &wide).refused(400, "invalid_scope");
    let code = [("grant_type", "authorization_code"), ("code", "x")];
    scene.token_as("robot", "robot-secret", &code).refused(400, "unauthorized_client");
}

#[test]
fn a_client_authenticates_in_exactly_one_way() {
    let mut scene = Scene::new();
    let form = [("grant_type", "client_credentials")];
    let secret = "s3cret:& +";
    assert_eq!(scene.token_as("web", secret, &form).status, 200);
    let mut posted =
        vec![("grant_type", "client_credentials"), ("client_id", "web"), ("client_secret", secret)];
    assert_eq!(scene.token(&posted).status, 200);
    scene.token_as("web", secret, &posted).refused(400, "invalid_request");
    posted.pop();
    // The identifier beside the header is no second way, unless it is another's.
    assert_eq!(scene.token_as("web", secret, &posted).status, 200);
    scene.token_as("robot", "robot-secret", &posted).refused(400, "invalid_request");

    let told = scene.token_as("web", "wrong", &form);
    told.refused(401, "invalid_client");
    assert!(told.header("www-authenticate").unwrap().starts_with("Basic realm="));
    let unknown = scene.token_as("nobody", "wrong", &form);
    assert_eq!(unknown.response.body(), told.response.body());
    posted.push(("client_secret", "wrong"));
    let told = scene.token(&posted);
    told.refused(401, "invalid_client");
    assert_eq!(told.header("www-authenticate"), None);

    let mut request = post("/token", &form);
    request.headers_mut().insert("authorization", "Bearer x".parse().unwrap());
    scene.token_request(request).refused(401, "invalid_client");
    let mut request = post("/token", &form);
    request.headers_mut().append("authorization", "Basic eDp5".parse().unwrap());
    request.headers_mut().append("authorization", "Basic eDp5".parse().unwrap());
    scene.token_request(request).refused(400, "invalid_request");
}

#[test]
fn an_empty_secret_is_no_secret() {
    let mut memory = scene::memory();
    memory.add_client(countersign_provider::RegisteredClient::confidential("hollow", "Hollow", "", []));
    memory.add_consumer(countersign_provider::state::Consumer::new("hollow", "Hollow", "", []));
    let mut scene = Scene::with(memory);
    let form = [("grant_type", "client_credentials"), ("client_id", "hollow")];
    scene.token(&form).refused(401, "invalid_client");
    scene.token_as("hollow", "", &form).refused(401, "invalid_client");
    let leg = scene::Leg { consumer: ("hollow", ""), callback: Some("oob"), ..scene::Leg::new("/temporary") };
    let request = scene.signed(&leg);
    assert_eq!(scene.run(|provider, env| provider.temporary_credentials(&request, env)).status(), 401);
}

#[test]
fn requests_are_counted_by_grant_and_outcome() {
    let mut scene = Scene::new();
    let (_, refresh) = scene.login("app");
    scene.refresh("app", &refresh);
    scene.refresh("app", &refresh);
    let events = scene.provider.events();
    assert_eq!(events.token_requests(GrantKind::AuthorizationCode), 1);
    assert_eq!(events.token_requests(GrantKind::RefreshToken), 2);
    assert_eq!(events.tokens_issued(GrantKind::RefreshToken), 1);
    assert_eq!((events.done(Endpoint::Token), events.refused(Endpoint::Token)), (2, 1));
    let last = events.iter().last().unwrap();
    assert_eq!(last.outcome, countersign_provider::Outcome::Refused("invalid_grant"));
    assert_eq!(last.client.as_ref().unwrap().as_str(), "app");
}

#[test]
fn a_store_without_room_refuses_and_forgets_nothing() {
    let mut memory = countersign_provider::Memory::new(2);
    memory.add_user(countersign_provider::User::new("1", "alice"));
    let rule = countersign_provider::RedirectRule::Exact(CALLBACK.into());
    memory.add_client(countersign_provider::RegisteredClient::public("app", "An app", [rule]));
    let mut scene = Scene::with(memory);
    let (access, _) = scene.login("app");
    let (_, refresh) = scene.login("app");
    // Refused twice alike: had the first burnt the token, the second would be a replay.
    for _ in 0..2 {
        scene.refresh("app", &refresh).refused(503, "temporarily_unavailable");
    }
    assert!(scene.bearer(&access).is_ok());
    let params = scene.approve(&Scene::query("app", &[]));
    assert_eq!(params.first("error"), Some("temporarily_unavailable"));
    // Once the families have outlived their tokens there is room for new ones.
    scene.later(31 * 86_400);
    assert!(scene.approve(&Scene::query("app", &[])).first("code").is_some());
}

#[test]
fn without_entropy_nothing_is_issued() {
    let mut scene = Scene::new();
    let code = scene.code("app");
    let form = Scene::redemption("app", &code);
    let env = countersign_wire::flow::Env { now: scene.now, entropy: &testkit::entropy::Empty::default() };
    let answer = scene.provider.token(&post("/token", &pairs(&form)), &env);
    scene::Told::of(&answer).refused(500, "server_error");
    assert_eq!(scene.redeem("app", &code).status, 200, "the code was not burnt");
}

mod revocation {
    use super::{Error, Scene};

    #[test]
    fn a_refresh_token_takes_its_family_along() {
        let mut scene = Scene::new();
        let (access, refresh) = scene.login("app");
        let told =
            scene.revoke(&[("client_id", "app"), ("token", &refresh), ("token_type_hint", "nonsense")]);
        assert_eq!(told.status, 200);
        assert_eq!(scene.bearer(&access), Err(Error::InvalidToken));
        scene.refresh("app", &refresh).refused(400, "invalid_grant");
    }

    #[test]
    fn an_access_token_goes_alone() {
        let mut scene = Scene::new();
        let (access, refresh) = scene.login("app");
        assert_eq!(scene.revoke(&[("client_id", "app"), ("token", &access)]).status, 200);
        assert_eq!(scene.bearer(&access), Err(Error::InvalidToken));
        assert_eq!(scene.refresh("app", &refresh).status, 200);
    }

    #[test]
    fn what_is_unknown_or_anothers_is_answered_alike_and_left_alone() {
        let mut scene = Scene::new();
        let (access, refresh) = scene.login("app");
        for token in [access.as_str(), &refresh, "guessed"] {
            let told = scene.revoke(&[("client_id", "other"), ("token", token)]);
            assert_eq!((told.status.as_u16(), told.response.body().len()), (200, 0));
        }
        assert!(scene.bearer(&access).is_ok());
        assert_eq!(scene.refresh("app", &refresh).status, 200);
    }

    #[test]
    fn a_client_that_does_not_authenticate_revokes_nothing() {
        let mut scene = Scene::new();
        scene.revoke(&[("client_id", "web"), ("token", "x")]).refused(401, "invalid_client");
        scene.revoke(&[("client_id", "app")]).refused(400, "invalid_request");
        scene.revoke(&[("client_id", "app"), ("token", "x"), ("token", "y")]).refused(400, "invalid_request");
    }
}

#[test]
fn the_metadata_names_what_there_is() {
    let mut scene = Scene::new();
    let answer = scene.run(|provider, env| provider.metadata(env));
    let response = answer.response().unwrap();
    let document = countersign_wire::metadata::ServerMetadata::parse(response, scene::ISSUER).unwrap();
    assert_eq!(document.token_endpoint.as_deref(), Some("http://127.0.0.1:8080/token"));
    assert_eq!(document.code_challenge_methods_supported, ["S256"]);
    assert!(document.authorization_response_iss_parameter_supported);
    assert_eq!(document.scopes_supported, ["files", "profile"]);
}
