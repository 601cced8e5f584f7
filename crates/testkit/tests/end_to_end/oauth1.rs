use countersign_flow::{
    Authorize, Error, OAuth1, RequestView,
    oauth1::{Callback, Endpoints, LoginRequest, PendingLogin, Redeemed},
};
use countersign_oauth1::{ClientCredentials, TokenCredentials};
use http::Request;

use super::world::{ISSUER, REDIRECT, World};

fn client() -> ClientCredentials {
    ClientCredentials::new("consumer", "consumer-secret")
}

fn endpoints() -> Endpoints {
    let url = |path: &str| format!("{ISSUER}{path}");
    Endpoints::new(&url("/oauth1/temporary-credentials"), &url("/oauth1/authorize"), &url("/oauth1/token"))
        .unwrap()
}

fn begin(world: &World, client: &ClientCredentials) -> Result<(String, PendingLogin), Error> {
    world.drive(LoginRequest::new(&endpoints(), client).callback(REDIRECT).begin()?)
}

fn login(world: &World) -> Redeemed {
    let (url, pending) = begin(world, &client()).unwrap();
    let query = world.person(&url, true);
    let pending = PendingLogin::from_blob(&pending.to_blob()).unwrap();
    let Callback::Ours(login) = pending.callback(&query).unwrap() else { panic!("the token is ours") };
    world.drive(login.redeem().unwrap()).unwrap()
}

fn call(world: &World, token: TokenCredentials, uri: &str) -> Request<Vec<u8>> {
    let mut request = Request::get(uri).body(Vec::new()).unwrap();
    let signer = OAuth1::new(client(), token);
    signer.authorize(RequestView::whole(&request), None, &world.env()).unwrap().apply(&mut request);
    request
}

#[test]
fn a_three_legged_login_signs_calls_that_are_accepted_once() {
    let world = World::new();
    let redeemed = login(&world);
    let request = call(&world, redeemed.token.clone(), "http://127.0.0.1:4000/me?q=a%20b&q=%C3%A9");
    let copy = {
        let mut copy = Request::get(request.uri()).body(Vec::new()).unwrap();
        *copy.headers_mut() = request.headers().clone();
        copy
    };
    assert_eq!(world.check(request).unwrap().user.unwrap().name, "alice");
    world.check(copy).expect_err("a nonce works once");
    let other = TokenCredentials::new(redeemed.token.identifier.clone(), "wrong");
    world.check(call(&world, other, "http://127.0.0.1:4000/me")).expect_err("a wrong secret signs nothing");
}

#[test]
fn a_verifier_works_once() {
    let world = World::new();
    let (url, pending) = begin(&world, &client()).unwrap();
    let query = world.person(&url, true);
    let blob = pending.to_blob();
    let redeem = || {
        let Callback::Ours(login) = PendingLogin::from_blob(&blob).unwrap().callback(&query).unwrap() else {
            panic!("the token is ours")
        };
        world.drive(login.redeem().unwrap())
    };
    redeem().unwrap();
    redeem().expect_err("temporary credentials are spent");
}

#[test]
fn temporary_credentials_end_after_ten_minutes() {
    let world = World::new();
    let (url, pending) = begin(&world, &client()).unwrap();
    let query = world.person(&url, true);
    world.time().advance(std::time::Duration::from_secs(601));
    let Callback::Ours(login) = pending.callback(&query).unwrap() else { panic!("the token is ours") };
    world.drive(login.redeem().unwrap()).expect_err("too late");
}

#[test]
fn a_refusal_and_an_unknown_client_are_told_apart() {
    let world = World::new();
    let (url, pending) = begin(&world, &client()).unwrap();
    let query = world.person(&url, false);
    assert!(matches!(pending.callback(&query), Err(Error::Refused(_))), "the person said no");
    let stranger = ClientCredentials::new("stranger", "consumer-secret");
    assert!(matches!(begin(&world, &stranger), Err(Error::Refused(_))));
    let wrong = ClientCredentials::new("consumer", "wrong");
    assert!(matches!(begin(&world, &wrong), Err(Error::Refused(_))));
}
