//! The check of a request, and the challenge of a refusal.

#[path = "support/scene.rs"]
mod scene;

use countersign_provider::{Endpoint, Error};
use countersign_wire::header::challenge;
use http::Request;
use scene::Scene;

fn get(authorization: &[&str]) -> Request<Vec<u8>> {
    let mut request = Request::get("/me?access_token=ignored");
    for value in authorization {
        request = request.header("authorization", *value);
    }
    request.body(Vec::new()).unwrap()
}

/// The status and the challenges of this refusal.
#[track_caller]
fn check(scene: &mut Scene, request: Request<Vec<u8>>, needed: &str, status: u16, expected: &[&str]) {
    let error = scene.check(request, needed).unwrap_err();
    let answer = scene.provider.refuse(&error);
    assert_eq!(answer.status(), status, "{error}");
    let challenges: Vec<String> = answer
        .response()
        .unwrap()
        .headers()
        .get_all("www-authenticate")
        .iter()
        .flat_map(|field| challenge::parse(field.to_str().unwrap()).unwrap())
        .map(|challenge| {
            assert_eq!(challenge.param("realm"), Some(scene::ISSUER));
            let more = |name| challenge.param(name).map(|value| format!(" {value}")).unwrap_or_default();
            format!("{}{}{}", challenge.scheme, more("error"), more("scope"))
        })
        .collect();
    assert_eq!(challenges, expected);
}

#[test]
fn each_refusal_has_its_status_and_challenge() {
    let mut scene = Scene::new();
    let (access, refresh) = scene.login("app");
    let bearer = format!("Bearer {access}");
    check(&mut scene, get(&[]), "", 401, &["Bearer", "OAuth"]);
    check(&mut scene, get(&["Basic eDp5"]), "", 401, &["Bearer", "OAuth"]);
    check(&mut scene, get(&["Bearer"]), "", 400, &["Bearer invalid_request"]);
    check(&mut scene, get(&["Bearer a b"]), "", 400, &["Bearer invalid_request"]);
    check(&mut scene, get(&[&bearer, &bearer]), "", 400, &["Bearer invalid_request"]);
    check(&mut scene, get(&["Bearer guessed"]), "", 401, &["Bearer invalid_token"]);
    check(&mut scene, get(&[&format!("Bearer {refresh}")]), "", 401, &["Bearer invalid_token"]);
    check(&mut scene, get(&[&bearer]), "admin root", 403, &["Bearer insufficient_scope admin root"]);
    check(&mut scene, get(&["OAuth oauth_token=\"x\""]), "", 400, &[]);
    scene.later(3600);
    check(&mut scene, get(&[&bearer]), "", 401, &["Bearer invalid_token"]);
    assert_eq!(scene.provider.events().refused(Endpoint::Resource), 10);
}

#[test]
fn any_one_of_the_scopes_will_do_and_the_scheme_has_no_case() {
    let mut scene = Scene::new();
    let (access, _) = scene.login("app");
    let identity = scene.check(get(&[&format!("bEARER {access}")]), "admin files").unwrap();
    assert_eq!(identity.scopes.to_string(), "files profile");
    assert_eq!(scene.provider.events().done(Endpoint::Resource), 1);
}

#[test]
fn a_state_out_of_reach_is_not_a_bad_token() {
    let scene = Scene::new();
    assert_eq!(scene.provider.refuse(&Error::Unavailable).status(), 503);
}
