//! The rule that loses no token, sentence by sentence.

use std::time::Duration;

use crate::scene::{
    API, START, Scene, bearer, credential, get, json, key, needs_login, now, refused, registered, tokens,
};
use countersign_client::{Error, ErrorKind, Token};
use countersign_store::{Error as StoreError, Lease, MemoryStore, Store};
use countersign_token::{AccessToken, Credential, Expiry, Key, Record, Revision, Secret, State, TokenSet};
use countersign_transport::{ErrorKind as Broken, ScriptedTransport};
use countersign_wire::flow::Sent;

fn secret(token: &Result<Token, Error>) -> &str {
    token.as_ref().unwrap().access.secret.expose()
}

fn kind(token: Result<Token, Error>) -> ErrorKind {
    token.unwrap_err().kind().clone()
}

#[test]
fn a_good_token_is_handed_out_without_a_request() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    let token = ann.token(now());
    assert_eq!(secret(&token), "A1");
    assert!(!token.unwrap().refreshed);
    assert_eq!(scene.token_requests().len(), 0);
}

#[test]
fn an_expired_one_is_refreshed_stored_and_handed_out() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A2", Some("R2"))));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let token = ann.token(now());
    assert_eq!(secret(&token), "A2");
    assert!(token.unwrap().refreshed);
    assert_eq!(scene.token_requests()[0].first("refresh_token"), Some("R1"));

    let record = scene.stored(&key());
    assert_eq!(record.revision, Revision::new(2));
    assert!(record.credential.refresh_token().unwrap().secret().ct_eq("R2"));
    assert_eq!(record.credential.tokens.len(), 1);
    // And the next one costs nothing.
    assert_eq!(secret(&ann.token(now())), "A2");
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn an_absent_or_empty_refresh_token_keeps_the_old_one() {
    for answer in [tokens("A2", None), tokens("A2", Some(""))] {
        let scene = Scene::new(ScriptedTransport::new().respond(answer));
        let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
        scene.expire();
        ann.token(now()).unwrap();
        assert!(scene.stored(&key()).credential.refresh_token().unwrap().secret().ct_eq("R1"));
    }
}

#[test]
fn what_another_program_refreshed_is_adopted_without_a_request() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    scene.plant(&key(), &credential("A2", "R2", scene.now()));
    let token = ann.token(now());
    assert_eq!(secret(&token), "A2");
    assert!(!token.unwrap().refreshed);
    assert_eq!(scene.network.requests().len(), 0);
}

#[test]
fn without_the_lease_nothing_is_refreshed() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let _held = scene.store.lock(&key(), now()).unwrap();
    assert_eq!(kind(ann.token(now())), ErrorKind::RefreshInProgress);
    assert_eq!(scene.network.requests().len(), 0);
}

/// A store whose lease somebody else keeps, but not without storing what it was for.
#[derive(Clone)]
struct Contended(MemoryStore);

impl Store for Contended {
    fn load(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.0.load(key)
    }

    fn list(&self) -> Result<Vec<Key>, StoreError> {
        self.0.list()
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, StoreError> {
        self.0.try_lock(key)
    }

    fn lock(&self, key: &Key, _: Duration) -> Result<Box<dyn Lease>, StoreError> {
        let newer = credential("A2", "R2", START.plus_seconds(3600));
        self.0.lock(key, Duration::ZERO)?.save(&newer, Revision::new(1))?;
        Err(StoreError::new(countersign_store::ErrorKind::Locked))
    }
}

#[test]
fn a_waiter_that_times_out_uses_what_the_other_got() {
    let store = MemoryStore::new();
    store.lock(&key(), now()).unwrap().save(&credential("A1", "R1", START), Revision::ABSENT).unwrap();
    let scene = Scene::with_store(ScriptedTransport::new(), Contended(store));
    let ann = scene.client.account("ann").unwrap();
    scene.expire();
    assert_eq!(secret(&ann.token(now())), "A2");
    assert_eq!(scene.network.requests().len(), 0);
}

#[test]
fn invalid_grant_marks_the_record_and_keeps_it() {
    let scene = Scene::new(ScriptedTransport::new().respond(refused("invalid_grant")));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let error = ann.token(now()).unwrap_err();
    assert_eq!(error.kind(), &needs_login());
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the server refused with invalid_grant");
    let record = scene.stored(&key());
    assert_eq!(record.credential.state, State::NeedsLogin { since: scene.now() });
    assert!(record.credential.refresh_token().unwrap().secret().ct_eq("R1"));
    // The server is not asked again, neither here nor by a program that starts later.
    assert_eq!(kind(ann.token(now())), needs_login());
    let later = Scene::with_store(ScriptedTransport::new(), scene.store.clone());
    later.expire();
    assert_eq!(kind(later.client.account("ann").unwrap().token(now())), needs_login());
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn invalid_grant_after_another_s_rotation_adopts_it() {
    let store = MemoryStore::new();
    let rotated = store.clone();
    // A program that knows of no lease rotates while our request is on its way.
    let script = ScriptedTransport::new().answer(move |_| {
        let other = credential("A2", "R2", START.plus_seconds(3600));
        let form = Record::new(key(), other, Revision::new(2)).to_json();
        rotated.plant(&key(), form);
        Ok(refused("invalid_grant"))
    });
    let scene = Scene::with_store(script, store);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    assert_eq!(secret(&ann.token(now())), "A2");
    assert_eq!(scene.stored(&key()).credential.state, State::Ok);
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn nothing_else_marks_a_credential_dead() {
    let html =
        || http::Response::builder().status(502).header("content-type", "text/html").body(b"<html>".to_vec());
    let cases: [(ScriptedTransport, fn(&ErrorKind) -> bool); 6] = [
        (ScriptedTransport::new().respond(json(503, "{}")), |kind| *kind == ErrorKind::Answer),
        (ScriptedTransport::new().respond(html().unwrap()), |kind| *kind == ErrorKind::Answer),
        (ScriptedTransport::new().fail(Broken::Timeout, Sent::Maybe), |kind| *kind == ErrorKind::Network),
        (ScriptedTransport::new().fail(Broken::Tls, Sent::No), |kind| *kind == ErrorKind::Network),
        (ScriptedTransport::new().respond(refused("invalid_client")), |kind| {
            matches!(kind, ErrorKind::Refused(_))
        }),
        (ScriptedTransport::new().respond(refused("temporarily_unavailable")), |kind| {
            matches!(kind, ErrorKind::Refused(_))
        }),
    ];
    for (script, expected) in cases {
        let scene = Scene::new(script);
        let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
        scene.expire();
        let found = kind(ann.token(now()));
        assert!(expected(&found), "{found:?}");
        assert_eq!(scene.stored(&key()).credential.state, State::Ok, "{found:?}");
        assert_eq!(scene.stored(&key()).revision, Revision::new(1), "{found:?}");
    }
}

#[test]
fn an_ambiguous_failure_ends_the_refresh_and_a_later_one_presents_the_token_again() {
    let script =
        ScriptedTransport::new().fail(Broken::Timeout, Sent::Maybe).respond(tokens("A2", Some("R2")));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let error = ann.token(now()).unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Network);
    assert!(error.is_transient());
    assert_eq!(scene.token_requests().len(), 1);
    // Not at once.
    assert_eq!(kind(ann.token(now())), ErrorKind::Network);
    assert_eq!(scene.token_requests().len(), 1);
    scene.time.advance(Duration::from_secs(1));
    assert_eq!(secret(&ann.token(now())), "A2");
    assert_eq!(scene.token_requests()[1].first("refresh_token"), Some("R1"));
}

#[test]
fn a_failure_leaves_the_server_alone_for_longer_each_time_and_for_as_long_as_it_asks() {
    let busy = http::Response::builder()
        .status(503)
        .header("content-type", "application/json")
        .header("retry-after", "120")
        .body(br#"{"error":"temporarily_unavailable"}"#.to_vec())
        .unwrap();
    let script = ScriptedTransport::new()
        .fail(Broken::Timeout, Sent::Maybe)
        .fail(Broken::Timeout, Sent::Maybe)
        .respond(busy)
        .respond(tokens("A2", None));
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    let mut asked = Vec::new();
    for second in 0..200 {
        let before = scene.token_requests().len();
        let done = ann.token(now()).is_ok();
        if scene.token_requests().len() > before {
            asked.push(second);
        }
        if done {
            break;
        }
        scene.time.advance(Duration::from_secs(1));
    }
    assert_eq!(asked, [0, 1, 3, 123]);
}

#[test]
fn the_early_refresh_stalls_only_its_starter_and_may_fail() {
    let scene = Scene::new(ScriptedTransport::new().fail(Broken::Connect, Sent::No));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.time.advance(Duration::from_secs(3600 - 100));
    // It is tried, the flow's own repetitions of an unsent request included, and the token stays in use.
    assert_eq!(secret(&ann.token(now())), "A1");
    let tried = scene.token_requests().len();
    assert!(tried >= 1);
    // Then the server is left alone.
    assert_eq!(secret(&ann.token(now())), "A1");
    assert_eq!(scene.token_requests().len(), tried);
}

#[test]
fn an_early_refresh_waits_for_no_lease() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A2", None)));
    let client = scene.client.clone().with_lease_wait(Duration::from_secs(3600));
    let ann = client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.time.advance(Duration::from_secs(3600 - 100));
    let held = scene.store.lock(&key(), now()).unwrap();
    assert_eq!(secret(&ann.token(now())), "A1");
    assert_eq!(scene.token_requests().len(), 0);
    drop(held);
    assert_eq!(secret(&ann.token(now())), "A2");
}

#[test]
fn while_one_refreshes_early_the_others_take_the_current_token() {
    use std::sync::{Arc, Barrier};
    let (reached, go_on) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let (at, on) = (Arc::clone(&reached), Arc::clone(&go_on));
    let script = ScriptedTransport::new().answer(move |_| {
        at.wait();
        on.wait();
        Ok(tokens("A2", None))
    });
    let scene = Scene::new(script);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.time.advance(Duration::from_secs(3600 - 100));
    std::thread::scope(|scope| {
        let starter = scope.spawn(|| ann.token(now()));
        reached.wait();
        // The request is on its way, and stays there until this caller has been served.
        assert_eq!(secret(&ann.token(now())), "A1");
        go_on.wait();
        assert_eq!(secret(&starter.join().unwrap()), "A2");
    });
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn an_unknown_expiry_is_used_until_it_is_refused() {
    let script =
        ScriptedTransport::new().respond(json(401, "")).respond(tokens("A2", None)).respond(json(200, "[]"));
    let scene = Scene::new(script);
    let mut unknown = credential("A1", "R1", START);
    unknown.tokens[0].expires = Expiry::Unknown;
    let ann = scene.client.keep_as(&key(), unknown).unwrap();
    scene.time.advance(Duration::from_secs(315_360_000));
    assert_eq!(secret(&ann.token(now())), "A1");
    assert_eq!(ann.send(get(API)).unwrap().status(), 200);
    assert_eq!(bearer(&scene.network.requests()[2]), "Bearer A2");
}

#[test]
fn a_server_that_gives_no_life_is_asked_once_per_call() {
    let brief = || json(200, r#"{"access_token":"A2","token_type":"bearer","expires_in":30}"#);
    let scene = Scene::new(ScriptedTransport::new().respond(brief()).respond(brief()));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.expire();
    assert_eq!(secret(&ann.token(Duration::from_secs(60))), "A2");
    assert_eq!(scene.token_requests().len(), 1);
    assert_eq!(secret(&ann.token(Duration::from_secs(60))), "A2");
    assert_eq!(scene.token_requests().len(), 2);
}

#[test]
fn a_clock_that_jumps_back_neither_loops_nor_trusts_the_old_token_for_ever() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A2", None)));
    let later = START.plus_seconds(315_360_000);
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", later)).unwrap();
    assert_eq!(secret(&ann.token(now())), "A2");
    for _ in 0..10 {
        assert_eq!(secret(&ann.token(now())), "A2");
    }
    assert_eq!(scene.token_requests().len(), 1);
}

#[test]
fn a_caller_may_ask_for_more_life() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A2", None)));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.time.advance(Duration::from_secs(60));
    assert_eq!(secret(&ann.token(Duration::from_secs(3540))), "A1");
    assert_eq!(secret(&ann.token(Duration::from_secs(3541))), "A2");
}

#[test]
fn a_token_without_a_way_to_another_is_used_to_its_end() {
    let scene = Scene::new(ScriptedTransport::new());
    let ann = scene.client.keep_as(&key(), credential("A1", "", START)).unwrap();
    scene.time.advance(Duration::from_secs(3599));
    assert_eq!(secret(&ann.token(Duration::from_secs(60))), "A1");
    scene.time.advance(Duration::from_secs(1));
    assert_eq!(kind(ann.token(now())), needs_login());
    assert_eq!(scene.network.requests().len(), 0);
}

#[test]
fn a_grant_that_is_over_leaves_its_last_token_in_use() {
    let scene = Scene::new(ScriptedTransport::new().respond(refused("invalid_grant")));
    let ann = scene.client.keep_as(&key(), credential("A1", "R1", START)).unwrap();
    scene.time.advance(Duration::from_secs(3500));
    assert_eq!(secret(&ann.token(now())), "A1");
    assert_eq!(scene.stored(&key()).credential.state, State::NeedsLogin { since: scene.now() });
    assert_eq!(secret(&ann.token(now())), "A1");
    assert_eq!(scene.token_requests().len(), 1);
    scene.time.advance(Duration::from_secs(100));
    assert_eq!(kind(ann.token(now())), needs_login());
}

#[test]
fn client_credentials_are_asked_for_and_kept() {
    let scene = Scene::new(ScriptedTransport::new().respond(tokens("A1", None)).respond(tokens("A2", None)));
    let mut client = registered();
    client.secret = Some(Secret::new("s3cret"));
    let robot = scene.client.keep("robot", Credential::client_credentials(client)).unwrap();
    assert_eq!(secret(&robot.token(now())), "A1");
    assert_eq!(scene.token_requests()[0].first("grant_type"), Some("client_credentials"));
    assert_eq!(secret(&robot.token(now())), "A1");
    // Another start of the program finds the token.
    let later = Scene::with_store(ScriptedTransport::new(), scene.store.clone());
    assert_eq!(secret(&later.client.account("robot").unwrap().token(now())), "A1");
    scene.expire();
    assert_eq!(secret(&robot.token(now())), "A2");
}

#[test]
fn somebody_s_own_source_is_asked_and_its_token_kept() {
    use countersign_flow::source;
    use countersign_wire::flow::{Env, Flow, Input, Step};

    struct Given(u8);
    impl Flow for Given {
        type Output = TokenSet;
        type Error = countersign_flow::Error;
        fn step(&mut self, _: Input, env: &Env<'_>) -> Result<Step<TokenSet>, Self::Error> {
            let token = AccessToken::bearer(Secret::new(format!("G{}", self.0)), env.now)
                .with_expiry(Expiry::At(env.now.plus_seconds(3600)));
            Ok(Step::Done(TokenSet::new(token)))
        }
    }
    let scene = Scene::new(ScriptedTransport::new());
    let calls = std::sync::atomic::AtomicU8::new(0);
    let own = source::from_fn(key(), move |_| {
        let number = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(Box::new(Given(number)))
    });
    let handle = scene.client.source(own).unwrap();
    assert_eq!(secret(&handle.token(now())), "G0");
    assert_eq!(secret(&handle.token(now())), "G0");
    assert_eq!(scene.stored(&key()).credential.tokens.len(), 1);
    scene.expire();
    assert_eq!(secret(&handle.token(now())), "G1");
}
