//! The platform's keyring: for the keys of stores, for a store of its own, and for secrets of others.

use std::{path::PathBuf, sync::Arc};

use countersign_store::{Error, Store};
use countersign_store_keyring::{Keyring, KeyringKey, KeyringStore};
use countersign_store_sealed::Unlock;
use countersign_token::Secret;

use crate::{commands::errors, directories, exit::Exit, failure::Failure, settings::Settings};

/// What entries of this program are called by.
const SERVICE: &str = "countersign";

const NONE: &str = "this program knows no keyring of this platform";

/// The keyring as a store of its own.
pub(crate) fn store() -> Result<Arc<dyn Store>, Failure> {
    let store = KeyringStore::open(keyring()?, SERVICE, locks()?).map_err(|error| errors::store(&error))?;
    Ok(Arc::new(store))
}

/// The key of the sealed store at `place`, which is what it is called in the keyring.
pub(crate) fn unlock(place: &str) -> Result<Unlock, Failure> {
    let key = KeyringKey::open(keyring()?, SERVICE, place, locks()?);
    key.map(Unlock::source).map_err(|error| errors::store(&error))
}

/// Makes sure that something can be kept there, or says why not.
pub(crate) fn probe() -> Result<(), String> {
    let keyring = Keyring::platform().ok_or(NONE)?;
    keyring.probe(SERVICE).map_err(|error| why(&error))
}

/// The same, and that it is kept for good.
pub(crate) fn answers_for_good() -> Result<(), String> {
    let keyring = Keyring::platform().ok_or(NONE)?;
    if !keyring.persistence().is_permanent() {
        return Err(format!("the {} keeps what it is given {}", keyring.title(), keyring.persistence()));
    }
    keyring.probe(SERVICE).map_err(|error| why(&error))
}

/// The secret that another program keeps there.
pub(crate) fn secret(service: &str, user: &str) -> Result<Secret, String> {
    let keyring = Keyring::platform().ok_or(NONE)?;
    let found = keyring.secret(service, user).map_err(|error| why(&error))?;
    found.ok_or_else(|| format!("the {} has no entry of {user} for {service}", keyring.title()))
}

/// How long it keeps what it is given.
pub(crate) fn persistence() -> Option<String> {
    Keyring::platform().map(|keyring| keyring.persistence().to_string())
}

/// Warns where what is kept will not last.
pub(crate) fn warn_if_forgetful(settings: &Settings) {
    if let Some(keyring) = Keyring::platform().filter(|keyring| !keyring.persistence().is_permanent()) {
        settings.warn(&format!("the {} keeps credentials {}", keyring.title(), keyring.persistence()));
    }
}

fn keyring() -> Result<Keyring, Failure> {
    Keyring::platform().ok_or_else(|| {
        Failure::new(Exit::StoreUnavailable, "the keyring cannot be used")
            .because(NONE)
            .then("--store file:PATH with --store-encryption passphrase or none")
    })
}

/// Where the lock files are that keep programs apart which use one entry.
fn locks() -> Result<PathBuf, Failure> {
    Ok(directories::data()?.join("keyring"))
}

fn why(error: &Error) -> String {
    // The entry is one that nobody has asked for by its name here.
    core::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
