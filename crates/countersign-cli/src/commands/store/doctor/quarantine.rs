//! Damaged files moved aside, because somebody asked for it.

use core::time::Duration;
use std::path::PathBuf;

use countersign_store::{ErrorKind, Store};
use countersign_store_file::FileStore;
use countersign_store_sealed::SealedStore;
use countersign_token::{
    Key,
    json::{Object, Value},
};

use super::Check;
use crate::{
    commands::{
        account::label,
        errors::{self, Doing},
    },
    exit::Exit,
    failure::Failure,
    storage::Place,
};

/// How long a record that is in use is waited for: longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(60);

const ID: &str = "quarantine";

/// A record whose file was moved, and where the file is now.
pub(super) struct Moved {
    key: Key,
    path: PathBuf,
}

impl Moved {
    fn login(&self) -> String {
        errors::login_again(label(&self.key), Doing::Using(&self.key))
    }

    pub(super) fn value(&self) -> Value {
        let mut object = Object::new();
        object.insert("account", Value::text(label(&self.key)));
        object.insert("issuer", Value::text(self.key.issuer.as_str()));
        object.insert("path", Value::text(self.path.display().to_string()));
        object.insert("next", Value::text(self.login()));
        Value::Object(object)
    }
}

/// Refuses a place in which a record has no file of its own.
pub(super) fn check_place(place: &Place) -> Result<(), Failure> {
    let why = match place {
        Place::File(_) => return Ok(()),
        Place::Sqlite(_) => "its records are rows of one database",
        Place::Keyring => "its records are entries of the keyring",
        Place::Memory => "it ends with this run",
    };
    let what = format!("--quarantine moves files, and in {} no record has a file of its own", place.kind());
    Err(Failure::usage(what)
        .because(why)
        .then("countersign store doctor, which says what can be read")
        .then("countersign store migrate --to file:PATH, which copies records as far as the first that cannot be read")
        .then("countersign account export ACCOUNT..., for others that can be read; and log in again to the rest"))
}

/// Moves what is corrupt in the files themselves, encrypted or not; no key is needed for that.
pub(super) fn run(store: &FileStore, moved: &mut Vec<Moved>) -> Vec<Check> {
    let mut keys = match store.list() {
        Ok(keys) => keys,
        Err(error) => return vec![Check::failure(ID, &errors::store(&error))],
    };
    keys.sort();
    let mut checks: Vec<Check> = keys.into_iter().filter_map(|key| one(store, key, moved)).collect();
    if checks.is_empty() {
        checks.push(Check::ok(ID, "no file is damaged, and none was moved"));
    }
    checks
}

fn one(store: &FileStore, key: Key, moved: &mut Vec<Moved>) -> Option<Check> {
    if SealedStore::owns(&key) {
        return keys_of_all(store, &key);
    }
    match store.quarantine(&key, PATIENCE) {
        Ok(None) => None,
        Ok(Some(path)) => {
            let one = Moved { key, path };
            let about = format!(
                "{}: its damaged file is now {}, and may still hold secrets",
                label(&one.key),
                one.path.display()
            );
            let next = format!("{}; or oauth1 login or account import, if that is how it came", one.login());
            moved.push(one);
            Some(Check::warning(ID, about, next))
        }
        // Not damaged but unreadable, which is for the check of the records to say.
        Err(error) if matches!(error.kind(), ErrorKind::TooNew | ErrorKind::TooBig | ErrorKind::Insecure) => {
            None
        }
        Err(error) => Some(Check::failure(ID, &errors::store(&error))),
    }
}

/// What is left where it is even if it is damaged: without it no other record can be decrypted.
fn keys_of_all(store: &FileStore, key: &Key) -> Option<Check> {
    let error = store.load(key).err().filter(|error| error.kind() == ErrorKind::Corrupt)?;
    let about = format!("{error}, which has the keys of all other records, and was left as it is");
    let next = "put it back from a backup, or begin another store: --store file:PATH";
    Some(Check::problem(ID, Exit::StoreCorrupt, about, next))
}
