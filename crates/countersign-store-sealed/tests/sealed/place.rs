//! What all tests need: cheap passphrases, keys and credentials.

use core::time::Duration;

use countersign_store::{Error, Lease, MemoryStore, Store};
use countersign_store_sealed::{Cost, SealedStore, Unlock};
use countersign_token::{
    ClientCredentials, Credential, Grant, Key, Record, Revision, Secret, TokenCredentials,
};

/// The key of the record that holds the data keys.
pub(crate) fn header_key() -> Key {
    Key::new("countersign:sealed-store", "", "keys")
}

pub(crate) fn key(account: &str) -> Key {
    Key::new("https://issuer.example", "client", account)
}

pub(crate) fn credential(mark: &str) -> Credential {
    Credential::oauth1(
        ClientCredentials::new("client", "client-secret"),
        TokenCredentials::new("token", mark),
    )
}

/// What [`credential`] was made with.
pub(crate) fn mark(record: &Record) -> String {
    match &record.credential.grant {
        Grant::OAuth1 { token: Some(token), .. } => token.secret.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// A passphrase that takes no time.
pub(crate) fn passphrase(text: &str) -> Unlock {
    Unlock::passphrase(text).with_cost(Cost::new(8, 1, 1).unwrap())
}

pub(crate) fn open(inner: &MemoryStore, text: &str) -> Result<SealedStore, Error> {
    SealedStore::open(inner.clone(), passphrase(text))
}

pub(crate) fn lease(store: &dyn Store, key: &Key) -> Box<dyn Lease> {
    store.lock(key, Duration::from_secs(30)).unwrap()
}

/// Saves whatever is there by what [`credential`] makes of `mark`.
pub(crate) fn save(store: &dyn Store, key: &Key, mark: &str) -> Result<Revision, Error> {
    let mut lease = store.lock(key, Duration::from_secs(30))?;
    let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
    lease.save(&credential(mark), revision)
}

/// The stored form that the inner store has of `key`.
pub(crate) fn form(inner: &MemoryStore, key: &Key) -> Secret {
    inner.load(key).unwrap().unwrap().to_json()
}

/// The envelope that the inner store has of `key`.
pub(crate) fn envelope(inner: &MemoryStore, key: &Key) -> String {
    envelope_of(&inner.load(key).unwrap().unwrap())
}

pub(crate) fn envelope_of(record: &Record) -> String {
    match &record.credential.grant {
        Grant::Sealed { envelope } => envelope.expose().to_owned(),
        other => panic!("{other:?} is not sealed"),
    }
}

/// Puts an envelope into the inner store.
pub(crate) fn plant(inner: &MemoryStore, key: &Key, envelope: &str, revision: Revision) {
    inner.plant(key, Record::new(key.clone(), Credential::sealed(envelope), revision).to_json());
}
