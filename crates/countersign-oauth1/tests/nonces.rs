//! Timestamps, repetitions, and memory that is bounded.

use std::sync::Mutex;

use countersign_oauth1::{
    ClientCredentials, Error, Form, Incoming, MemoryNonces, NonceStore, NonceUse, Problem, Received,
    Recorded, Signer, Stamp, Target, Token, Verified, Window,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::form;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn received(time: Timestamp, nonce: &str, secret: &str) -> Received {
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", secret), Token::None);
    let target = Target::new("GET", "https://h/", Form::None);
    let header = signer.authorization(target, Stamp::new(time, nonce)).unwrap();
    Received::parse(Incoming::new("GET", "https://h/", Form::None).authorization(&header)).unwrap()
}

fn verified(time: Timestamp, nonce: &str) -> Verified {
    received(time, nonce, "cs").verify(&Secret::new("cs"), None).unwrap()
}

fn used() -> Result<(), Error> {
    Err(Error::Refused { problem: Problem::NonceUsed })
}

#[test]
fn timestamps_outside_the_window_are_refused_with_what_would_be_accepted() {
    let mut nonces = MemoryNonces::new(10);
    for (offset, accepted) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let verified = verified(NOW.plus_seconds(offset), "n");
        let checked = verified.received().check_timestamp(NOW, Window::default());
        assert_eq!(checked.is_ok(), accepted, "{offset}");
        let spent = verified.spend_nonce(NOW, Window::default(), &mut nonces);
        assert_eq!(spent, checked, "{offset}");
    }
    let error =
        verified(NOW.plus_seconds(-8), "n").spend_nonce(NOW, Window::seconds(7), &mut nonces).unwrap_err();
    assert_eq!((error.problem(), error.status().as_u16()), (Some(Problem::TimestampRefused), 401));
    assert_eq!(
        form::print(&error.report()),
        "oauth_problem=timestamp_refused&oauth_acceptable_timestamps=1699999993-1700000007"
    );
}

#[test]
fn a_request_is_accepted_once() {
    let mut nonces = MemoryNonces::new(10);
    let request = verified(NOW, "a");
    assert_eq!(request.spend_nonce(NOW, Window::default(), &mut nonces), Ok(()));
    assert_eq!(request.spend_nonce(NOW.plus_seconds(299), Window::default(), &mut nonces), used());
    assert_eq!(used().unwrap_err().status(), 401);
    // Another nonce, another time: another request.
    assert_eq!(verified(NOW, "b").spend_nonce(NOW, Window::default(), &mut nonces), Ok(()));
    let later = NOW.plus_seconds(1);
    assert_eq!(verified(later, "a").spend_nonce(NOW, Window::default(), &mut nonces), Ok(()));
}

#[test]
fn a_forged_request_burns_no_nonce() {
    let mut nonces = MemoryNonces::new(10);
    assert!(received(NOW, "a", "guess").verify(&Secret::new("cs"), None).is_err());
    assert!(nonces.is_empty());
    assert_eq!(verified(NOW, "a").spend_nonce(NOW, Window::default(), &mut nonces), Ok(()));
}

#[test]
fn uses_differ_by_client_token_time_and_nonce() {
    let mut nonces = MemoryNonces::new(100);
    let mut record = |key, token, time, nonce| {
        let used = NonceUse::new(key, token, NOW.plus_seconds(time), nonce);
        nonces.record(used, NOW.plus_seconds(-300))
    };
    assert_eq!(record("ck", Some("tk"), 0, "n"), Recorded::New);
    assert_eq!(record("ckt", Some("k"), 0, "n"), Recorded::New);
    assert_eq!(record("ck", Some("tkn"), 0, ""), Recorded::New);
    assert_eq!(record("ck", None, 0, "n"), Recorded::New);
    assert_eq!(record("ck", Some("tk"), 1, "n"), Recorded::New);
    assert_eq!(record("ck", Some("tk"), 0, "N"), Recorded::New);
    assert_eq!(record("ck", Some("tk"), 0, "n"), Recorded::Used);
}

#[test]
fn memory_is_bounded_and_freed_as_time_passes() {
    let mut nonces = MemoryNonces::new(100);
    let window = Window::default();
    for index in 0..100 {
        assert_eq!(verified(NOW, &format!("{index}")).spend_nonce(NOW, window, &mut nonces), Ok(()));
    }
    let full = verified(NOW, "100").spend_nonce(NOW, window, &mut nonces).unwrap_err();
    assert_eq!((&full, full.status().as_u16()), (&Error::NoncesUnavailable, 503));
    assert_eq!(nonces.len(), 100);
    // A full store still knows what it has seen.
    assert_eq!(verified(NOW, "7").spend_nonce(NOW, window, &mut nonces), used());

    let later = NOW.plus_seconds(301);
    assert_eq!(verified(later, "new").spend_nonce(later, window, &mut nonces), Ok(()));
    assert_eq!(nonces.len(), 1);
}

#[test]
fn a_clock_that_goes_back_revives_nothing() {
    let mut nonces = MemoryNonces::new(10);
    let window = Window::default();
    let old = verified(NOW, "old");
    assert_eq!(old.spend_nonce(NOW, window, &mut nonces), Ok(()));
    let later = NOW.plus_seconds(1000);
    assert_eq!(verified(later, "new").spend_nonce(later, window, &mut nonces), Ok(()));
    assert_eq!(old.spend_nonce(NOW, window, &mut nonces), used());
}

#[test]
fn a_store_out_of_reach_accepts_nothing() {
    struct Gone;
    impl NonceStore for Gone {
        fn record(&mut self, _: NonceUse<'_>, _: Timestamp) -> Recorded {
            Recorded::Unavailable
        }
    }
    let spent = verified(NOW, "a").spend_nonce(NOW, Window::default(), &mut Gone);
    assert_eq!(spent, Err(Error::NoncesUnavailable));
    let mut boxed: Box<dyn NonceStore> = Box::new(Gone);
    assert_eq!(boxed.record(NonceUse::new("c", None, NOW, "n"), NOW), Recorded::Unavailable);
}

#[test]
fn threads_share_a_store_behind_a_mutex_and_one_of_them_wins() {
    let nonces = Mutex::new(MemoryNonces::new(1000));
    let request = verified(NOW, "a");
    let wins = std::thread::scope(|scope| {
        let spend = || request.spend_nonce(NOW, Window::default(), &mut *nonces.lock().unwrap()).is_ok();
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(spend)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).filter(|won| *won).count()
    });
    assert_eq!(wins, 1);
}
