//! A keyring that is absent, locked, failing, hanging or lying: each is another answer, and all end.

use core::time::Duration;

use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_store_keyring::{Cause, Keyring, KeyringStore, Persistence};
use countersign_token::Revision;
use testkit::{
    directory::Directory,
    sample::{credential, key, mark},
};

use crate::{
    double::{Double, Mode},
    place::absent,
};

/// Long enough for everything that does not hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// Short, for calls that are to run out of it.
const BRIEF: Duration = Duration::from_millis(50);

fn open(keyring: Keyring, directory: &Directory) -> KeyringStore {
    KeyringStore::open(keyring, "countersign", directory.path()).unwrap()
}

fn seen(error: &Error) -> (ErrorKind, Option<Cause>) {
    (error.kind(), Cause::of(error))
}

#[test]
fn each_trouble_has_its_own_answer() {
    #[track_caller]
    fn check(mode: Mode, kind: ErrorKind, cause: Cause) {
        let (directory, double) = (absent(), Double::new());
        let store = open(double.keyring().with_deadline(PATIENCE), &directory);
        let first =
            store.try_lock(&key()).unwrap().unwrap().save(&credential("kept"), Revision::ABSENT).unwrap();
        // Another program, which has no connection so far.
        let store = open(double.keyring().with_deadline(PATIENCE), &directory);
        double.set(mode);
        let expected = (kind, Some(cause));
        assert_eq!(seen(&store.load(&key()).unwrap_err()), expected, "load");
        assert_eq!(seen(&store.list().unwrap_err()), expected, "list");
        assert_eq!(seen(&store.keyring().probe("countersign").unwrap_err()), expected, "probe");
        let mut lease = store.try_lock(&key()).unwrap().unwrap();
        assert_eq!(seen(&lease.load().unwrap_err()), expected, "load under a lease");
        for revision in [Revision::ABSENT, first] {
            assert_eq!(seen(&lease.save(&credential("lost"), revision).unwrap_err()), expected, "save");
            assert_eq!(seen(&lease.delete(revision).unwrap_err()), expected, "delete");
        }
        let error = lease.load().unwrap_err();
        assert!(error.to_string().contains("double entry https%3a"), "{error}");
        assert!(!error.is_transient());
        double.set(Mode::Works);
        assert_eq!(mark(&lease.load().unwrap().unwrap()), "kept");
        assert_eq!(double.filled().len(), 1, "the probe leaves nothing");
    }
    check(Mode::Absent, ErrorKind::Unavailable, Cause::Absent);
    check(Mode::Locked, ErrorKind::Unavailable, Cause::Locked);
    check(Mode::Fails, ErrorKind::Unavailable, Cause::Failed);
    check(Mode::Panics, ErrorKind::Unavailable, Cause::Failed);
    check(Mode::Refuses, ErrorKind::Unavailable, Cause::Refused);
    check(Mode::Garbles, ErrorKind::Corrupt, Cause::Changed);
    check(Mode::Ambiguous, ErrorKind::Insecure, Cause::Ambiguous);
    check(Mode::TooLong, ErrorKind::TooBig, Cause::TooBig { limit: 2560 });
}

#[test]
fn what_a_keyring_does_not_take_is_refused_unasked() {
    let (directory, double) = (absent(), Double::new());
    let store = open(double.keyring().with_limit(2000), &directory);
    let mut lease = store.try_lock(&key()).unwrap().unwrap();
    let first = lease.save(&credential("small"), Revision::ABSENT).unwrap();
    let error = lease.save(&credential(&"x".repeat(2000)), first).unwrap_err();
    assert_eq!(seen(&error), (ErrorKind::TooBig, Some(Cause::TooBig { limit: 2000 })));
    assert_eq!(
        core::error::Error::source(&error).unwrap().to_string(),
        "the keyring keeps at most 2000 bytes"
    );
    assert_eq!(mark(&lease.load().unwrap().unwrap()), "small");
    assert_eq!(store.keyring().limit(), Some(2000));
}

#[test]
fn a_keyring_that_was_restarted_is_reached_anew() {
    let (directory, double) = (absent(), Double::new());
    let store = open(double.keyring(), &directory);
    let mut lease = store.try_lock(&key()).unwrap().unwrap();
    let mut revision = lease.save(&credential("0"), Revision::ABSENT).unwrap();
    assert_eq!(double.connections(), 1);
    for round in 1..3 {
        double.set(Mode::Restarted);
        assert_eq!(mark(&lease.load().unwrap().unwrap()), (round - 1).to_string());
        revision = lease.save(&credential(&round.to_string()), revision).unwrap();
        assert_eq!(double.connections(), round + 1);
    }
    double.set(Mode::Restarted);
    lease.delete(revision).unwrap();
    assert!(double.filled().is_empty());
}

#[test]
fn a_probe_notices_a_keyring_that_keeps_nothing() {
    let double = Double::new();
    double.keyring().probe("countersign").unwrap();
    assert!(double.filled().is_empty());
    double.set(Mode::Pretends);
    let error = double.keyring().probe("countersign").unwrap_err();
    assert_eq!(seen(&error), (ErrorKind::Unavailable, Some(Cause::Changed)));
}

#[test]
fn a_deletion_that_did_not_happen_is_no_deletion() {
    let (directory, double) = (absent(), Double::new());
    let store = open(double.keyring(), &directory);
    let mut lease = store.try_lock(&key()).unwrap().unwrap();
    let first = lease.save(&credential("kept"), Revision::ABSENT).unwrap();
    double.set(Mode::Pretends);
    let error = lease.delete(first).unwrap_err();
    assert_eq!(seen(&error), (ErrorKind::Unavailable, Some(Cause::Changed)));
    double.set(Mode::Works);
    lease.delete(first).unwrap();
    assert!(double.filled().is_empty());
}

#[test]
fn a_hanging_keyring_is_given_up_and_comes_back() {
    let double = Double::new();
    let directory = absent();
    let store = open(double.keyring().with_deadline(BRIEF), &directory);
    double.set(Mode::Hangs);
    for hanging in 1..=4 {
        let error = store.load(&key()).unwrap_err();
        assert_eq!(seen(&error), (ErrorKind::Unavailable, Some(Cause::TimedOut)));
        assert!(error.is_transient());
        double.wait_for_hanging(hanging);
    }
    // No further thread, whoever asks, and no waiting: the deadline could not pass.
    for keyring in [store.keyring().clone(), store.keyring().clone().with_deadline(Duration::MAX)] {
        let error = keyring.probe("countersign").unwrap_err();
        assert_eq!(seen(&error), (ErrorKind::Unavailable, Some(Cause::Hung)));
        assert!(error.is_transient());
    }
    double.set(Mode::Works);
    let began = std::time::Instant::now();
    // As soon as the first comes back a call is tried again, and four when all have.
    let until = |cause: Option<Cause>, ask: &dyn Fn() -> Result<(), Error>| {
        while ask().err().and_then(|error| Cause::of(&error)) != cause {
            assert!(began.elapsed() < PATIENCE, "calls that came back are counted on");
            std::thread::yield_now();
        }
    };
    let patient = store.keyring().clone().with_deadline(PATIENCE);
    until(None, &|| patient.probe("countersign"));
    double.set(Mode::Hangs);
    for _ in 0..4 {
        until(Some(Cause::TimedOut), &|| store.load(&key()).map(drop));
    }
    assert_eq!(Cause::of(&store.load(&key()).unwrap_err()), Some(Cause::Hung));
    double.set(Mode::Works);
}

#[test]
fn callers_that_wait_for_their_turn_have_a_deadline_too() {
    let double = Double::new();
    let keyring = double.keyring().with_deadline(PATIENCE);
    double.set(Mode::Hangs);
    std::thread::scope(|scope| {
        scope.spawn(|| keyring.probe("countersign").unwrap());
        double.wait_for_hanging(1);
        let error = keyring.clone().with_deadline(BRIEF).probe("countersign").unwrap_err();
        assert_eq!(Cause::of(&error), Some(Cause::TimedOut));
        // It never got as far as the keyring.
        double.wait_for_hanging(1);
        double.set(Mode::Works);
    });
}

/// A call that was given up may still write, so nobody else may until it has.
#[test]
fn a_save_that_hangs_keeps_the_lease() {
    let (directory, double) = (absent(), Double::new());
    let store = open(double.keyring().with_deadline(PATIENCE), &directory);
    let mut lease = store.try_lock(&key()).unwrap().unwrap();
    let first = lease.save(&credential("old"), Revision::ABSENT).unwrap();
    drop(lease);

    // What is not to hang has this long, on a busy machine too.
    let brief = open(double.keyring().with_deadline(Duration::from_secs(2)), &directory);
    let mut lease = brief.try_lock(&key()).unwrap().unwrap();
    // The call that hangs is the one that writes: what comes before it is answered.
    double.set(Mode::HangsOnSet);
    assert_eq!(Cause::of(&lease.save(&credential("late"), first).unwrap_err()), Some(Cause::TimedOut));
    double.wait_for_hanging(1);
    // What is read now may be changed by it, also through this lease.
    assert_eq!(Cause::of(&lease.load().unwrap_err()), Some(Cause::TimedOut));
    assert_eq!(Cause::of(&lease.save(&credential("x"), first).unwrap_err()), Some(Cause::TimedOut));
    assert_eq!(Cause::of(&lease.delete(first).unwrap_err()), Some(Cause::TimedOut));
    drop(lease);
    assert!(store.try_lock(&key()).unwrap().is_none());
    assert_eq!(mark(&store.load(&key()).unwrap().unwrap()), "old");

    double.set(Mode::Works);
    let mut lease = store.lock(&key(), PATIENCE).unwrap();
    let record = lease.load().unwrap().unwrap();
    assert_eq!((mark(&record), record.revision), ("late".to_owned(), first.next()));
}

#[test]
fn a_record_that_is_hidden_is_not_saved_over() {
    let (directory, double) = (absent(), Double::new());
    let store = open(double.keyring(), &directory);
    let mut lease = store.try_lock(&key()).unwrap().unwrap();
    let first = lease.save(&credential("hidden"), Revision::ABSENT).unwrap();
    double.set(Mode::HidesForGood);
    let error = lease.save(&credential("lost"), Revision::ABSENT).unwrap_err();
    assert_eq!(seen(&error), (ErrorKind::Unavailable, Some(Cause::Locked)));
    double.set(Mode::Hides);
    let error = lease.save(&credential("lost"), Revision::ABSENT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let record = lease.load().unwrap().unwrap();
    assert_eq!((mark(&record), record.revision), ("hidden".to_owned(), first));
}

#[test]
fn persistence_is_reported() {
    #[track_caller]
    fn check(persistence: Persistence, text: &str, permanent: bool) {
        let keyring = Keyring::connecting("x", persistence, || Err(keyring_core::Error::NoDefaultStore));
        assert_eq!(keyring.persistence(), persistence);
        assert_eq!((persistence.to_string().as_str(), persistence.is_permanent()), (text, permanent));
    }
    check(Persistence::Process, "until the program ends", false);
    check(Persistence::Logout, "until logout", false);
    check(Persistence::Reboot, "until reboot", false);
    check(Persistence::Permanent, "permanently", true);
    check(Persistence::Unknown, "for an unknown time", false);
    assert_eq!(Keyring::memory().persistence(), Persistence::Process);
}

#[test]
#[cfg(all(target_os = "linux", feature = "secret-service", feature = "keyutils"))]
fn the_keyrings_of_linux_say_what_they_are() {
    let (service, kernel) = (Keyring::secret_service(), Keyring::keyutils());
    assert_eq!((service.title(), service.persistence()), ("Secret Service", Persistence::Permanent));
    assert_eq!((kernel.title(), kernel.persistence()), ("kernel keyring", Persistence::Reboot));
    assert_eq!((service.limit(), kernel.limit()), (None, Some(32_767)));
    assert_eq!(Keyring::platform().unwrap().title(), "Secret Service");
    assert!(service.deadline() < Duration::from_secs(5));
}
