use std::path::PathBuf;

use crate::{directories, failure::Failure};

/// Where a store is, by its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    File(PathBuf),
    Sqlite(PathBuf),
    Keyring,
    Memory,
}

impl Place {
    /// The place that nobody has to name.
    pub(crate) fn default() -> Result<Self, Failure> {
        Ok(Self::File(directories::data()?.join("store")))
    }

    pub(crate) fn parse(url: &str) -> Result<Self, Failure> {
        match url.split_once(':') {
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("sqlite", path)) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            Some(("keyring", "")) => Ok(Self::Keyring),
            Some(("memory", "")) => Ok(Self::Memory),
            _ => Err(Failure::usage(format!("{url} names no store of this version"))
                .then("a store is file:PATH, sqlite:PATH or keyring:, or memory: for this run only")),
        }
    }

    /// What kind of store it is, in a word.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Sqlite(_) => "sqlite",
            Self::Keyring => "keyring",
            Self::Memory => "memory",
        }
    }
}
