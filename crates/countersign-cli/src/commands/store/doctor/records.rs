//! Whether what is stored can be read, and the clock it is judged by.

use countersign_store::{Error, ErrorKind};
use countersign_token::Timestamp;
use countersign_transport::{Clock, SystemClock};

use super::Check;
use crate::{
    commands::{account::label, errors},
    exit::Exit,
    settings::Settings,
    show::{self, Entry},
    storage::Inner,
};

/// When this was written: no clock is right that is before it.
const WRITTEN: i64 = 1_790_000_000;

/// How far ahead of this clock a server's may be.
const SKEW: i64 = 300;

/// What a record that cannot be read is without the encryption.
enum Below {
    /// It can be read so, and is what a change of the encryption has left in clear.
    Clear,
    /// A file that is damaged itself, and the command that moves it aside.
    CorruptFile(String),
    Unread,
}

pub(super) fn checks(inner: &Inner, settings: &Settings) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Inner::Sqlite(store) = inner {
        checks.push(match store.check() {
            Ok(()) => Check::ok("database", "it is whole"),
            Err(error) => unreadable("database", &error, "the database", Below::Unread),
        });
    }
    let entries = match settings.store() {
        Ok(store) => show::entries(&*store.store).map_err(|error| errors::store(&error)),
        Err(failure) => Err(failure),
    };
    let entries = match entries {
        Ok(entries) => entries,
        Err(failure) => {
            checks.push(Check::failure("records", &failure));
            checks.push(clock(&[]));
            return checks;
        }
    };
    let broken = entries.iter().filter_map(|entry| Some((&entry.key, entry.record.as_ref().err()?)));
    let below = |key| match (inner, inner.store().load(key)) {
        (_, Ok(_)) => Below::Clear,
        (Inner::File(_), Err(error)) if error.kind() == ErrorKind::Corrupt => {
            Below::CorruptFile(quarantine(inner, settings))
        }
        _ => Below::Unread,
    };
    let broken: Vec<Check> =
        broken.map(|(key, error)| unreadable("records", error, label(key), below(key))).collect();
    if broken.is_empty() {
        let number = entries.len();
        checks.push(Check::ok("records", format!("{number} of {number} can be read")));
    }
    checks.extend(broken);
    checks.push(clock(&entries));
    checks
}

fn unreadable(id: &'static str, error: &Error, what: &str, below: Below) -> Check {
    let why = core::error::Error::source(error).map_or_else(String::new, |source| format!(" ({source})"));
    let about = format!("{what}: {error}{why}");
    match error.kind() {
        ErrorKind::Corrupt | ErrorKind::TooBig => {
            let next = match below {
                Below::CorruptFile(command) => {
                    format!("{command}, to move the file away; and log in again")
                }
                _ => "move the file away, and log in again".to_owned(),
            };
            Check::problem(id, Exit::StoreCorrupt, about, next)
        }
        ErrorKind::TooNew => Check::problem(id, Exit::StoreCorrupt, about, "use the version that wrote it"),
        ErrorKind::Undecryptable => {
            let next = "restore the key or the passphrase it was encrypted with, or log in again elsewhere";
            Check::problem(id, Exit::StoreCorrupt, about, next)
        }
        ErrorKind::Insecure => {
            let next = if matches!(below, Below::Clear) {
                "countersign store migrate --to-encryption HOW, if it was left in clear by one that was broken off"
            } else {
                "remove what is not yours or no file, and log in again; countersign store doctor"
            };
            Check::problem(id, Exit::StoreUnavailable, about, next)
        }
        _ => Check::problem(id, Exit::StoreUnavailable, about, "make it readable, and try again"),
    }
}

/// The command that moves aside what is damaged in this very store.
fn quarantine(inner: &Inner, settings: &Settings) -> String {
    let command = "countersign store doctor --quarantine";
    if settings.is_immediate("store") {
        return format!("{command} --store {}", errors::word(&inner.url()));
    }
    command.to_owned()
}

/// Whether the clock can be right: tokens are not from the future.
fn clock(entries: &[Entry]) -> Check {
    let now = SystemClock.now();
    let next = "set the clock of this machine: tokens are refreshed by it";
    if now < Timestamp::from_unix(WRITTEN) {
        return Check::warning(
            "clock",
            format!("it says {now}, which is before this program was written"),
            next,
        );
    }
    let latest = now.plus_seconds(SKEW);
    let records = entries.iter().filter_map(|entry| entry.record.as_ref().ok());
    let newest = records.flat_map(|record| &record.credential.tokens).map(|token| token.obtained_at).max();
    match newest.filter(|newest| *newest > latest) {
        Some(newest) => {
            Check::warning("clock", format!("it says {now}, and a token was obtained at {newest}"), next)
        }
        None => Check::ok("clock", now.to_string()),
    }
}
