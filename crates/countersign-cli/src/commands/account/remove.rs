use countersign_token::json::Value;

use super::{choice::forgotten, label};
use crate::{
    args::account::RemoveArgs,
    commands::errors::{self, Doing},
    failure::Failure,
    settings::Settings,
};

/// Forgets an account here; the server is not told.
pub(crate) fn run(args: &RemoveArgs, settings: &Settings) -> Result<(), Failure> {
    let store = settings.store()?;
    let handle = settings.client(&store)?.account(&args.account);
    let key = handle.map_err(|error| errors::client(&error, Doing::Reading))?.key().clone();
    let failed = |error: countersign_store::Error| errors::store(&error);
    let mut lease = store.store.lock(&key, super::PATIENCE).map_err(failed)?;
    if let Some(record) = lease.load().map_err(failed)? {
        lease.delete(record.revision).map_err(failed)?;
    }
    drop(lease);
    forgotten(&key, None, &store, settings);
    settings.output.say(&format!(
        "{}: forgotten here; its tokens are still good at the server, for which there is logout",
        label(&key)
    ));
    if settings.output.json {
        return settings
            .output
            .document([("account", Value::text(label(&key))), ("store", Value::text(store.place.as_str()))]);
    }
    Ok(())
}
