//! No secret reaches what is printed.

use countersign_store::{MemoryStore, Store};
use countersign_store_sealed::{Cost, MemoryKeySource, SealKey, SealedBy, SealedStore, Unlock, export};
use countersign_token::{ClientCredentials, Credential, Key, Revision};
use testkit::{assert_no_canary, canary};

fn seal_key() -> SealKey {
    SealKey::new(*canary::SECRET.as_bytes().first_chunk().unwrap())
}

#[test]
fn nothing_shows_a_secret() {
    let cost = Cost::new(8, 1, 1).unwrap();
    let inner = MemoryStore::new();
    let store = SealedStore::open(inner.clone(), Unlock::passphrase(canary::SECRET).with_cost(cost)).unwrap();
    let key = Key::new("issuer", "client", "ann");
    let credential = Credential::oauth1_two_legged(ClientCredentials::new("client", canary::SECRET));
    let mut lease = store.try_lock(&key).unwrap().unwrap();
    lease.save(&credential, Revision::ABSENT).unwrap();
    let record = countersign_token::Record::new(key.clone(), credential.clone(), Revision::new(1));
    let text = export::clear(&[record]).unwrap();
    assert_no_canary! {
        export::Export => export::Export::parse(text.expose()).unwrap(),
        export::Error, Display => export::Error::Line { line: 1 },
        SealedBy => SealedBy::Source,
        Cost => cost,
        Unlock => Unlock::passphrase(canary::SECRET),
        Unlock => Unlock::source(MemoryKeySource::of(seal_key())),
        SealedStore => store.clone(),
    }

    let clear = countersign_token::Record::new(key.clone(), credential, Revision::new(1)).to_json();
    for damaged in [clear.expose().to_owned(), clear.expose().replace("oauth1", "sealed")] {
        inner.plant(&key, damaged.into());
        let error = store.load(&key).unwrap_err();
        canary::check("Error", &error);
        canary::check_text("Error", &error.to_string());
        canary::check_text("its source", &core::error::Error::source(&error).unwrap().to_string());
    }
}
