//! A state that cannot be reached: everything is refused for now, and nothing is said to be wrong.

#[path = "support/scene.rs"]
mod scene;

use countersign_oauth1::{NonceStore, NonceUse, Recorded};
use countersign_provider::{
    Authorization, Config, Digest, Error, Page, Provider, RegisteredClient, Reply, State, User,
    state::{
        Access, Approval, Code, Consumer, Credentials, Directory, Family, Grants, Issue, Redeemed, Refresh,
        Temporary, TokenPair, Unavailable,
    },
};
use countersign_token::{ClientId, Timestamp};
use scene::{CALLBACK, Leg, Scene, Told, redirected};

/// Nothing answers.
struct Broken;

impl Directory for Broken {
    fn client(&mut self, _: &ClientId) -> Result<Option<RegisteredClient>, Unavailable> {
        Err(Unavailable)
    }
    fn consumer(&mut self, _: &str) -> Result<Option<Consumer>, Unavailable> {
        Err(Unavailable)
    }
    fn user(&mut self, _: &str) -> Result<Option<User>, Unavailable> {
        Err(Unavailable)
    }
}

impl Grants for Broken {
    fn put_code(&mut self, _: Digest, _: Code, _: Timestamp) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
    fn code(&mut self, _: &Digest) -> Result<Option<Code>, Unavailable> {
        Err(Unavailable)
    }
    fn redeem_code(&mut self, _: &Digest, _: Option<Issue>, _: Timestamp) -> Result<Redeemed, Unavailable> {
        Err(Unavailable)
    }
    fn issue(&mut self, _: Issue, _: Timestamp) -> Result<Redeemed, Unavailable> {
        Err(Unavailable)
    }
    fn refresh(&mut self, _: &Digest) -> Result<Option<Refresh>, Unavailable> {
        Err(Unavailable)
    }
    fn rotate(&mut self, _: &Digest, _: Issue, _: Timestamp) -> Result<Redeemed, Unavailable> {
        Err(Unavailable)
    }
    fn access(&mut self, _: &Digest) -> Result<Option<Access>, Unavailable> {
        Err(Unavailable)
    }
    fn revoke_access(&mut self, _: &Digest) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
    fn revoke_family(&mut self, _: Family) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
}

impl Credentials for Broken {
    fn put_temporary(&mut self, _: Digest, _: Temporary, _: Timestamp) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
    fn temporary(&mut self, _: &Digest) -> Result<Option<Temporary>, Unavailable> {
        Err(Unavailable)
    }
    fn approve(&mut self, _: &Digest, _: Approval) -> Result<bool, Unavailable> {
        Err(Unavailable)
    }
    fn burn(&mut self, _: &Digest) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
    fn count_attempt(&mut self, _: &Digest) -> Result<u8, Unavailable> {
        Err(Unavailable)
    }
    fn exchange(
        &mut self,
        _: &Digest,
        _: (Digest, TokenPair),
        _: Timestamp,
    ) -> Result<Redeemed, Unavailable> {
        Err(Unavailable)
    }
    fn token(&mut self, _: &Digest) -> Result<Option<TokenPair>, Unavailable> {
        Err(Unavailable)
    }
    fn revoke_token(&mut self, _: &Digest) -> Result<(), Unavailable> {
        Err(Unavailable)
    }
}

impl NonceStore for Broken {
    fn record(&mut self, _: NonceUse<'_>, _: Timestamp) -> Recorded {
        Recorded::Unavailable
    }
}

/// The scene with one part of its state broken.
fn broken(part: impl FnOnce(&mut State)) -> Scene {
    let mut scene = Scene::new();
    let mut state = State::from(scene::memory());
    part(&mut state);
    let config =
        Config::new(scene::ISSUER).unwrap().with_scopes([("files", "See files"), ("profile", "See you")]);
    scene.provider = Provider::new(config, state);
    scene
}

fn temporary(scene: &mut Scene) -> Told {
    let request = scene.signed(&Leg { callback: Some(CALLBACK), ..Leg::new("/temporary") });
    Told::of(&scene.run(|provider, env| provider.temporary_credentials(&request, env)))
}

#[test]
fn without_the_directory_nobody_is_unknown() {
    let mut scene = broken(|state| state.directory = Box::new(Broken));
    scene.redeem("app", "x").refused(503, "temporarily_unavailable");
    scene.revoke(&[("client_id", "app"), ("token", "x")]).refused(503, "temporarily_unavailable");
    let Authorization::Answer(answer) = scene.authorize(&Scene::query("app", &[])) else { panic!("asked") };
    assert!(matches!(&answer.reply, Reply::Page(page @ Page::Unavailable) if page.status() == 503));
    assert_eq!(temporary(&mut scene).status, 503);
}

#[test]
fn without_the_grants_no_token_is_bad() {
    let mut scene = broken(|state| state.grants = Box::new(Broken));
    scene.redeem("app", "x").refused(503, "temporarily_unavailable");
    scene.refresh("app", "x").refused(503, "temporarily_unavailable");
    let form = [("grant_type", "client_credentials")];
    scene.token_as("robot", "robot-secret", &form).refused(503, "temporarily_unavailable");
    scene.revoke(&[("client_id", "app"), ("token", "x")]).refused(503, "temporarily_unavailable");
    assert_eq!(scene.bearer("x"), Err(Error::Unavailable));
    let params = scene.approve(&Scene::query("app", &[]));
    assert_eq!(params.first("error"), Some("temporarily_unavailable"));
}

#[test]
fn without_credentials_or_nonces_no_signature_is_bad() {
    let mut scene = broken(|state| state.credentials = Box::new(Broken));
    assert_eq!(temporary(&mut scene).status, 503);
    let pair = (String::from("x"), String::from("y"));
    assert_eq!(scene.exchange(&pair, Some("v"), "n").status, 503);
    assert_eq!(scene.call1(&pair, "n2"), Err(Error::Unavailable));
    let Authorization::Answer(answer) = scene.ask_temporary("x") else { panic!("asked") };
    assert_eq!(answer.status(), 503);

    let mut scene = broken(|state| state.nonces = Box::new(Broken));
    assert_eq!(temporary(&mut scene).status, 503, "a request that cannot be remembered is not let through");
}

#[test]
fn a_revocation_that_failed_does_not_say_done() {
    /// Everything works but revoking.
    struct Stubborn(Box<dyn Grants>);
    impl Grants for Stubborn {
        fn put_code(&mut self, id: Digest, code: Code, now: Timestamp) -> Result<(), Unavailable> {
            self.0.put_code(id, code, now)
        }
        fn code(&mut self, id: &Digest) -> Result<Option<Code>, Unavailable> {
            self.0.code(id)
        }
        fn redeem_code(
            &mut self,
            id: &Digest,
            issue: Option<Issue>,
            now: Timestamp,
        ) -> Result<Redeemed, Unavailable> {
            self.0.redeem_code(id, issue, now)
        }
        fn issue(&mut self, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable> {
            self.0.issue(issue, now)
        }
        fn refresh(&mut self, id: &Digest) -> Result<Option<Refresh>, Unavailable> {
            self.0.refresh(id)
        }
        fn rotate(&mut self, id: &Digest, issue: Issue, now: Timestamp) -> Result<Redeemed, Unavailable> {
            self.0.rotate(id, issue, now)
        }
        fn access(&mut self, id: &Digest) -> Result<Option<Access>, Unavailable> {
            self.0.access(id)
        }
        fn revoke_access(&mut self, _: &Digest) -> Result<(), Unavailable> {
            Err(Unavailable)
        }
        fn revoke_family(&mut self, _: Family) -> Result<(), Unavailable> {
            Err(Unavailable)
        }
    }
    let mut scene = broken(|state| {
        let works = core::mem::replace(&mut state.grants, Box::new(Broken));
        state.grants = Box::new(Stubborn(works));
    });
    let (access, refresh) = scene.login("app");
    for token in [access, refresh] {
        let form = [("client_id", "app"), ("token", token.as_str())];
        scene.revoke(&form).refused(503, "temporarily_unavailable");
    }
    let request = scene.ask(&Scene::query("app", &[]));
    let answer = scene.run(|provider, env| provider.deny(request, env));
    assert_eq!(redirected(&answer).1.first("error"), Some("access_denied"));
}
