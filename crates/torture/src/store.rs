//! The stores under test, by URL: `KIND:DIRECTORY`.

use core::{fmt, str::FromStr};
use std::path::{Path, PathBuf};

use countersign_store::Store;
use countersign_store_file::FileStore;
use countersign_store_sealed::{Cost, SealedStore, Unlock};
use countersign_store_sqlite::SqliteStore;

use crate::Result;

mod planted;

pub(crate) use planted::Fault;

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Sqlite,
    SealedFile,
    SealedSqlite,
    /// A store of this crate, which is as bad as the fault says.
    Planted(Fault),
}

/// The stores that must pass.
pub(crate) const GOOD: [Kind; 4] = [Kind::File, Kind::Sqlite, Kind::SealedFile, Kind::SealedSqlite];

const NAMES: [(Kind, &str); 9] = [
    (Kind::File, "file"),
    (Kind::Sqlite, "sqlite"),
    (Kind::SealedFile, "sealed+file"),
    (Kind::SealedSqlite, "sealed+sqlite"),
    (Kind::Planted(Fault::None), "plain"),
    (Kind::Planted(Fault::InPlace), "in-place"),
    (Kind::Planted(Fault::Unsynced), "unsynced"),
    (Kind::Planted(Fault::Unlocked), "unlocked"),
    (Kind::Planted(Fault::Stale), "stale"),
];

/// A store and the directory that is its own.
#[derive(Clone, Debug)]
pub(crate) struct StoreUrl {
    kind: Kind,
    directory: PathBuf,
}

impl StoreUrl {
    pub(crate) fn new(kind: Kind, directory: impl Into<PathBuf>) -> Self {
        Self { kind, directory: directory.into() }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Opens it anew; the sealed ones by a passphrase that costs next to nothing to try.
    pub(crate) fn open(&self) -> Result<Box<dyn Store>> {
        let file = || FileStore::open(&self.directory);
        let sqlite = || SqliteStore::open(self.directory.join("credentials.db"));
        let cost = Cost::new(8, 1, 1).ok_or("the cost is out of bounds")?;
        let unlock = || Unlock::passphrase("correct horse battery staple").with_cost(cost);
        Ok(match self.kind {
            Kind::File => Box::new(file()?),
            Kind::Sqlite => Box::new(sqlite()?),
            Kind::SealedFile => Box::new(SealedStore::open(file()?, unlock())?),
            Kind::SealedSqlite => Box::new(SealedStore::open(sqlite()?, unlock())?),
            Kind::Planted(fault) => Box::new(planted::PlantedStore::new(&self.directory, fault)),
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMES.iter().find(|(kind, _)| kind == self).map_or("unnamed", |(_, name)| name);
        f.pad(name)
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.directory.display())
    }
}

impl FromStr for StoreUrl {
    type Err = Box<dyn core::error::Error + Send + Sync>;

    fn from_str(text: &str) -> Result<Self> {
        let (name, path) = text.split_once(':').ok_or("a store is named as KIND:DIRECTORY")?;
        let kind = NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind);
        Ok(Self::new(kind.ok_or_else(|| format!("no store is called `{name}`"))?, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_store_has_a_url() {
        for (kind, name) in NAMES {
            let url: StoreUrl = format!("{name}:/a:b/c").parse().unwrap();
            assert_eq!((url.kind(), url.directory()), (kind, Path::new("/a:b/c")));
            assert_eq!(url.to_string(), format!("{name}:/a:b/c"));
        }
        assert!("floppy:/a".parse::<StoreUrl>().is_err());
        assert!("/a".parse::<StoreUrl>().is_err());
    }
}
