//! Every form that was ever written stays readable, and so do the names of the files.

use core::time::Duration;
use std::{
    fs::{self, DirBuilder},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use crate::directory::{absent, open};
use countersign_store::{Lease, Store};
use countersign_store_file::FileStore;
use countersign_token::{
    AccessToken, Client, Credential, Expiry, Key, Record, RefreshToken, Revision, Scopes, Secret, Timestamp,
    TokenSet,
};
use testkit::sample::{credential, key};

const VERSIONS: usize = 2;

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn records() -> [Record; 3] {
    let now = Timestamp::from_unix(1_800_000_000);
    let access = AccessToken::bearer(Secret::new("access \"é\" 🔑"), now)
        .with_scopes(Scopes::from("a b"))
        .with_expiry(Expiry::At(now.plus_seconds(3600)));
    let mut set = TokenSet::new(access);
    set.refresh = Some(RefreshToken::new("refresh"));
    set.extra.insert_text("user_id", "17");
    let ben = Key::new("https://issuer.example", "client", "Ben").with_scopes(Scopes::from("x"));
    let long = Key::new("https://issuer.example", "client", "long ".repeat(60));
    [
        Record::new(key(), credential("one"), Revision::new(1)),
        Record::new(ben, Credential::oauth2(Client::new("client"), set), Revision::new(2)),
        Record::new(long, Credential::sealed("AWBhYmNkZWZn"), Revision::new(1)),
    ]
}

/// Copies a directory with what is in it, as only its owner may have it, and answers how many files there are.
fn copy(from: &Path, to: &Path) -> usize {
    DirBuilder::new().mode(0o700).create(to).unwrap();
    let mut files = 0;
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            files += copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
            files += 1;
        }
    }
    files
}

#[test]
fn every_version_is_read_and_written() {
    assert_eq!(fs::read_dir(fixtures()).unwrap().count(), VERSIONS, "a fixture that is not read");
    for version in 1..=VERSIONS {
        let directory = absent();
        let files = copy(&fixtures().join(format!("store-v{version}")), directory.path());
        assert_eq!(files, records().len());
        let store = open(&directory);
        assert_eq!(store.list().unwrap().len(), files);
        for expected in records() {
            let found = store.load(&expected.key).unwrap().unwrap();
            assert!(found.to_json().ct_eq(expected.to_json()), "version {version}: {:?}", expected.key);
            let mut lease = store.lock(&expected.key, Duration::ZERO).unwrap();
            let next = lease.save(&credential("next"), expected.revision).unwrap();
            lease.delete(next).unwrap();
        }
        assert!(store.list().unwrap().is_empty());
    }
}

/// What is written now is the last fixture; a new version has none at first, and writes it to be committed.
#[test]
fn the_fixture_of_this_version_is_what_is_written() {
    let fixture = fixtures().join(format!("store-v{VERSIONS}"));
    let is_missing = !fixture.exists();
    let directory = absent();
    let place = if is_missing { &*fixture } else { directory.path() };
    let store = FileStore::open(place).unwrap();
    for record in records() {
        let mut lease = store.lock(&record.key, Duration::ZERO).unwrap();
        let mut revision = Revision::ABSENT;
        while revision < record.revision {
            revision = lease.save(&record.credential, revision).unwrap();
        }
    }
    assert!(!is_missing, "the fixture was missing; without its lock files it wants to be committed");
    let mut same = 0;
    for file in directory.files() {
        if file.extension().is_some_and(|name| name == "json") {
            let kept = fixture.join(file.strip_prefix(directory.path()).unwrap());
            assert_eq!(fs::read_to_string(&file).unwrap(), fs::read_to_string(kept).unwrap());
            same += 1;
        }
    }
    assert_eq!(same, records().len());
}
