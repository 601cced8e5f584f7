//! Each kind of failure says something of its own, and only what is known to pass is called transient.

use core::error::Error as _;
use std::{collections::BTreeSet, io};

use countersign_store::{Error, ErrorKind};

fn check(error: Error, shown: &str, transient: bool) {
    assert_eq!(error.to_string(), shown);
    assert_eq!(error.is_transient(), transient, "{shown}");
}

#[test]
fn kinds_are_told_apart() {
    let at = |kind| Error::new(kind).at("store file /s/a.json");
    check(at(ErrorKind::Corrupt), "corrupt store file /s/a.json", false);
    check(at(ErrorKind::Locked), "store file /s/a.json is in use by somebody else", true);
    check(at(ErrorKind::Undecryptable), "cannot decrypt store file /s/a.json", false);
    check(at(ErrorKind::TooNew), "store file /s/a.json was written by a newer version", false);
    check(at(ErrorKind::TooBig), "store file /s/a.json is too big", false);
    check(at(ErrorKind::Unavailable), "cannot use store file /s/a.json", false);
    check(at(ErrorKind::Conflict), "store file /s/a.json has changed since it was read", true);
    check(
        at(ErrorKind::NotConfirmed),
        "store file /s/a.json was stored, but that it lasts is not confirmed",
        false,
    );
    check(at(ErrorKind::Insecure), "store file /s/a.json cannot be trusted", false);
    check(Error::new(ErrorKind::Corrupt), "corrupt store record", false);
}

#[test]
fn the_system_is_the_source_and_not_repeated() {
    let full = Error::io(io::Error::from(io::ErrorKind::StorageFull)).at("store file /s");
    assert_eq!(full.kind(), ErrorKind::Unavailable);
    let source = full.source().unwrap().to_string();
    assert!(!full.to_string().contains(&source));
    check(full, "cannot use store file /s", false);

    for kind in [io::ErrorKind::Interrupted, io::ErrorKind::TimedOut, io::ErrorKind::ResourceBusy] {
        assert!(Error::io(kind.into()).is_transient(), "{kind}");
    }
    assert_eq!(Error::io(io::ErrorKind::InvalidFilename.into()).kind(), ErrorKind::TooBig);
}

#[test]
fn a_path_cannot_write_to_the_terminal() {
    let error = Error::new(ErrorKind::Corrupt).at("store file /s/\u{1b}[2Jx\n");
    assert_eq!(error.to_string(), "corrupt store file /s/\\u{1b}[2Jx\\n");
    let letters: BTreeSet<char> = error.place().unwrap().chars().collect();
    assert!(letters.iter().all(|letter| !letter.is_control()));
}
