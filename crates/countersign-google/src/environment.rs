//! What the search for default credentials sees of the machine.

use core::fmt;
use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use countersign_token::Secret;

use crate::members::MAX_BYTES;

/// Where environment variables and credential files are looked up.
///
/// 1. [`variable`](Self::variable) answers with the value of a variable, and with nothing when it is not set.
/// 2. [`file`](Self::file) answers with the text of a file, and with [`io::ErrorKind::NotFound`] when there is
///    none; it need not read more than 64 KiB and a byte.
///
/// # Security
/// Whoever answers decides whose credentials are used.
pub trait Environment: Send + Sync {
    /// The value of a variable.
    fn variable(&self, name: &str) -> Option<OsString>;

    /// The text of a file.
    ///
    /// # Errors
    /// The file is not there, or cannot be read.
    fn file(&self, path: &Path) -> io::Result<Secret>;
}

impl<E: Environment + ?Sized> Environment for &E {
    fn variable(&self, name: &str) -> Option<OsString> {
        (**self).variable(name)
    }

    fn file(&self, path: &Path) -> io::Result<Secret> {
        (**self).file(path)
    }
}

/// The environment of this process and the files of this machine.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to choose")]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        env::var_os(name)
    }

    fn file(&self, path: &Path) -> io::Result<Secret> {
        let mut text = String::new();
        let read = File::open(path)
            .and_then(|file| file.take(MAX_BYTES.saturating_add(1)).read_to_string(&mut text));
        // Wiped also when the reading failed half way.
        let text = Secret::new(text);
        read.map(|_| text)
    }
}

/// Variables and files that are only in memory: for tests, and for programs that keep credentials elsewhere.
#[derive(Clone, Default)]
pub struct MemoryEnvironment {
    variables: BTreeMap<String, OsString>,
    files: BTreeMap<PathBuf, Secret>,
}

impl MemoryEnvironment {
    /// No variables and no files.
    pub const fn new() -> Self {
        Self { variables: BTreeMap::new(), files: BTreeMap::new() }
    }

    /// The same with this variable.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// The same with this file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, text: impl Into<Secret>) -> Self {
        self.files.insert(path.into(), text.into());
        self
    }
}

impl Environment for MemoryEnvironment {
    fn variable(&self, name: &str) -> Option<OsString> {
        self.variables.get(name).cloned()
    }

    fn file(&self, path: &Path) -> io::Result<Secret> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl fmt::Debug for MemoryEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { variables, files } = self;
        f.debug_struct("MemoryEnvironment")
            .field("variables", &variables.keys().collect::<Vec<_>>())
            .field("files", &files.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// The value of a variable that is set and not empty, as a path or other text of the system.
pub(crate) fn set(environment: &dyn Environment, name: &str) -> Option<OsString> {
    environment.variable(name).filter(|value| !value.is_empty())
}

/// The same as text; what is no UTF-8 is no value.
pub(crate) fn text(environment: &dyn Environment, name: &str) -> Option<String> {
    set(environment, name).as_deref().and_then(OsStr::to_str).map(ToOwned::to_owned)
}
