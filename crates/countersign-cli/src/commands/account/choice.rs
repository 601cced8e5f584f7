use countersign_token::{Key, json::Value};

use super::label;
use crate::{
    args::account::UseArgs,
    commands::errors::{self, Doing},
    configuration::Choice,
    failure::Failure,
    output::text_or_null,
    settings::Settings,
    storage::OpenStore,
};

/// Remembers which account is meant when none is named.
pub(crate) fn run(args: &UseArgs, settings: &Settings) -> Result<(), Failure> {
    let store = settings.store()?;
    let key = match &args.account {
        Some(name) => {
            let handle = settings.client(&store)?.account(name);
            Some(handle.map_err(|error| errors::client(&error, Doing::Reading))?.key().clone())
        }
        None => None,
    };
    // The name as it was typed is enough to find the account again, and is the shorter one.
    let account = key.as_ref().and(args.account.clone());
    let choice = Choice { account, ..settings.configuration.choice(&store.place) };
    settings.configuration.remember(&store.place, &choice)?;
    match &key {
        Some(key) => settings.output.say(&format!(
            "{} is used where no account is named, of those in {}",
            label(key),
            store.place
        )),
        None => settings.output.say("an account has to be named, unless there is only one"),
    }
    if settings.output.json {
        return settings.output.document([
            ("account", text_or_null(key.as_ref().map(label))),
            ("store", Value::text(store.place.as_str())),
        ]);
    }
    Ok(())
}

/// Whether the account of `key` is the one that is used where none is named.
pub(crate) fn is_used(key: &Key, store: &OpenStore, settings: &Settings) -> bool {
    let used = settings.configuration.choice(&store.place).account;
    used.is_some_and(|used| used == label(key) || used == key.to_text())
}

/// Has what was remembered of an account that is gone follow it to its new name, or forgotten too.
pub(crate) fn forgotten(key: &Key, now: Option<&Key>, store: &OpenStore, settings: &Settings) {
    if !is_used(key, store, settings) {
        return;
    }
    let account = now.map(|key| label(key).to_owned());
    let choice = Choice { account, ..settings.configuration.choice(&store.place) };
    if let Err(failure) = settings.configuration.remember(&store.place, &choice) {
        settings.warn(&format!("the configuration still names {}: {}", label(key), failure.reason()));
    }
}
