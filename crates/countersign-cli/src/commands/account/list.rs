use countersign_token::json::Value;

use super::choice::is_used;
use crate::{commands::errors, exit::Exit, failure::Failure, settings::Settings, show};

/// Lists the accounts, the unreadable ones among them, which then decide how the command ends.
pub(crate) fn run(settings: &Settings) -> Result<Exit, Failure> {
    let store = settings.store()?;
    let entries = show::entries(&*store.store).map_err(|error| errors::store(&error))?;
    if settings.output.json {
        let summary = |entry: &show::Entry| {
            let mut object = entry.summary();
            object.insert("used", Value::Bool(is_used(&entry.key, &store, settings)));
            Value::Object(object)
        };
        let accounts = entries.iter().map(summary).collect();
        settings.output.document([("accounts", Value::Array(accounts))])?;
    } else if entries.is_empty() {
        settings.output.say(&format!("no account is stored in {}", store.place));
    } else {
        let is_used = |key: &_| is_used(key, &store, settings);
        settings.output.line(show::table(&entries, is_used).trim_end())?;
    }
    show::unreadable(entries)
}
