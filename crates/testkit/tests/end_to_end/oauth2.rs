use countersign_flow::{
    AuthorizationRequest, AuthorizationServer, Authorize, Bearer, Callback, ClientCredentialsGrant,
    ClientRegistration, Discovery, Error, PendingAuthorization, Redeemed, Refresh, RequestView, Revocation,
};
use countersign_provider::{Error as ProviderError, GrantKind};
use countersign_token::TokenSet;
use countersign_wire::response::ErrorCode;
use http::Request;

use super::world::{REDIRECT, World};

fn server(world: &World) -> AuthorizationServer {
    let metadata = world.drive(Discovery::new(super::world::ISSUER).unwrap()).unwrap();
    AuthorizationServer::from_metadata(&metadata).unwrap()
}

fn public() -> ClientRegistration {
    ClientRegistration::public("app").with_redirect_uri(REDIRECT)
}

fn confidential() -> ClientRegistration {
    ClientRegistration::confidential("web", "web-secret").with_redirect_uri(REDIRECT)
}

fn login(world: &World, client: &ClientRegistration) -> Redeemed {
    let server = server(world);
    let (url, pending) =
        AuthorizationRequest::new(&server, client).scopes("files.read profile").begin(&world.env()).unwrap();
    let query = world.person(&url, true);
    let pending = PendingAuthorization::from_blob(&pending.to_blob()).unwrap();
    let Callback::Ours(code) = pending.callback(&query).unwrap() else { panic!("the state is ours") };
    world.drive(code.redeem()).unwrap()
}

fn opens(world: &World, tokens: &TokenSet) -> Result<(), ProviderError> {
    let mut request = Request::get("http://127.0.0.1:4000/me").body(Vec::new()).unwrap();
    let authorization =
        Bearer::new().authorize(RequestView::whole(&request), Some(tokens), &world.env()).unwrap();
    authorization.apply(&mut request);
    world.check(request).map(|identity| assert_eq!(identity.user.unwrap().name, "alice"))
}

fn refresh(world: &World, client: &ClientRegistration, tokens: &TokenSet) -> Result<Redeemed, Error> {
    let server = server(world);
    world.drive(Refresh::new(
        &server.token_endpoint,
        client,
        tokens.refresh.as_ref().unwrap(),
        "files.read profile",
    ))
}

#[test]
fn a_login_gives_a_token_that_opens_the_resource() {
    for client in [public(), confidential()] {
        let world = World::new();
        let redeemed = login(&world, &client);
        assert!(redeemed.oddities.is_empty(), "{:?}", redeemed.oddities);
        assert_eq!(redeemed.tokens.access.scopes.to_string(), "files.read profile");
        opens(&world, &redeemed.tokens).unwrap();
        world.time().advance(std::time::Duration::from_secs(3601));
        assert!(redeemed.tokens.access.is_expired(world.now()));
        opens(&world, &redeemed.tokens).unwrap_err();
    }
}

#[test]
fn a_refusal_is_the_servers_own_and_spends_nothing() {
    let world = World::new();
    let server = server(&world);
    let client = public();
    let (url, pending) =
        AuthorizationRequest::new(&server, &client).scopes("profile").begin(&world.env()).unwrap();
    let query = world.person(&url, false);
    let Err(Error::Refused(refusal)) = pending.callback(&query) else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::AccessDenied);
    assert_eq!(world.token_requests(GrantKind::AuthorizationCode), 0);
}

#[test]
fn a_replayed_code_is_refused_and_takes_its_tokens_along() {
    let world = World::new();
    let server = server(&world);
    let client = public();
    let (url, pending) =
        AuthorizationRequest::new(&server, &client).scopes("files.read").begin(&world.env()).unwrap();
    let query = world.person(&url, true);
    let blob = pending.to_blob();
    let redeem = || {
        let Callback::Ours(code) = PendingAuthorization::from_blob(&blob).unwrap().callback(&query).unwrap()
        else {
            panic!("the state is ours")
        };
        world.drive(code.redeem())
    };
    let first = redeem().unwrap();
    opens(&world, &first.tokens).unwrap();
    let Err(Error::Refused(refusal)) = redeem() else { panic!("a code works once") };
    assert_eq!(refusal.code, ErrorCode::InvalidGrant);
    opens(&world, &first.tokens).unwrap_err();
}

#[test]
fn a_refresh_rotates_and_a_spent_refresh_token_ends_the_family() {
    for client in [public(), confidential()] {
        let world = World::new();
        let first = login(&world, &client).tokens;
        let second = refresh(&world, &client, &first).unwrap().tokens;
        assert!(!second.refresh.as_ref().unwrap().secret().ct_eq(first.refresh.as_ref().unwrap().secret()));
        opens(&world, &second).unwrap();
        let error = refresh(&world, &client, &first).unwrap_err();
        assert!(error.needs_login(), "{error}");
        opens(&world, &second).unwrap_err();
        assert!(refresh(&world, &client, &second).unwrap_err().needs_login());
    }
}

#[test]
fn after_revocation_nothing_opens() {
    let world = World::new();
    let client = public();
    let tokens = login(&world, &client).tokens;
    let server = server(&world);
    let revocation = Revocation::new(server.revocation_endpoint.as_ref().unwrap(), &client)
        .refresh_token(tokens.refresh.as_ref().unwrap())
        .access_token(&tokens.access);
    world.drive(revocation).unwrap();
    opens(&world, &tokens).unwrap_err();
    assert!(refresh(&world, &client, &tokens).unwrap_err().needs_login());
}

#[test]
fn a_confidential_client_speaks_for_itself() {
    let world = World::new();
    let server = server(&world);
    let redeemed = world
        .drive(ClientCredentialsGrant::new(&server.token_endpoint, &confidential(), "files.read"))
        .unwrap();
    assert!(redeemed.tokens.refresh.is_none());
    let wrong = ClientRegistration::confidential("web", "wrong");
    let Err(Error::Refused(refusal)) =
        world.drive(ClientCredentialsGrant::new(&server.token_endpoint, &wrong, "files.read"))
    else {
        panic!("the secret is wrong")
    };
    assert_eq!((refusal.code, refusal.status), (ErrorCode::InvalidClient, Some(401)));
}

#[test]
fn both_drivers_say_the_same_on_the_wire() {
    let run = |is_async: bool| {
        let world = World::new();
        let server = server(&world);
        let client = confidential();
        let (url, pending) =
            AuthorizationRequest::new(&server, &client).scopes("files.read").begin(&world.env()).unwrap();
        let query = world.person(&url, true);
        let Callback::Ours(code) = pending.callback(&query).unwrap() else { panic!("the state is ours") };
        let redemption = code.redeem();
        let tokens =
            if is_async { world.drive_async(redemption) } else { world.drive(redemption) }.unwrap().tokens;
        let flow =
            Refresh::new(&server.token_endpoint, &client, tokens.refresh.as_ref().unwrap(), "files.read");
        let refreshed = if is_async { world.drive_async(flow) } else { world.drive(flow) }.unwrap();
        (world.log(), refreshed.tokens.access.secret.expose().to_owned())
    };
    let (blocking, asynchronous) = (run(false), run(true));
    assert_eq!(blocking, asynchronous);
    assert_eq!(blocking.0.len(), 3, "{:?}", blocking.0);
}
