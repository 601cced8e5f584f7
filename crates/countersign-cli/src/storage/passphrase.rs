//! The passphrase of a store: by an option, or from the person at the terminal.

use countersign_token::Secret;

use crate::{exit::Exit, failure::Failure, settings::Settings, terminal};

/// The passphrase of the store at `place`, once more for one that is new.
pub(super) fn of_store(
    settings: &Settings,
    place: &str,
    new: bool,
    may_ask: bool,
) -> Result<Secret, Failure> {
    if let Some(given) = &settings.global.store_passphrase {
        return not_empty(settings.secret("store_passphrase", given)?, "--store-passphrase");
    }
    if may_ask && let Some(passphrase) = ask(settings, place, new)? {
        return Ok(passphrase);
    }
    Err(Failure::new(
        Exit::StoreUnavailable,
        format!("{place} needs its passphrase, and nobody can be asked for it"),
    )
    .then("--store-passphrase @FILE, env:NAME or cmd:COMMAND")
    .then("or the same as store-passphrase in the configuration"))
}

/// The same for the store that is migrated to.
pub(super) fn of_target(
    settings: &Settings,
    given: Option<&str>,
    place: &str,
    new: bool,
) -> Result<Secret, Failure> {
    if let Some(given) = given {
        return not_empty(settings.secret("to_passphrase", given)?, "--to-passphrase");
    }
    if let Some(passphrase) = ask(settings, place, new)? {
        return Ok(passphrase);
    }
    let what = format!("{place} needs a passphrase, and nobody can be asked for it");
    Err(Failure::new(Exit::StoreUnavailable, what).then("--to-passphrase @FILE, env:NAME or cmd:COMMAND"))
}

/// Asks for a passphrase, twice for a new one; `None` where nobody can be asked.
pub(crate) fn ask(settings: &Settings, what: &str, new: bool) -> Result<Option<Secret>, Failure> {
    if settings.global.no_input {
        return Ok(None);
    }
    let word = if new { "New passphrase" } else { "Passphrase" };
    let Some(first) = terminal::ask_secret(&format!("{word} for {what}: "))? else {
        return Ok(None);
    };
    let first = not_empty(first, "the passphrase")?;
    if new {
        let again = terminal::ask_secret("The same again: ")?.unwrap_or_default();
        if !first.ct_eq(&again) {
            return Err(Failure::usage("the two passphrases differ").then("try again"));
        }
    }
    Ok(Some(first))
}

fn not_empty(passphrase: Secret, what: &str) -> Result<Secret, Failure> {
    if passphrase.is_empty() {
        return Err(Failure::usage(format!("{what} is empty")).then("countersign help secrets"));
    }
    Ok(passphrase)
}
