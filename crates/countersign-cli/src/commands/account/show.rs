use countersign_token::json::Value;

use super::{choice::is_used, choose, label, named};
use crate::{
    args::account::ShowArgs,
    commands::errors,
    exit::Exit,
    failure::Failure,
    settings::Settings,
    show::{self, Entry},
};

/// Shows one account, of which nothing is secret, also one that cannot be read.
pub(crate) fn run(args: &ShowArgs, settings: &Settings) -> Result<Exit, Failure> {
    let store = settings.store()?;
    let entries = show::entries(&*store.store).map_err(|error| errors::store(&error))?;
    let found = |name: &str| {
        let is_meant = |entry: &&Entry| entry.key.to_text() == name || label(&entry.key) == name;
        entries.iter().find(is_meant).map(|entry| entry.key.clone())
    };
    let key = match named(args.account.as_deref()).as_deref().and_then(found) {
        Some(key) => key,
        // The other ways to choose, and the words for an account that is not there.
        None => choose(args.account.as_deref(), &settings.client(&store)?, &store, settings)?.key().clone(),
    };
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| entry.key == key).collect();
    for entry in &entries {
        let used = is_used(&entry.key, &store, settings);
        if settings.output.json {
            let mut members = entry.members();
            members.push(("used", Value::Bool(used)));
            members.push(("store", Value::text(store.place.as_str())));
            settings.output.document(members)?;
        } else {
            let used = if used { "  used     where no account is named\n" } else { "" };
            let text = format!(
                "{}{used}  key      {}\n  store    {}",
                entry.block(),
                entry.key.to_text(),
                store.place
            );
            settings.output.line(&text)?;
        }
    }
    show::unreadable(entries)
}
