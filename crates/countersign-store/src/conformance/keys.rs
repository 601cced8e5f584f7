use countersign_token::{Key, Revision, Scopes};

use super::{Fault, Place, ensure, sample};

/// Pairs that a careless name would join: by case, separator, escape, dots, and Unicode form.
fn tricky() -> Vec<Key> {
    let mut keys: Vec<Key> = [
        ("a.b", "c", "d"),
        ("a", "b.c", "d"),
        ("a", "b", "c.d"),
        ("a/b", "c", "d"),
        ("a", "b/c", "d"),
        ("A", "b", "c"),
        ("a", "B", "c"),
        ("a", "b", "C"),
        ("a", "b", "c"),
        ("a", "b", "c "),
        ("a", "b", "%63"),
        ("a%2fb", "c", "d"),
        ("", "", ""),
        ("", "", "."),
        ("", "", ".."),
        ("..", "..", "etc"),
        ("con", "nul", "aux"),
        ("a", "b", "c~"),
        ("a", "b", "c.lock"),
        ("a", "b", "c.json"),
        ("a", "b", "c\0"),
        ("a", "b", "caf\u{e9}"),
        ("a", "b", "cafe\u{301}"),
        ("a", "b", "\u{1f511}"),
        ("a", "b", "_"),
        ("a", "b", "-"),
    ]
    .into_iter()
    .map(|(issuer, client, account)| Key::new(issuer, client, account))
    .collect();
    let plain = Key::new("a", "b", "c");
    keys.push(plain.clone().with_scopes(Scopes::none()));
    keys.push(plain.clone().with_scopes(Scopes::from("x y")));
    keys.push(plain.clone().with_scopes(Scopes::from("x Y")));
    keys.push(plain.clone().with_resource(vec![String::from("x")]));
    keys.push(plain.with_resource(vec![String::from("x"), String::from("y")]));
    keys
}

pub(super) fn distinct(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let keys = tricky();
    for (index, key) in keys.iter().enumerate() {
        sample::save_first(&store, key, &index.to_string())?;
    }
    let mut leases = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let credential = sample::credential(&index.to_string());
        let record = store.load(key)?;
        sample::same(record.as_ref(), key, &credential, Revision::new(1))?;
        leases.push(sample::try_lock(&store, key)?);
    }
    Ok(())
}

pub(super) fn listed(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let mut keys = tricky();
    for key in &keys {
        sample::save_first(&store, key, "listed")?;
    }
    let mut found = place.open().list()?;
    found.sort();
    keys.sort();
    ensure(found == keys, "the list is not what was saved")
}

pub(super) fn long(place: &Place) -> Result<(), Fault> {
    let store = place.open();
    let mut keys = Vec::new();
    // Around the lengths at which file systems and name schemes give up or split.
    for length in [180, 190, 200, 210, 240, 255, 256, 400, 600, 1500] {
        keys.push(sample::key(&"a".repeat(length)));
        keys.push(sample::key(&format!("{}b", "a".repeat(length))));
    }
    for (index, key) in keys.iter().enumerate() {
        sample::save_first(&store, key, &index.to_string())?;
    }
    for (index, key) in keys.iter().enumerate() {
        let credential = sample::credential(&index.to_string());
        let record = store.load(key)?;
        sample::same(record.as_ref(), key, &credential, Revision::new(1))?;
    }
    let mut found = store.list()?;
    found.sort();
    keys.sort();
    ensure(found == keys, "the list is not what was saved")
}
