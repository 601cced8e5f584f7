use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

use countersign_store::{Error, Store};
use countersign_store_file::FileStore;
use countersign_store_sealed::{Cost, Unlock};
use countersign_token::{ClientCredentials, Credential, Key, Revision, TokenCredentials};

/// A name that is free, and whatever is there at the end removed.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sealed-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn files(&self) -> FileStore {
        FileStore::open(&self.0).unwrap()
    }

    /// The file of a key whose name is short, as the documentation of the format has it.
    pub(crate) fn file(&self, key: &Key) -> PathBuf {
        self.0.join(key.to_text().replace('/', "+") + ".json")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
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
