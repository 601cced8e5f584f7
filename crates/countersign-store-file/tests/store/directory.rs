use core::sync::atomic::{AtomicU32, Ordering};
use std::{
    fs,
    path::{Path, PathBuf},
};

use countersign_store_file::FileStore;
use countersign_token::{ClientCredentials, Credential, Key, TokenCredentials};

/// A name that is free, and whatever is there at the end removed.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn store(&self) -> FileStore {
        FileStore::open(&self.0).unwrap()
    }

    /// The file of a key whose name is short, as the documentation of the format has it.
    pub(crate) fn file(&self, key: &Key) -> PathBuf {
        self.0.join(key.to_text().replace('/', "+") + ".json")
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn key() -> Key {
    Key::new("https://issuer.example", "client", "ann")
}

pub(crate) fn credential(mark: &str) -> Credential {
    Credential::oauth1(
        ClientCredentials::new("client", "client-secret"),
        TokenCredentials::new(mark, "token-secret"),
    )
}
