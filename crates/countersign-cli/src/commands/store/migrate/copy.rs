//! Every record under its lease, read back, and only then removed where it was.

use core::time::Duration;

use countersign_store::{Error, ErrorKind, Lease, Store};
use countersign_token::{Key, Record, Revision, Secret, json::Value};

use crate::{
    args::{StoreEncryption, store::MigrateArgs},
    commands::{
        account::{choice::forgotten, label},
        errors,
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
    storage::{Encryption, OpenStore, Place, Target},
};

/// How long a record that is in use is waited for: longer than a refresh takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What became of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Copied,
    /// It was there already.
    Same,
    /// Somebody forgot it meanwhile.
    Gone,
}

pub(super) fn run(args: &MigrateArgs, place: &Place, settings: &Settings) -> Result<(), Failure> {
    let source = settings.store()?;
    // That a store is in clear is no choice of anybody's, unless somebody has made it.
    let otherwise = match (source.encryption, source.encryption_from) {
        (Encryption::By(StoreEncryption::None), "store") => Encryption::Undecided,
        (encryption, _) => encryption,
    };
    let target = settings.open_target(&Target {
        place,
        encryption: args.to_encryption,
        otherwise,
        passphrase: args.to_passphrase.as_deref(),
    })?;
    let keys = source.store.list().map_err(|error| errors::store(&error))?;
    let (mut moved, mut same) = (Vec::new(), 0_usize);
    for key in &keys {
        let (outcome, copied) = copy(key, &source, &target, args.replace)?;
        match outcome {
            Outcome::Copied => settings.output.say(&format!("{}: copied", label(key))),
            Outcome::Same => same = same.saturating_add(1),
            Outcome::Gone => continue,
        }
        if let Some(copied) = copied {
            moved.push((key, copied));
        }
    }
    let removed = if args.remove_source { remove(&moved, &source, &target, settings)? } else { 0 };
    super::remember(&source.place, &target, settings);
    if !args.remove_source && !moved.is_empty() {
        settings.warn(&format!(
            "{} still has the credentials, and what one store refreshes is stale in the other; \
             the same command with --remove-source removes them there",
            source.place
        ));
    }
    report(&source, &target, moved.len().saturating_sub(same), same, removed, settings)
}

fn report(
    source: &OpenStore,
    target: &OpenStore,
    copied: usize,
    same: usize,
    removed: usize,
    settings: &Settings,
) -> Result<(), Failure> {
    if !settings.output.json {
        let all = copied.saturating_add(same);
        settings.output.say(&format!("{all} in {} ({copied} copied now), {removed} removed", target.place));
        return Ok(());
    }
    let number = |number: usize| Value::Integer(number.try_into().unwrap_or(i128::MAX));
    settings.output.document([
        ("from", Value::text(source.place.as_str())),
        ("to", Value::text(target.place.as_str())),
        ("encryption", Value::text(target.encryption.as_str())),
        ("copied", number(copied)),
        ("same", number(same)),
        ("removed", number(removed)),
    ])
}

/// Copies a record, and reads it back, while nobody can refresh it.
fn copy(
    key: &Key,
    source: &OpenStore,
    target: &OpenStore,
    replace: bool,
) -> Result<(Outcome, Option<Secret>), Failure> {
    let failed = |error: Error| stopped(key, &error);
    let mut from = source.store.lock(key, PATIENCE).map_err(failed)?;
    let Some(record) = from.load().map_err(failed)? else {
        return Ok((Outcome::Gone, None));
    };
    let mut to = target.store.lock(key, PATIENCE).map_err(failed)?;
    let there = to.load().map_err(failed)?;
    let content = content(&record);
    match &there {
        Some(there) if content.ct_eq(self::content(there)) => return Ok((Outcome::Same, Some(content))),
        Some(_) if !replace => {
            return Err(Failure::new(
                Exit::NoAccount,
                format!("both stores have {}, and not the same", label(key)),
            )
            .because("a credential that was refreshed in one store is stale in the other")
            .then("the same command with --replace takes those of the old store"));
        }
        _ => {}
    }
    put(&mut *to, there.as_ref(), &record).map_err(failed)?;
    verify(key, &content, target)?;
    Ok((Outcome::Copied, Some(content)))
}

/// Removes what was copied from where it was; what changed there meanwhile is copied again before.
fn remove(
    moved: &[(&Key, Secret)],
    source: &OpenStore,
    target: &OpenStore,
    settings: &Settings,
) -> Result<usize, Failure> {
    let mut removed = 0_usize;
    for (key, copied) in moved {
        let failed = |error: Error| stopped(key, &error);
        let mut from = source.store.lock(key, PATIENCE).map_err(failed)?;
        let Some(record) = from.load().map_err(failed)? else { continue };
        let mut to = target.store.lock(key, PATIENCE).map_err(failed)?;
        let there = to.load().map_err(failed)?;
        let newest = content(&record);
        if !there.as_ref().is_some_and(|there| newest.ct_eq(content(there))) {
            // Refreshed by a program that still uses the old store; what was copied is worth nothing any more.
            if !there.as_ref().is_none_or(|there| copied.ct_eq(content(there))) {
                settings.warn(&format!("{} changed in both stores, and stays in the old one", label(key)));
                continue;
            }
            put(&mut *to, there.as_ref(), &record).map_err(failed)?;
        }
        verify(key, &newest, target)?;
        from.delete(record.revision).map_err(failed)?;
        forgotten(key, None, source, settings);
        removed = removed.saturating_add(1);
    }
    Ok(removed)
}

fn put(to: &mut dyn Lease, there: Option<&Record>, record: &Record) -> Result<(), Error> {
    let revision = there.map_or(Revision::ABSENT, |there| there.revision);
    match to.save(&record.credential, revision) {
        // It is there; saving it again confirms it.
        Err(error) if error.kind() == ErrorKind::NotConfirmed => {
            to.save(&record.credential, revision.next()).map(drop)
        }
        saved => saved.map(drop),
    }
}

/// Reads a record back, as anybody would.
fn verify(key: &Key, content: &Secret, target: &OpenStore) -> Result<(), Failure> {
    let back = target.store.load(key).map_err(|error| stopped(key, &error))?;
    if back.is_some_and(|back| content.ct_eq(self::content(&back))) {
        return Ok(());
    }
    let what = format!("{} does not come back from {} as it was written", label(key), target.place);
    Err(Failure::new(Exit::StoreCorrupt, what)
        .because("the old store has it as before")
        .then(format!("countersign store doctor --store {}", errors::word(&target.place))))
}

/// What there is of a record but how often it was saved.
fn content(record: &Record) -> Secret {
    Record::new(record.key.clone(), record.credential.clone(), Revision::ABSENT).to_json()
}

fn stopped(key: &Key, error: &Error) -> Failure {
    let failure = errors::store(error);
    failure
        .because(format!("at account {}; the others are as they were or copied", label(key)))
        .then("the same command again goes on from there")
}
