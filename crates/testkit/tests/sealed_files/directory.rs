use core::time::Duration;

use countersign_store::{Error, Store};
use countersign_store_file::FileStore;
use countersign_store_sealed::{Cost, Unlock};
use countersign_token::{ClientCredentials, Credential, Key, Revision, TokenCredentials};
use testkit::directory::Directory;

/// A place for a store that does not exist yet.
pub(crate) fn absent() -> Directory {
    Directory::absent_in(env!("CARGO_TARGET_TMPDIR"))
}

pub(crate) fn files(directory: &Directory) -> FileStore {
    FileStore::open(directory.path()).unwrap()
}

pub(crate) fn key(account: &str) -> Key {
    Key::new("issuer", "client", account)
}

/// The key of the record that holds the data keys.
pub(crate) fn header_key() -> Key {
    Key::new("countersign:sealed-store", "", "keys")
}

/// A passphrase that takes no time.
pub(crate) fn passphrase(text: &str) -> Unlock {
    Unlock::passphrase(text).with_cost(Cost::new(8, 1, 1).unwrap())
}

/// Saves whatever is there by a credential of this token secret.
pub(crate) fn save(store: &dyn Store, key: &Key, mark: &str) -> Result<Revision, Error> {
    let mut lease = store.lock(key, Duration::from_secs(60))?;
    let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
    let client = ClientCredentials::new("client", "client-secret");
    lease.save(&Credential::oauth1(client, TokenCredentials::new("token", mark)), revision)
}
