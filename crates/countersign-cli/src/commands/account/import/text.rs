//! What `account export` printed.

use std::io::{self, BufRead, IsTerminal, Read};

use countersign_store_sealed::export::{Error, Export};
use countersign_token::{
    Grant, Key, Record, Revision, Secret,
    json::{Object, Value},
};
use zeroize::Zeroizing;

use crate::{
    args::account::ImportArgs,
    commands::{
        account::{label, new_name},
        errors::{self, Doing},
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
    storage::{OpenStore, ask_passphrase},
};

/// The longest text that is read, in bytes; an export is no longer.
const LONGEST: u64 = 65 << 20;

/// What becomes of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    New,
    Replaced,
    Same,
}

/// Keeps every account of an export, or none when one of them cannot be.
pub(super) fn run(args: &ImportArgs, settings: &Settings) -> Result<(), Failure> {
    let path = args.file.as_deref().unwrap_or("-");
    let text = read(path, settings)?;
    let export = Export::parse(&text).map_err(|error| unusable(&error))?;
    let mut records = open(args, &export, path, settings)?;
    if let Some(name) = &args.name {
        let name = new_name(Some(name))?.unwrap_or_default();
        let [record] = records.as_mut_slice() else {
            return Err(Failure::usage(format!(
                "the export has {} accounts, and --name is one name",
                records.len()
            ))
            .then("leave --name out"));
        };
        record.key.account = name;
    }
    let store = settings.store_for_new()?;
    let fates = records.iter().map(|record| fate(record, args.replace, &store));
    let fates: Vec<Fate> = fates.collect::<Result<_, _>>()?;
    let client = settings.client(&store)?;
    let mut told = Vec::new();
    for (record, fate) in records.into_iter().zip(fates) {
        if fate != Fate::Same {
            let kept = client.keep_as(&record.key, record.credential);
            kept.map_err(|error| errors::client(&error, Doing::Reading))?;
        }
        told.push(tell(&record.key, fate, &store, settings));
    }
    if settings.output.json {
        return settings
            .output
            .document([("accounts", Value::Array(told)), ("store", Value::text(store.place.as_str()))]);
    }
    Ok(())
}

/// The text, all of it, or up to its end where a person pastes it.
fn read(path: &str, settings: &Settings) -> Result<Zeroizing<String>, Failure> {
    let failed = |error: io::Error| {
        Failure::new(Exit::NoAccount, "the export cannot be read")
            .because(format!("{path}: {error}"))
            .then("countersign account import FILE, or - for standard input")
    };
    let mut text = Zeroizing::new(String::new());
    if path != "-" {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    if !io::stdin().is_terminal() {
        io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(failed)?;
        return Ok(text);
    }
    if settings.global.no_input {
        return Err(Failure::usage("there is no export on standard input, and --no-input forbids asking")
            .then("countersign account import FILE"));
    }
    settings.output.say("Paste what account export printed, to the full stop at its end:");
    let mut input = io::stdin().lock().take(LONGEST);
    loop {
        let begun = text.len();
        let read = input.read_line(&mut text).map_err(failed)?;
        if read == 0 || text.get(begun..).is_some_and(|line| line.trim_end().ends_with('.')) {
            return Ok(text);
        }
    }
}

/// The records in it, by the passphrase if it takes one.
fn open(args: &ImportArgs, export: &Export, path: &str, settings: &Settings) -> Result<Vec<Record>, Failure> {
    let passphrase: Option<Secret> = match &args.passphrase {
        Some(given) if path == "-" && given == "-" => {
            return Err(Failure::usage("the export and its passphrase cannot both be on standard input")
                .then("--passphrase @FILE, env:NAME or cmd:COMMAND"));
        }
        Some(given) => Some(settings.secret("passphrase", given)?),
        None if export.is_sealed() => ask_passphrase(settings, "the export", false)?,
        None => None,
    };
    let records = export.open(passphrase.as_ref()).map_err(|error| unusable(&error))?;
    if records.iter().any(|record| matches!(record.credential.grant, Grant::Sealed { .. })) {
        return Err(Failure::new(
            Exit::VerificationFailed,
            "the export has a credential that another store sealed",
        )
        .then("export it from that store with countersign account export"));
    }
    if records.is_empty() {
        return Err(Failure::new(Exit::NoAccount, "there is no account in the export")
            .then("countersign account export"));
    }
    Ok(records)
}

fn unusable(error: &Error) -> Failure {
    let failure = match error {
        Error::PassphraseNeeded => Failure::usage("the export is encrypted, and nobody is there to ask")
            .then("--passphrase @FILE, env:NAME or cmd:COMMAND"),
        Error::Undecryptable => Failure::new(Exit::StoreCorrupt, "the export cannot be decrypted")
            .then("give the passphrase it was made with"),
        Error::TooNew => Failure::new(Exit::StoreCorrupt, "the export was written by a newer version")
            .then("use that version"),
        Error::NoHead => Failure::new(Exit::VerificationFailed, "this is no export of accounts")
            .then("countersign account export prints one")
            .then("for files of other tools: countersign import --help"),
        Error::Several { .. } => {
            Failure::new(Exit::VerificationFailed, "there is more than one export in the text")
                .then("import them one by one")
        }
        _ => Failure::new(Exit::VerificationFailed, "the export is not whole")
            .then("copy it again, from its first line to the full stop at its end"),
    };
    failure.because_of(error)
}

/// What is to become of an account; an error where that is for its owner to say.
fn fate(record: &Record, replace: bool, store: &OpenStore) -> Result<Fate, Failure> {
    let there = store.store.load(&record.key).map_err(|error| errors::store(&error))?;
    let content = |record: &Record| {
        Record::new(record.key.clone(), record.credential.clone(), Revision::ABSENT).to_json()
    };
    match there {
        None => Ok(Fate::New),
        Some(there) if content(&there).ct_eq(content(record)) => Ok(Fate::Same),
        Some(_) if replace => Ok(Fate::Replaced),
        Some(_) => Err(Failure::new(
            Exit::NoAccount,
            format!("there is an account {} here already", label(&record.key)),
        )
        .because("it is not the same as in the export, and nothing was imported")
        .then("--replace takes that of the export")
        .then("--name NAME keeps both, if the export has one account")),
    }
}

fn tell(key: &Key, fate: Fate, store: &OpenStore, settings: &Settings) -> Value {
    let (word, text) = match fate {
        Fate::New => ("new", format!("kept as {:?}, of {}, in {}", label(key), key.issuer, store.place)),
        Fate::Replaced => {
            ("replaced", format!("replaced {:?}, of {}, in {}", label(key), key.issuer, store.place))
        }
        Fate::Same => ("same", format!("{:?} is in {} already, and the same", label(key), store.place)),
    };
    settings.output.say(&text);
    let mut object = Object::new();
    object.insert("account", Value::text(label(key)));
    object.insert("issuer", Value::text(key.issuer.as_str()));
    object.insert("kept", Value::text(word));
    Value::Object(object)
}
