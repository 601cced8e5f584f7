//! Names of entries never collide, and are found again.

use std::collections::{BTreeMap, HashSet};

use countersign_store::{KeySource, Lease, Store};
use countersign_store_keyring::{KeyringKey, KeyringStore};
use countersign_token::{Key, Revision, Scopes};
use testkit::sample::credential;

use crate::{double::Double, place::absent};

/// What careless names trip over: separators of keyrings, files and escapes, case, lengths, Unicode forms.
const PARTS: [&str; 10] = ["", "a", "A", "a.b", "b@a", "/", "%2e", "~", "caf\u{e9}", "cafe\u{301}"];

/// The service, and the entry below it.
type Pair = (&'static str, String);

/// For each pair what it is called in the keyring.
fn called() -> BTreeMap<Pair, (String, String)> {
    let (directory, double) = (absent(), Double::new());
    let keyring = double.keyring();
    let mut called = BTreeMap::new();
    let mut remember = |pair: Pair| {
        let name = double.take_names().pop().unwrap();
        assert_eq!(called.insert(pair, name), None);
    };
    for service in PARTS {
        let store = KeyringStore::open(keyring.clone(), service, directory.path()).unwrap();
        for issuer in PARTS {
            for client in PARTS {
                for account in PARTS {
                    let key = Key::new(issuer, client, account);
                    store.load(&key).unwrap();
                    remember((service, format!("{key:?}")));
                }
                let key = Key::new(issuer, client, "a");
                for key in [
                    key.clone().with_scopes(Scopes::none()),
                    key.clone().with_scopes(Scopes::from("a.b A")),
                    key.clone().with_resource(vec![String::from("a")]),
                    key.with_resource(vec![String::from("a"), String::new()]),
                ] {
                    store.load(&key).unwrap();
                    remember((service, format!("{key:?}")));
                }
            }
        }
        for name in PARTS {
            let key = KeyringKey::open(keyring.clone(), service, name, directory.path()).unwrap();
            key.load().unwrap();
            remember((service, format!("data key {name}")));
        }
    }
    called
}

#[test]
fn ten_thousand_tricky_pairs_never_collide() {
    let called = called();
    assert!(called.len() >= 10_000, "{}", called.len());
    // As the platforms put the two together, some of which ignore case.
    let forms: [fn(&str, &str) -> String; 5] = [
        |service, user| format!("{service}\0{user}"),
        |service, user| format!("{user}.{service}"),
        |service, user| format!("keyring:{user}@{service}"),
        |service, user| format!("{user}@{service}").to_lowercase(),
        |service, user| format!("{service}|{user}").to_uppercase(),
    ];
    for form in forms {
        let names: HashSet<String> = called.values().map(|(service, user)| form(service, user)).collect();
        assert_eq!(names.len(), called.len());
    }
    assert!(called.values().all(|(service, user)| service.is_ascii() && user.is_ascii()));
}

/// What makes the list: a lock file for each key that was ever leased, and an entry for some of them.
#[test]
fn the_list_is_of_entries_and_survives_what_is_left_behind() {
    let (directory, double) = (absent(), Double::new());
    let open = || KeyringStore::open(double.keyring(), "countersign", directory.path()).unwrap();
    let keys = [Key::new("a", "b", "c"), Key::new("a", "b", "c".repeat(300)), Key::new("", "", "")];
    let store = open();
    assert!(store.list().unwrap().is_empty());
    for key in &keys {
        store.try_lock(key).unwrap().unwrap().save(&credential("x"), Revision::ABSENT).unwrap();
    }
    // Only leased; killed between the lock file and the entry is the same.
    drop(store.try_lock(&Key::new("a", "b", "leased")).unwrap());
    let deleted = Key::new("a", "b", "deleted");
    let mut lease = store.try_lock(&deleted).unwrap().unwrap();
    let first = lease.save(&credential("x"), Revision::ABSENT).unwrap();
    lease.delete(first).unwrap();
    // Not of this store: a data key, a file of somebody else, a name that would not have been written.
    let source = KeyringKey::open(double.keyring(), "countersign", "data", directory.path()).unwrap();
    source.create(&countersign_store::SealKey::new([1; 32])).unwrap();
    for name in ["notes", "a+b+C.lock", "a+b+c.lock.bak", "a+b+c~.lock"] {
        std::fs::write(directory.path().join(name), "").unwrap();
    }
    let mut found = open().list().unwrap();
    found.sort();
    let mut expected = keys.to_vec();
    expected.sort();
    assert_eq!(found, expected);
    // The user's entries under another service are not ours.
    let other = KeyringStore::open(double.keyring(), "other", directory.path()).unwrap();
    assert!(other.list().unwrap().is_empty());
}
