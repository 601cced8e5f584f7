//! Every form that was ever written stays readable.

use core::time::Duration;
use std::{fs, io::Write, path::PathBuf};

use crate::directory::{absent, database, open};
use countersign_store::{Lease, Store, ownership};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{
    AccessToken, Client, Credential, Expiry, Key, Record, RefreshToken, Revision, Scopes, Secret, Timestamp,
    TokenSet,
};
use testkit::sample::{credential, key};

fn fixture(version: u32) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/store-v{version}.db"))
}

fn records() -> [Record; 2] {
    let now = Timestamp::from_unix(1_800_000_000);
    let access = AccessToken::bearer(Secret::new("access \"é\" 🔑"), now)
        .with_scopes(Scopes::from("a b"))
        .with_expiry(Expiry::At(now.plus_seconds(3600)));
    let mut set = TokenSet::new(access);
    set.refresh = Some(RefreshToken::new("refresh"));
    set.extra.insert_text("user_id", "17");
    let ben = Key::new("https://issuer.example", "client", "Ben").with_scopes(Scopes::from("x"));
    [
        Record::new(key(), credential("one"), Revision::new(1)),
        Record::new(ben, Credential::oauth2(Client::new("client"), set), Revision::new(2)),
    ]
}

#[test]
fn every_version_is_read_and_written() {
    let files = fs::read_dir(fixture(1).parent().unwrap()).unwrap();
    let databases =
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|name| name == "db"));
    assert_eq!(databases.count(), 1, "a fixture that is not read");
    for version in 1..=1 {
        let directory = absent();
        fs::create_dir(directory.path()).unwrap();
        let mut file = ownership::create(&database(&directory)).unwrap();
        file.write_all(&fs::read(fixture(version)).unwrap()).unwrap();
        drop(file);
        let store = open(&directory);
        assert_eq!(store.list().unwrap().len(), 2);
        store.check().unwrap();
        for expected in records() {
            let found = store.load(&expected.key).unwrap().unwrap();
            assert!(found.to_json().ct_eq(expected.to_json()), "version {version}: {:?}", expected.key);
            let mut lease = store.lock(&expected.key, Duration::ZERO).unwrap();
            let next = lease.save(&credential("next"), expected.revision).unwrap();
            lease.delete(next).unwrap();
        }
        assert!(store.list().unwrap().is_empty());
        store.check().unwrap();
    }
}

/// A new version has no fixture at first: it is written, and the test fails so that somebody commits it.
#[test]
fn the_fixture_of_this_version_is_there() {
    if fixture(1).exists() {
        return;
    }
    let store = SqliteStore::open(fixture(1)).unwrap();
    for record in records() {
        let mut lease = store.lock(&record.key, Duration::ZERO).unwrap();
        let mut revision = Revision::ABSENT;
        while revision < record.revision {
            revision = lease.save(&record.credential, revision).unwrap();
        }
    }
    panic!("the fixture of this version was missing; it is written now and wants to be committed");
}
