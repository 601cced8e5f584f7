//! Which account is meant.

pub(crate) mod choice;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod rename;
pub(crate) mod show;

use core::time::Duration;
use std::env;

use countersign_client::blocking::{Client, Handle};
use countersign_token::Key;

use super::errors::{self, Doing};
use crate::{exit::Exit, failure::Failure, settings::Settings, storage::OpenStore};

/// How long an account that is in use is waited for: longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The account that was typed, else that of `COUNTERSIGN_ACCOUNT`, else that of `account use`, else the only
/// one there is.
pub(crate) fn choose(
    typed: Option<&str>,
    client: &Client,
    store: &OpenStore,
    settings: &Settings,
) -> Result<Handle, Failure> {
    let handle = find(typed, client, store, settings)?;
    settings.output.detail(&format!("account {:?} of {}", label(handle.key()), handle.key().issuer));
    Ok(handle)
}

fn find(
    typed: Option<&str>,
    client: &Client,
    store: &OpenStore,
    settings: &Settings,
) -> Result<Handle, Failure> {
    if let Some(name) = named(typed) {
        return client.account(&name).map_err(|error| errors::client(&error, Doing::Reading));
    }
    if let Some(name) = settings.configuration.choice(&store.place).account {
        return client.account(&name).map_err(|error| {
            errors::client(&error, Doing::Reading)
                .because("the configuration names it, by account use")
                .then("countersign account use ANOTHER, or account use --none")
        });
    }
    let keys = client.accounts().map_err(|error| errors::client(&error, Doing::Reading))?;
    match keys.as_slice() {
        [only] => client.account_by_key(only).map_err(|error| errors::client(&error, Doing::Using(only))),
        [] => Err(Failure::new(Exit::NoAccount, "no account is stored here")
            .then("countersign login --help, or countersign account import --help")),
        several => {
            let names: Vec<&str> = several.iter().map(label).collect();
            Err(Failure::new(Exit::NoAccount, "there is more than one account, and none was named")
                .because(format!("the accounts are: {}", names.join(", ")))
                .then("name one, or set COUNTERSIGN_ACCOUNT, or countersign account use NAME"))
        }
    }
}

/// The name that was typed, else that of the environment.
pub(crate) fn named(typed: Option<&str>) -> Option<String> {
    let ambient = || env::var("COUNTERSIGN_ACCOUNT").ok().filter(|name| !name.is_empty());
    typed.map(ToOwned::to_owned).or_else(ambient)
}

/// The name for a new account, when it is one that can be used.
pub(crate) fn new_name(typed: Option<&str>) -> Result<Option<String>, Failure> {
    let name = named(typed);
    match name.as_deref() {
        Some("adc") => Err(Failure::usage("adc is a reserved name").then("choose another --account NAME")),
        Some(name) if name.is_empty() || name.contains(char::is_control) => {
            Err(Failure::usage("an account needs a name of visible characters").then("--account NAME"))
        }
        _ => Ok(name),
    }
}

/// What a person calls a grant.
pub(crate) fn label(key: &Key) -> &str {
    if key.account.is_empty() { &key.client } else { &key.account }
}
