//! The key of a sealed store: made once, kept as text, and never mistaken.

use core::time::Duration;
use std::thread;

use countersign_store::{Error, ErrorKind, KeySource, SealKey};
use countersign_store_keyring::{Cause, Keyring, KeyringKey, Persistence};
use testkit::directory::Directory;

use crate::{
    double::{Double, Mode},
    place::absent,
};

fn open(double: &Double, directory: &Directory) -> KeyringKey {
    KeyringKey::open(double.keyring(), "countersign", "data", directory.path()).unwrap()
}

fn is(source: &KeyringKey, byte: u8) -> bool {
    source.load().unwrap().is_some_and(|key| key.ct_eq(&SealKey::new([byte; 32])))
}

#[test]
fn the_contract_of_a_source() {
    let (directory, double) = (absent(), Double::new());
    let (source, other) = (open(&double, &directory), open(&double, &directory));
    assert!(source.load().unwrap().is_none());
    source.create(&SealKey::new([0xa7; 32])).unwrap();
    assert!(is(&source, 0xa7) && is(&other, 0xa7));
    assert_eq!(other.create(&SealKey::new([2; 32])).unwrap_err().kind(), ErrorKind::Conflict);
    assert!(is(&other, 0xa7));
    other.replace(&SealKey::new([3; 32])).unwrap();
    assert!(is(&source, 3));
    let elsewhere = KeyringKey::open(double.keyring(), "countersign", "other", directory.path()).unwrap();
    assert!(elsewhere.load().unwrap().is_none());
    source.delete().unwrap();
    assert!(other.load().unwrap().is_none() && double.filled().is_empty());
    source.delete().unwrap();
}

#[test]
fn the_form_stays_readable() {
    let (directory, double) = (absent(), Double::new());
    let form = "countersign-key-v1:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    double.plant("countersign", "data", form.as_bytes());
    let key = SealKey::new(core::array::from_fn(|index| index as u8));
    let source = open(&double, &directory);
    assert!(source.load().unwrap().unwrap().ct_eq(&key));
    source.delete().unwrap();
    source.create(&key).unwrap();
    assert_eq!(double.secret("countersign", "data").unwrap(), form.as_bytes());
}

#[test]
fn what_is_no_key_is_left_alone() {
    #[track_caller]
    fn check(value: &[u8], expected: ErrorKind) {
        let (directory, double) = (absent(), Double::new());
        double.plant("countersign", "data", value);
        let source = open(&double, &directory);
        assert_eq!(source.load().unwrap_err().kind(), expected);
        assert_eq!(source.create(&SealKey::new([1; 32])).unwrap_err().kind(), expected);
        assert_eq!(double.secret("countersign", "data").unwrap(), value);
    }
    let digits = "ab".repeat(32);
    let form = |head: &str, digits: &str| format!("{head}{digits}").into_bytes();
    check(b"", ErrorKind::Corrupt);
    check(&[0xff; 32], ErrorKind::Corrupt);
    check(digits.as_bytes(), ErrorKind::Corrupt);
    check(&form("countersign-key-v1:", &digits[1..]), ErrorKind::Corrupt);
    check(&form("countersign-key-v1:", &digits[2..]), ErrorKind::Corrupt);
    check(&form("countersign-key-v1:", &format!("{digits}ab")), ErrorKind::Corrupt);
    check(&form("countersign-key-v1:", &digits.replacen('a', "A", 1)), ErrorKind::Corrupt);
    check(&form("countersign-key-v1:", &digits.replacen('a', "g", 1)), ErrorKind::Corrupt);
    check(&form("countersign-key-v0:", &digits), ErrorKind::Corrupt);
    check(&form("countersign-key-vx:", &digits), ErrorKind::Corrupt);
    check(&form("countersign-key-v2:", "whatever"), ErrorKind::TooNew);
}

#[test]
fn a_keyring_in_trouble_is_no_keyring_without_a_key() {
    let (directory, double) = (absent(), Double::new());
    let source = open(&double, &directory);
    for mode in [Mode::Absent, Mode::Locked, Mode::Fails] {
        double.set(mode);
        assert_eq!(source.load().unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(source.create(&SealKey::new([1; 32])).unwrap_err().kind(), ErrorKind::Unavailable);
    }
    double.set(Mode::Pretends);
    let error = source.create(&SealKey::new([1; 32])).unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unavailable, Some(Cause::Changed)));
    assert!(double.filled().is_empty());

    double.set(Mode::Works);
    source.create(&SealKey::new([1; 32])).unwrap();
    double.set(Mode::Pretends);
    let error = source.replace(&SealKey::new([2; 32])).unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unavailable, Some(Cause::Changed)));
    assert!(is(&source, 1));
}

#[test]
fn who_makes_a_key_is_alone() {
    let (directory, double) = (absent(), Double::new());
    let first = KeyringKey::open(
        double.keyring().with_deadline(Duration::from_secs(60)),
        "countersign",
        "data",
        directory.path(),
    )
    .unwrap();
    let brief = double.keyring().with_deadline(Duration::from_millis(50));
    let second = KeyringKey::open(brief, "countersign", "data", directory.path()).unwrap();
    double.set(Mode::HangsOnSet);
    thread::scope(|scope| {
        let making = scope.spawn(|| first.create(&SealKey::new([1; 32])));
        double.wait_for_hanging(1);
        for result in [second.create(&SealKey::new([2; 32])), second.replace(&SealKey::new([2; 32]))] {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Locked);
        }
        assert_eq!(second.delete().unwrap_err().kind(), ErrorKind::Locked);
        double.set(Mode::Works);
        making.join().unwrap().unwrap();
    });
    let third = open(&double, &directory);
    assert_eq!(third.create(&SealKey::new([3; 32])).unwrap_err().kind(), ErrorKind::Conflict);
    assert!(is(&third, 1));
}

/// One who waited for the lock, and then for a keyring that hangs, has waited once.
#[test]
fn the_lock_and_the_keyring_have_one_deadline() {
    const DEADLINE: Duration = Duration::from_millis(500);
    /// Within the deadline, and twice this is not.
    const PART: Duration = Duration::from_millis(400);
    #[track_caller]
    fn check(ask: fn(&KeyringKey) -> Result<(), Error>) {
        let (directory, double) = (absent(), Double::new());
        let patient = double.keyring().with_deadline(Duration::from_secs(60));
        let first = KeyringKey::open(patient, "countersign", "data", directory.path()).unwrap();
        let slow = Keyring::connecting("slow", Persistence::Process, {
            let double = double.clone();
            move || {
                thread::sleep(PART);
                double.connect()
            }
        });
        let slow = slow.with_deadline(DEADLINE);
        let second = KeyringKey::open(slow, "countersign", "data", directory.path()).unwrap();
        double.set(Mode::HangsOnSet);
        thread::scope(|scope| {
            let making = scope.spawn(|| first.create(&SealKey::new([1; 32])));
            double.wait_for_hanging(1);
            let asking = scope.spawn(|| ask(&second));
            thread::sleep(PART);
            double.set(Mode::Works);
            making.join().unwrap().unwrap();
            let error = asking.join().unwrap().unwrap_err();
            // On a busy machine the lock alone may take too long.
            let timed_out = error.kind() == ErrorKind::Locked || Cause::of(&error) == Some(Cause::TimedOut);
            assert!(timed_out, "{error:?}");
        });
        assert!(is(&first, 1));
    }
    check(|second| second.create(&SealKey::new([2; 32])));
    check(|second| second.replace(&SealKey::new([2; 32])));
    check(KeyringKey::delete);
}

/// The call that keeps a key and the one that makes sure of it are short enough each, but not together.
#[test]
fn calls_for_one_answer_have_one_deadline() {
    let (directory, double) = (absent(), Double::new());
    let keyring = double.keyring().with_deadline(Duration::from_millis(500));
    let source = KeyringKey::open(keyring, "countersign", "data", directory.path()).unwrap();
    double.set(Mode::Slow(Duration::from_millis(200)));
    let error = source.replace(&SealKey::new([1; 32])).unwrap_err();
    assert_eq!(Cause::of(&error), Some(Cause::TimedOut));
}

/// A second key would be the end of all that was encrypted to the first.
#[test]
fn a_key_that_is_hidden_is_not_made_again() {
    let (directory, double) = (absent(), Double::new());
    open(&double, &directory).create(&SealKey::new([1; 32])).unwrap();
    double.set(Mode::Hides);
    let error = open(&double, &directory).create(&SealKey::new([2; 32])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    double.set(Mode::Hides);
    assert!(is(&open(&double, &directory), 1));
    double.set(Mode::HidesForGood);
    for error in [
        open(&double, &directory).load().unwrap_err(),
        open(&double, &directory).create(&SealKey::new([2; 32])).unwrap_err(),
    ] {
        assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unavailable, Some(Cause::Locked)));
    }
    double.set(Mode::Works);
    assert!(is(&open(&double, &directory), 1));
    assert_eq!(double.filled().len(), 1);
}

#[test]
fn of_many_first_keys_one_is_made() {
    let (directory, double) = (absent(), Double::new());
    let made: usize = thread::scope(|scope| {
        let makers: Vec<_> = (1..=16)
            .map(|byte| {
                let source = open(&double, &directory);
                scope.spawn(move || match source.create(&SealKey::new([byte; 32])) {
                    Ok(()) => 1,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::Conflict);
                        0
                    }
                })
            })
            .collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).sum()
    });
    assert_eq!(made, 1);
}

#[test]
fn the_secret_of_another_program_is_found_by_its_own_name() {
    let double = Double::new();
    let keyring = double.keyring();
    double.plant("Mail.example", "Ann/work", b"hunter2");
    double.plant("Mail.example", "binary", b"\xff");
    let secret = |service: &str, user: &str| keyring.secret(service, user);
    assert!(secret("Mail.example", "Ann/work").unwrap().is_some_and(|secret| secret.ct_eq("hunter2")));
    assert!(secret("mail.example", "Ann/work").unwrap().is_none());
    assert_eq!(secret("Mail.example", "binary").unwrap_err().kind(), ErrorKind::Corrupt);
    double.set(Mode::Locked);
    let error = secret("Mail.example", "Ann/work").unwrap_err();
    assert_eq!((error.kind(), Cause::of(&error)), (ErrorKind::Unavailable, Some(Cause::Locked)));
}
