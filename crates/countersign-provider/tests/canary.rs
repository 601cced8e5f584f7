//! No public type prints a secret.

#[path = "support/scene.rs"]
mod scene;

use core::time::Duration;

use countersign_provider::{
    Answer, Authorization, AuthorizationRequest, Config, Digest, Endpoint, Error, Event, Events, Fault,
    GrantKind, Identity, Lifetimes, Memory, Outcome, Page, Planted, Provider, RedirectRule, RegisteredClient,
    Reply, ScopeInfo, State, User,
    state::{
        Access, Approval, Callback, Code, Consumer, Family, Issue, Redeemed, Refresh, Temporary, TokenPair,
        Unavailable,
    },
};
use countersign_token::{ClientId, Scopes, Secret, Timestamp};
use scene::Scene;
use testkit::{assert_no_canary, canary::SECRET};

fn at() -> Timestamp {
    Timestamp::from_unix(0)
}

fn code() -> Code {
    Code {
        client: ClientId::new("app"),
        redirect_uri: "http://127.0.0.1/".into(),
        challenge: Digest::of(SECRET).to_base64url(),
        user: "1".into(),
        scopes: Scopes::none(),
        family: Family::from_bytes([0; 16]),
        expires: at(),
        spent: false,
    }
}

fn access() -> Access {
    let Code { client, user, scopes, family, expires, .. } = code();
    Access { client, user: Some(user), scopes, family, expires }
}

fn refresh() -> Refresh {
    let Code { client, user, scopes, family, expires, .. } = code();
    Refresh { client, user, scopes, family, expires, spent: false }
}

fn memory() -> Memory {
    let mut memory = scene::memory();
    memory.add_client(RegisteredClient::confidential("secret", "A client", SECRET, []));
    memory.add_consumer(Consumer::new("secret", "A client", SECRET, []));
    memory
}

fn temporary() -> Temporary {
    Temporary {
        consumer: "ck".into(),
        secret: Secret::new(SECRET),
        callback: Callback::OutOfBand,
        approval: Some(Approval { user: "1".into(), verifier: Digest::of(SECRET) }),
        attempts: 0,
        expires: at(),
        spent: false,
    }
}

/// A request whose state is the secret.
fn query() -> String {
    Scene::query("app", &[("state", SECRET)])
}

/// The redirect with code and state.
fn answer() -> Answer {
    let mut scene = Scene::with(memory());
    let request = scene.ask(&query());
    scene.run(|provider, env| provider.approve(request, &User::new("1", "alice"), env))
}

fn identity() -> Identity {
    let mut scene = Scene::new();
    let (access, _) = scene.login("app");
    scene.bearer(&access).unwrap()
}

fn events() -> Events {
    let mut scene = Scene::with(memory());
    scene.redeem("app", SECRET);
    scene.refresh(SECRET, SECRET);
    scene.provider.events().clone()
}

#[test]
fn no_public_type_prints_a_secret() {
    let error = Scene::new().bearer(SECRET).unwrap_err();
    assert_no_canary! {
        Access => access(),
        Answer => answer(),
        Approval => Approval { user: "1".into(), verifier: Digest::of(SECRET) },
        Authorization => Scene::new().authorize(&query()),
        AuthorizationRequest => Scene::new().ask(&query()),
        Callback => Callback::OutOfBand,
        Code => code(),
        Config => Config::new(scene::ISSUER).unwrap(),
        Consumer => Consumer::new("ck", "A client", SECRET, []),
        Digest => Digest::of(SECRET),
        Endpoint => Endpoint::Token,
        Error, Display => error,
        Event => events().iter().last().unwrap().clone(),
        Events => events(),
        Family => Family::from_bytes([0; 16]),
        Fault => Fault::Refuse,
        GrantKind => GrantKind::RefreshToken,
        Identity => identity(),
        Issue => Issue {
            access: (Digest::of(SECRET), access()),
            refresh: Some((Digest::of(SECRET), refresh())),
        },
        Lifetimes => Lifetimes::default(),
        Memory => memory(),
        Outcome => Outcome::Refused("invalid_grant"),
        Page => Page::Verifier { client: "A client".into(), verifier: Secret::new(SECRET) },
        Planted => Planted::new(Endpoint::Token, Fault::Delay(Duration::ZERO)),
        Provider => Provider::new(Config::new(scene::ISSUER).unwrap(), memory().into()),
        Redeemed => Redeemed::Spent,
        RedirectRule => RedirectRule::AnyLoopback,
        Refresh => refresh(),
        RegisteredClient => RegisteredClient::confidential("secret", "A client", SECRET, []),
        Reply => answer().reply,
        ScopeInfo => Config::new(scene::ISSUER).unwrap().with_scopes([("a", "b")]).scopes.remove(0),
        State => memory().into(),
        Temporary => temporary(),
        TokenPair => TokenPair { consumer: "ck".into(), secret: Secret::new(SECRET), user: "1".into() },
        Unavailable, Display => Unavailable,
        User => User::new("1", "alice"),
    }
}
