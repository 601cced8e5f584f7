use countersign_store::{Error, ErrorKind};
use countersign_token::{Record, Revision, json::Value};

use super::{choice::forgotten, label, new_name};
use crate::{
    args::account::RenameArgs,
    commands::errors::{self, Doing},
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// Keeps an account under another name: written there, then removed here, under both leases.
pub(crate) fn run(args: &RenameArgs, settings: &Settings) -> Result<(), Failure> {
    let name = new_name(Some(&args.name))?.unwrap_or_default();
    let store = settings.store()?;
    let handle = settings.client(&store)?.account(&args.account);
    let old = handle.map_err(|error| errors::client(&error, Doing::Reading))?.key().clone();
    let mut new = old.clone();
    new.account.clone_from(&name);
    let failed = |error: Error| errors::store(&error);
    if new != old {
        // In one order, so that two programs that rename the one into the other do not wait for each other.
        let (first, second) = if old < new { (&old, &new) } else { (&new, &old) };
        let first = store.store.lock(first, super::PATIENCE).map_err(failed)?;
        let second = store.store.lock(second, super::PATIENCE).map_err(failed)?;
        let (mut from, mut to) = if old < new { (first, second) } else { (second, first) };
        let Some(record) = from.load().map_err(failed)? else {
            return Err(errors::no_account(label(&old), &[]));
        };
        match to.load().map_err(failed)? {
            // An earlier attempt came this far.
            Some(there) if same(&there, &record) => {}
            Some(_) => {
                return Err(Failure::new(Exit::NoAccount, format!("there is an account {name:?} already"))
                    .then("choose another name, or countersign account remove it first"));
            }
            None => match to.save(&record.credential, Revision::ABSENT) {
                // Saved once more it is confirmed, before the other one goes.
                Err(error) if error.kind() == ErrorKind::NotConfirmed => {
                    to.save(&record.credential, Revision::ABSENT.next()).map(drop).map_err(failed)?;
                }
                saved => saved.map(drop).map_err(failed)?,
            },
        }
        from.delete(record.revision).map_err(failed)?;
        forgotten(&old, Some(&new), &store, settings);
    }
    settings.output.say(&format!("{} is now {name}", label(&old)));
    if settings.output.json {
        return settings.output.document([
            ("account", Value::text(name)),
            ("before", Value::text(label(&old))),
            ("store", Value::text(store.place.as_str())),
        ]);
    }
    Ok(())
}

/// Whether both are the same credential, whatever their keys are.
fn same(one: &Record, other: &Record) -> bool {
    let content =
        |record: &Record| Record::new(one.key.clone(), record.credential.clone(), Revision::ABSENT).to_json();
    content(one).ct_eq(content(other))
}
