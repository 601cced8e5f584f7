//! Planted faults: each does what it says, and only where and as often as it was told to.

#[path = "support/scene.rs"]
mod scene;

use countersign_provider::{
    Authorization, Config, Endpoint, Error, Fault, GrantKind, Memory, Planted, Provider,
};
use scene::{CALLBACK, Scene, redirected};

/// The scene with one fault.
fn with(endpoint: Endpoint, fault: Fault) -> Scene {
    let mut scene = Scene::new();
    scene.plant(endpoint, fault);
    scene
}

#[test]
fn only_a_provider_on_loopback_takes_faults() {
    let config = Config::new("https://provider.example").unwrap();
    let mut provider = Provider::new(config, Memory::new(1).into());
    let planted = Planted::new(Endpoint::Token, Fault::ServerError);
    assert_eq!(provider.plant(planted), Err(Error::NotLoopback));
}

#[test]
fn blunt_faults_strike_before_anything_is_spent() {
    for (fault, status) in [(Fault::ServerError, 500), (Fault::Html, 200), (Fault::Malformed, 200)] {
        let mut scene = Scene::new();
        let code = scene.code("app");
        let planted = Planted::new(Endpoint::Token, fault).with_times(1);
        scene.provider.plant(planted).unwrap();
        let told = scene.redeem("app", &code);
        assert_eq!(told.status.as_u16(), status);
        assert_eq!(told.text("access_token"), None);
        assert_eq!(scene.redeem("app", &code).status, 200, "once and no more");
    }
}

#[test]
fn a_fault_keeps_to_its_grant() {
    let mut scene = Scene::new();
    let planted = Planted::new(Endpoint::Token, Fault::ServerError).with_grant(GrantKind::RefreshToken);
    scene.provider.plant(planted).unwrap();
    let (_, refresh) = scene.login("app");
    assert_eq!(scene.refresh("app", &refresh).status, 500);
    scene.provider.uproot();
    assert_eq!(scene.refresh("app", &refresh).status, 200);
}

#[test]
fn answers_are_bent() {
    let mut scene = with(Endpoint::Token, Fault::WrongTokenType);
    let code = scene.code("app");
    assert_eq!(scene.redeem("app", &code).text("token_type").as_deref(), Some("mac"));

    let mut scene = with(Endpoint::Token, Fault::MissingExpiresIn);
    let code = scene.code("app");
    let told = scene.redeem("app", &code);
    assert!(!String::from_utf8_lossy(told.response.body()).contains("expires_in"));

    let mut scene = with(Endpoint::Token, Fault::Refuse);
    let code = scene.code("app");
    scene.redeem("app", &code).refused(400, "invalid_grant");

    let mut scene = with(Endpoint::Authorize, Fault::WrongIssuer);
    assert_eq!(scene.approve(&Scene::query("app", &[])).first("iss"), Some("https://issuer.invalid"));

    let mut scene = with(Endpoint::Authorize, Fault::WrongState);
    assert_eq!(scene.approve(&Scene::query("app", &[])).first("state"), Some("forged"));

    let mut scene = with(Endpoint::Metadata, Fault::WrongIssuer);
    let answer = scene.run(|provider, env| provider.metadata(env));
    let response = answer.response().unwrap();
    assert!(countersign_wire::metadata::ServerMetadata::parse(response, scene::ISSUER).is_err());

    let mut scene = with(Endpoint::Authorize, Fault::Refuse);
    let Authorization::Answer(answer) = scene.authorize(&Scene::query("app", &[])) else { panic!("asked") };
    assert_eq!(redirected(&answer).1.first("error"), Some("temporarily_unavailable"));
}

#[test]
fn a_delay_is_the_hosts_to_keep() {
    let delay = core::time::Duration::from_secs(3);
    let mut scene = with(Endpoint::Metadata, Fault::Delay(delay));
    assert_eq!(scene.run(|provider, env| provider.metadata(env)).delay, delay);
    scene.plant(Endpoint::Resource, Fault::Delay(delay));
    assert_eq!(scene.provider.resource_delay(), delay);
}

#[test]
fn a_careless_provider_accepts_what_it_must_not() {
    let mut scene = with(Endpoint::Token, Fault::AcceptReplays);
    let code = scene.code("app");
    let told = scene.redeem("app", &code);
    assert_eq!(scene.redeem("app", &code).status, 200);
    assert!(scene.bearer(&told.text("access_token").unwrap()).is_ok());

    let mut scene = with(Endpoint::Revoke, Fault::IgnoreRevocation);
    let (access, refresh) = scene.login("app");
    assert_eq!(scene.revoke(&[("client_id", "app"), ("token", &refresh)]).status, 200);
    assert!(scene.bearer(&access).is_ok());

    let mut scene = with(Endpoint::Resource, Fault::AcceptDeadTokens);
    let (access, refresh) = scene.login("app");
    scene.revoke(&[("client_id", "app"), ("token", &refresh)]);
    assert!(scene.bearer(&access).is_ok());

    let mut scene = with(Endpoint::Token, Fault::NoRotation);
    let (_, refresh) = scene.with_refresh();
    let told = scene.refresh("app", &refresh);
    assert_eq!((told.status.as_u16(), told.text("refresh_token")), (200, None));
    assert_eq!(scene.refresh("app", &refresh).status, 200);
}

impl Scene {
    /// A login that the planted fault does not touch.
    fn with_refresh(&mut self) -> (String, String) {
        self.provider.uproot();
        let pair = self.login("app");
        let planted = Planted::new(Endpoint::Token, Fault::NoRotation).with_grant(GrantKind::RefreshToken);
        self.provider.plant(planted).unwrap();
        pair
    }
}

#[test]
fn signatures_are_skipped_or_denied() {
    let mut scene = Scene::new();
    let pair = scene.login1("a");
    scene.plant(Endpoint::Resource, Fault::SkipSignature);
    assert!(scene.call1(&(pair.0.clone(), "wrong".into()), "n1").is_ok());
    scene.provider.uproot();
    scene.plant(Endpoint::Resource, Fault::DenySignature);
    assert!(scene.call1(&pair, "n2").is_err());
    scene.provider.uproot();
    assert!(scene.call1(&pair, "n3").is_ok());

    scene.plant(Endpoint::AuthorizeTemporary, Fault::WrongState);
    let temporary = scene.temporary(CALLBACK, "n4");
    let answer = scene.approve_temporary(&temporary.0);
    assert_eq!(redirected(&answer).1.first("oauth_token"), Some("forged"));
}

#[test]
fn what_is_in_order_is_refused() {
    let mut scene = with(Endpoint::Metadata, Fault::Refuse);
    assert_eq!(scene.run(|provider, env| provider.metadata(env)).status(), 404);

    let mut scene = with(Endpoint::Resource, Fault::Refuse);
    let (access, refresh) = scene.login("app");
    assert_eq!(scene.bearer(&access), Err(Error::InvalidToken));
    scene.plant(Endpoint::Revoke, Fault::Refuse);
    let form = [("client_id", "app"), ("token", refresh.as_str())];
    scene.revoke(&form).refused(400, "unsupported_token_type");

    let mut scene = with(Endpoint::AuthorizeTemporary, Fault::Refuse);
    let pair = scene.temporary(CALLBACK, "n1");
    assert!(scene::is_refused_page(&scene.ask_temporary(&pair.0)));
    scene.provider.uproot();
    let answer = scene.approve_temporary(&pair.0);
    let verifier = redirected(&answer).1.first("oauth_verifier").unwrap().to_owned();
    scene.plant(Endpoint::TokenCredentials, Fault::Refuse);
    assert_eq!(scene.exchange(&pair, Some(&verifier), "n2").status, 401);
    scene.provider.uproot();
    assert_eq!(scene.exchange(&pair, Some(&verifier), "n3").status, 200);
}

#[test]
fn a_nonce_can_be_made_to_work_twice() {
    let mut scene = Scene::new();
    let pair = scene.login1("a");
    assert!(scene.call1(&pair, "n1").is_ok());
    assert!(scene.call1(&pair, "n1").is_err());
    scene.plant(Endpoint::Resource, Fault::AcceptReplays);
    assert!(scene.call1(&pair, "n1").is_ok());
}

#[test]
fn a_resource_can_be_made_to_fail() {
    let mut scene = Scene::new();
    assert!(scene.provider.resource_fault().is_none());
    scene.provider.plant(Planted::new(Endpoint::Resource, Fault::ServerError).with_times(1)).unwrap();
    assert_eq!(scene.provider.resource_fault().unwrap().status(), 500);
    assert!(scene.provider.resource_fault().is_none());
    scene.plant(Endpoint::Resource, Fault::LoseItem);
    assert!(scene.provider.is_planted(Endpoint::Resource, Fault::LoseItem));
    assert!(scene.provider.resource_fault().is_none());
}
