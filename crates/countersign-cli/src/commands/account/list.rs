use countersign_token::json::Value;

use crate::{commands::errors, exit::Exit, failure::Failure, settings::Settings, show};

/// Lists the accounts, the unreadable ones among them, which then decide how the command ends.
pub(crate) fn run(settings: &Settings) -> Result<Exit, Failure> {
    let store = settings.store()?;
    let entries = show::entries(&*store.store).map_err(|error| errors::store(&error))?;
    if settings.output.json {
        let accounts = entries.iter().map(show::Entry::summary).collect();
        settings.output.document([("accounts", Value::Array(accounts))])?;
    } else if entries.is_empty() {
        settings.output.say(&format!("no account is stored in {}", store.place));
    } else {
        settings.output.line(show::table(&entries).trim_end())?;
    }
    show::unreadable(entries)
}
