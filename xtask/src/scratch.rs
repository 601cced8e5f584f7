//! A directory that goes away.

use core::sync::atomic::{AtomicU32, Ordering};
use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
};

pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(subject: &str) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("countersign-{subject}-{}-{count}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _left_behind = fs::remove_dir_all(&self.0);
    }
}
