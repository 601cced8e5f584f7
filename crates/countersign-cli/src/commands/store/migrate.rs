//! From one store to another, or from one encryption to another where the store is.

mod change;
mod copy;

use crate::{
    args::store::MigrateArgs,
    failure::Failure,
    settings::Settings,
    storage::{Inner, OpenStore, Place},
};

pub(super) fn run(args: &MigrateArgs, settings: &Settings) -> Result<(), Failure> {
    let source = settings.place()?;
    let inner = Inner::open(&source)?;
    let target = args.to.as_deref().map_or(Ok(source), Place::parse)?;
    if let Place::Memory = target {
        return Err(
            Failure::usage("memory: keeps nothing beyond this run").then("--to file:PATH or sqlite:PATH")
        );
    }
    if Inner::open(&target)?.url() == inner.url() {
        return change::run(args, &inner, settings);
    }
    copy::run(args, &target, settings)
}

/// Remembers how the new store is encrypted, and that it is the one that is meant, if the old one was by
/// default or by the configuration.
fn remember(old: &str, new: &OpenStore, settings: &Settings) {
    settings.remember(&new.place, new.encryption);
    if settings.is_immediate("store") {
        settings.output.say(&format!("to use it: --store {}", crate::commands::errors::word(&new.place)));
        return;
    }
    let used = settings.configuration.choice(old).account;
    let kept = settings.configuration.remember_store(&new.place).and_then(|()| {
        let choice = settings.configuration.choice(&new.place);
        let encryption = match new.encryption {
            crate::storage::Encryption::By(encryption) => Some(encryption),
            _ => choice.encryption,
        };
        let choice = crate::configuration::Choice { encryption, account: choice.account.or(used) };
        settings.configuration.remember(&new.place, &choice)
    });
    match kept {
        Ok(()) => settings.output.say(&format!("from now on {} is the store that is used", new.place)),
        Err(failure) => settings.warn(&format!("the choice is not remembered: {}", failure.reason())),
    }
}
