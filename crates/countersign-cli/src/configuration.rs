//! The configuration: options that are meant every time, and what was chosen for each store.
//!
//! It is TOML. What this version does not know in it is kept and warned of; comments are kept.

mod document;
mod file;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, Item, Table, value};

use crate::{args::StoreEncryption, directories, exit::Exit, failure::Failure};

/// The version that is written, and the newest that is read.
const VERSION: i64 = 1;

/// The name of the file in its directory.
const NAME: &str = "config.toml";

/// What is in a configuration, or nothing for a command that has no use for one.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    path: Option<PathBuf>,
    /// Whether there is a file.
    exists: bool,
    pub(crate) options: Options,
    stores: BTreeMap<String, Choice>,
    /// What is in it that this version does not know, by name and line.
    pub(crate) unknown: Vec<(String, usize)>,
}

/// Options that count when they are neither typed nor in the environment.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) store: Option<String>,
    pub(crate) store_encryption: Option<StoreEncryption>,
    pub(crate) store_passphrase: Option<String>,
    pub(crate) timeout: Option<u64>,
    pub(crate) proxy: Option<String>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) color: Option<crate::args::When>,
}

/// What was chosen for one store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) encryption: Option<StoreEncryption>,
    pub(crate) account: Option<String>,
}

impl Configuration {
    /// Reads the configuration at `path`, or that of this user.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Failure> {
        let path = match path {
            Some(path) => path.to_owned(),
            // Without a home nothing is configured; a store of the user's own would say so.
            None => match directories::configuration() {
                Ok(directory) => directory.join(NAME),
                Err(_) => return Ok(Self::default()),
            },
        };
        let text = file::read(&path)?;
        let mut configuration = Self { exists: text.is_some(), ..Self::default() };
        if let Some(text) = text {
            document::read(&mut configuration, &text, &path)?;
        }
        configuration.path = Some(path);
        Ok(configuration)
    }

    /// Where it is, and whether it is there.
    pub(crate) fn path(&self) -> Option<(&Path, bool)> {
        self.path.as_deref().map(|path| (path, self.exists))
    }

    /// What was chosen for the store of this place.
    pub(crate) fn choice(&self, place: &str) -> Choice {
        self.stores.get(place).cloned().unwrap_or_default()
    }

    /// Remembers what was chosen for the store of this place.
    pub(crate) fn remember(&self, place: &str, choice: &Choice) -> Result<(), Failure> {
        if self.choice(place) == *choice {
            return Ok(());
        }
        let Choice { encryption, account } = choice;
        self.change(|document| {
            let Some(stores) = table(document.as_table_mut(), "stores") else { return };
            stores.set_implicit(true);
            let Some(store) = table(stores, place) else { return };
            set(store, "encryption", encryption.map(StoreEncryption::as_str));
            set(store, "account", account.as_deref());
            if store.is_empty() {
                stores.remove(place);
            }
        })
    }

    /// Remembers which store is meant when none is named.
    pub(crate) fn remember_store(&self, place: &str) -> Result<(), Failure> {
        if self.options.store.as_deref() == Some(place) {
            return Ok(());
        }
        self.change(|document| set(document.as_table_mut(), "store", Some(place)))
    }

    /// Changes the file durably, as it is by then; other programs wait.
    fn change(&self, change: impl FnOnce(&mut DocumentMut)) -> Result<(), Failure> {
        let Some(path) = &self.path else {
            return Err(Failure::new(Exit::NoAccount, "there is no configuration to remember this in")
                .then("set COUNTERSIGN_HOME, or use --config PATH"));
        };
        file::change(path, |text| {
            let mut document = document::parse(text.unwrap_or_default(), path)?.into_mut();
            if text.is_none() {
                document
                    .decor_mut()
                    .set_prefix("# The configuration of countersign: countersign help configuration\n");
            }
            if document.get("version").is_none() {
                document.as_table_mut().insert("version", value(VERSION));
            }
            change(&mut document);
            Ok(document.to_string())
        })
    }
}

/// The table of this name, which is made where there is none.
fn table<'a>(parent: &'a mut Table, name: &str) -> Option<&'a mut Table> {
    let entry = parent.entry(name).or_insert_with(|| Item::Table(Table::new()));
    if !entry.is_table() {
        // On one line it is a table too, and what was read has been checked to be one.
        let whole = core::mem::take(entry);
        *entry = Item::Table(whole.into_table().unwrap_or_default());
    }
    entry.as_table_mut()
}

fn set(table: &mut Table, name: &str, text: Option<&str>) {
    match text {
        // In place, so that what stands around it is kept.
        Some(text) => match table.get_mut(name).and_then(Item::as_value_mut) {
            Some(old) if old.as_str() == Some(text) => {}
            Some(old) => {
                let decor = old.decor().clone();
                *old = text.into();
                *old.decor_mut() = decor;
            }
            None => {
                table.insert(name, value(text));
            }
        },
        None => {
            table.remove(name);
        }
    }
}
