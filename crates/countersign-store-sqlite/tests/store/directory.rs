use core::sync::atomic::{AtomicU32, Ordering};
use std::{
    fs,
    path::{Path, PathBuf},
};

use countersign_store::{Error, ErrorKind};
use countersign_store_sqlite::SqliteStore;
use countersign_token::{ClientCredentials, Credential, Key, TokenCredentials};

/// A name that is free, and whatever is there at the end removed.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("sqlite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("credentials.db")
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open(self.database()).unwrap()
    }

    /// All files, those in directories below included.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
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

pub(crate) fn kind<T>(result: Result<T, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}
