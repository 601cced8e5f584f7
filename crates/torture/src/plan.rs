use core::time::Duration;
use std::{
    env,
    path::{Path, PathBuf},
};

use crate::{Result, directory::Directory, random::Random};

/// How the experiments are to be run.
pub(crate) struct Plan {
    smoke: bool,
    seed: u64,
    program: PathBuf,
    patience: u32,
}

impl Plan {
    pub(crate) fn new(smoke: bool, seed: u64) -> Result<Self> {
        let patience = if env::var_os("CI").is_some() { 5 } else { 1 };
        Ok(Self { smoke, seed, program: env::current_exe()?, patience })
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The number for the full run, or the one for the short form.
    pub(crate) fn count(&self, full: u64, smoke: u64) -> u64 {
        if self.smoke { smoke } else { full }
    }

    /// A limit in time: five times as long in CI, where other work goes on.
    pub(crate) fn limit(&self, limit: Duration) -> Duration {
        limit.saturating_mul(self.patience)
    }

    /// Random numbers that depend on the seed and on what they are for.
    pub(crate) fn random(&self, purpose: &str) -> Random {
        Random::new(self.seed, purpose)
    }

    /// An empty directory that only this user can enter, removed when it is dropped.
    #[expect(clippy::unused_self, reason = "who has no plan has no business on the disk")]
    pub(crate) fn directory(&self) -> Result<Directory> {
        Directory::new(&env::temp_dir())
    }

    /// The same in memory where there is such a place: for what is done thousands of times, and where it
    /// does not matter how long a sync takes.
    #[expect(clippy::unused_self, reason = "as above")]
    pub(crate) fn quick_directory(&self) -> Result<Directory> {
        Directory::new(Path::new("/dev/shm")).or_else(|_| Directory::new(&env::temp_dir()))
    }

    /// This program, which is the worker's too.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }
}
