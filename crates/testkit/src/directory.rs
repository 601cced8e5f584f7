//! A place for the files of one test.

use core::sync::atomic::{AtomicU32, Ordering};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A name that is free, and whatever is there at the end removed.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// A name in `parent`, which for an integration test is `env!("CARGO_TARGET_TMPDIR")`.
    ///
    /// Nothing is created.
    pub fn absent_in(parent: impl AsRef<Path>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = parent.as_ref().join(name);
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// The path of the directory.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The sorted names of what is in it.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// All files, those in directories below included.
    pub fn files(&self) -> Vec<PathBuf> {
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

    /// The file that a file store in this directory has for a key whose name is short.
    pub fn file(&self, key: &countersign_token::Key) -> PathBuf {
        self.0.join(key.to_text().replace('/', "+") + ".json")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
