use countersign_store_sealed::{Cost, export};
use countersign_token::{Record, json::Value};

use super::{choose, label};
use crate::{
    args::account::ExportArgs,
    commands::errors::{self, Doing},
    exit::Exit,
    failure::Failure,
    settings::Settings,
    storage::ask_passphrase,
};

/// Prints accounts as text for another machine.
pub(crate) fn run(args: &ExportArgs, settings: &Settings) -> Result<(), Failure> {
    let store = settings.store()?;
    let client = settings.client(&store)?;
    let reading = |error| errors::client(&error, Doing::Reading);
    let mut keys = match args.accounts.as_slice() {
        _ if args.all => client.accounts().map_err(reading)?,
        [] => vec![choose(None, &client, &store, settings)?.key().clone()],
        names => {
            let found = names.iter().map(|name| client.account(name).map(|handle| handle.key().clone()));
            found.collect::<Result<_, _>>().map_err(reading)?
        }
    };
    keys.sort();
    keys.dedup();
    let mut records: Vec<Record> = Vec::with_capacity(keys.len());
    for key in &keys {
        records.extend(store.store.load(key).map_err(|error| errors::store(&error))?);
    }
    if records.is_empty() {
        return Err(
            Failure::new(Exit::NoAccount, "no account is stored here").then("countersign account list")
        );
    }
    let passphrase = match &args.passphrase {
        Some(given) => Some(settings.secret("passphrase", given)?),
        None if args.encrypt => Some(ask_passphrase(settings, "the export", true)?.ok_or_else(|| {
            Failure::usage("--encrypt needs a passphrase, and nobody is there to ask")
                .then("--passphrase @FILE, env:NAME or cmd:COMMAND")
        })?),
        None => None,
    };
    if passphrase.as_ref().is_some_and(countersign_token::Secret::is_empty) {
        return Err(Failure::usage("the passphrase is empty").then("countersign help secrets"));
    }
    let text = match &passphrase {
        Some(passphrase) => export::sealed(&records, passphrase, Cost::default()),
        None => export::clear(&records),
    };
    let text = text.map_err(|error| {
        Failure::new(Exit::Other, "the accounts cannot be exported")
            .because_of(&error)
            .then("export fewer at a time")
    })?;
    if passphrase.is_none() {
        settings.warn(
            "whoever sees this text can use the accounts; --encrypt, or --passphrase SECRET, protects it",
        );
    }
    settings.output.say(
        "use each account in one place: where a server gives a new refresh token for each old one, \
         a second copy stops working, and may end both",
    );
    if settings.output.json {
        let accounts = records.iter().map(|record| Value::text(label(&record.key))).collect();
        return settings.output.document([
            ("export", Value::Text(text)),
            ("accounts", Value::Array(accounts)),
            ("encrypted", Value::Bool(passphrase.is_some())),
        ]);
    }
    settings.output.bytes(text.expose().as_bytes())
}
