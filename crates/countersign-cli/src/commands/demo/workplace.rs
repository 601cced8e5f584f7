//! A directory of the tour's own, which goes when the tour does.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process,
};

use crate::signals;

/// Owner-only, with a name of its own, removed when it is dropped or the program is interrupted.
#[derive(Debug)]
pub(super) struct Workplace(PathBuf);

impl Workplace {
    pub(super) fn new() -> io::Result<Self> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(io::Error::other)?;
        let name = format!("countersign-demo-{}-{:016x}", process::id(), u64::from_le_bytes(random));
        let path = env::temp_dir().join(name);
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        let workplace = Self(path.clone());
        signals::on_interrupt(move || {
            // It may be half gone already; there is nobody to tell.
            let _ = fs::remove_dir_all(path);
        })?;
        Ok(workplace)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Removes it and says whether that worked.
    pub(super) fn remove(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.0)
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if self.0.exists() {
            let _ = self.remove();
        }
    }
}
