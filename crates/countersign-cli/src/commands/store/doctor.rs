//! Whether a store is healthy, check by check.

mod disk;
mod quarantine;
mod records;

use countersign_token::json::{Object, Value};

use self::quarantine::Moved;
use super::files;
use crate::{
    args::{StoreEncryption, store::DoctorArgs},
    commands::errors::word,
    exit::Exit,
    failure::Failure,
    keyring,
    output::text_or_null,
    settings::Settings,
    storage::{Encryption, Inner},
};

/// What came of looking at one thing.
pub(super) struct Check {
    /// The name that programs know it by.
    id: &'static str,
    state: State,
    about: String,
    /// What to type or to do.
    next: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ok,
    Warning,
    /// The command ends with this code.
    Problem(Exit),
}

impl Check {
    fn ok(id: &'static str, about: impl Into<String>) -> Self {
        Self { id, state: State::Ok, about: about.into(), next: None }
    }

    fn warning(id: &'static str, about: impl Into<String>, next: impl Into<String>) -> Self {
        Self { id, state: State::Warning, about: about.into(), next: Some(next.into()) }
    }

    fn problem(id: &'static str, exit: Exit, about: impl Into<String>, next: impl Into<String>) -> Self {
        Self { id, state: State::Problem(exit), about: about.into(), next: Some(next.into()) }
    }

    /// A failure as it would have ended another command.
    fn failure(id: &'static str, failure: &Failure) -> Self {
        Self {
            id,
            state: State::Problem(failure.exit),
            about: failure.summary(),
            next: failure.next().map(ToOwned::to_owned),
        }
    }
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem(_) => "problem",
        }
    }
}

/// Looks at everything there is to look at, whatever is wrong with some of it.
pub(super) fn run(args: &DoctorArgs, settings: &Settings) -> Result<Exit, Failure> {
    let place = settings.place()?;
    if args.quarantine {
        quarantine::check_place(&place)?;
    }
    let mut moved = args.quarantine.then(Vec::new);
    let mut checks = vec![configuration(settings)];
    let url = match Inner::open(&place) {
        Err(failure) => {
            checks.push(Check::failure("place", &failure));
            settings.global.store.clone().unwrap_or_else(|| "the default store".to_owned())
        }
        Ok(inner) => {
            if let (Some(moved), Inner::File(store)) = (&mut moved, &inner) {
                checks.extend(quarantine::run(store, moved));
            }
            checks.extend(disk::checks(&inner));
            checks.extend(encryption(&inner, settings));
            checks.extend(records::checks(&inner, settings));
            inner.url()
        }
    };
    print(&url, &checks, moved.as_deref(), settings)?;
    let problems: Vec<&Check> =
        checks.iter().filter(|check| matches!(check.state, State::Problem(_))).collect();
    // What is damaged counts before what is out of reach.
    let exits = problems.iter().filter_map(|check| match check.state {
        State::Problem(exit) => Some(exit),
        _ => None,
    });
    let Some(exit) = exits.max_by_key(|exit| exit.code()) else {
        return Ok(Exit::Ok);
    };
    let number =
        if problems.len() == 1 { "a problem".to_owned() } else { format!("{} problems", problems.len()) };
    let failure = Failure::new(exit, format!("{url} has {number}"));
    Err(problems.iter().fold(failure, |failure, check| match &check.next {
        Some(next) => failure.because(&check.about).then(next.as_str()),
        None => failure.because(&check.about),
    }))
}

fn print(url: &str, checks: &[Check], moved: Option<&[Moved]>, settings: &Settings) -> Result<(), Failure> {
    if settings.output.json {
        let checks = checks.iter().map(|check| {
            let Check { id, state, about, next } = check;
            let mut object = Object::new();
            object.insert("id", Value::text(*id));
            object.insert("state", Value::text(state.word()));
            object.insert("about", Value::text(about.as_str()));
            object.insert("next", text_or_null(next.as_deref()));
            Value::Object(object)
        });
        let moved =
            moved.map(|moved| ("quarantined", Value::Array(moved.iter().map(Moved::value).collect())));
        let members = [("store", Value::text(url)), ("checks", Value::Array(checks.collect()))];
        return settings.output.document(members.into_iter().chain(moved));
    }
    let mut text = String::new();
    for Check { id, state, about, next } in checks {
        let about = countersign_wire::text::sanitise(about, 500);
        text.push_str(&format!("{:8} {id:14} {about}\n", state.word()));
        if let Some(next) = next {
            text.push_str(&format!("{:23} next: {}\n", "", countersign_wire::text::sanitise(next, 500)));
        }
    }
    settings.output.line(text.trim_end())
}

fn configuration(settings: &Settings) -> Check {
    match settings.configuration.path() {
        Some((path, true)) if !settings.configuration.unknown.is_empty() => {
            let names: Vec<&str> =
                settings.configuration.unknown.iter().map(|(name, _)| name.as_str()).collect();
            Check::warning(
                "configuration",
                format!("{} has names that are not known here: {}", path.display(), names.join(", ")),
                "correct them; countersign help configuration",
            )
        }
        Some((path, true)) => Check::ok("configuration", path.display().to_string()),
        Some((path, false)) => Check::ok("configuration", format!("none so far, at {}", path.display())),
        None => Check::ok("configuration", "none"),
    }
}

/// How the store is encrypted, and whether the keyring it takes is there.
fn encryption(inner: &Inner, settings: &Settings) -> Vec<Check> {
    let (ways, from) = match settings.look(inner) {
        Ok(looked) => looked,
        Err(failure) => return vec![Check::failure("encryption", &failure)],
    };
    let words = ways.iter().map(|way| way.as_str()).collect::<Vec<_>>().join(" and ");
    let first = match ways.as_slice() {
        [Encryption::By(StoreEncryption::None)] if from == "store" => Check::warning(
            "encryption",
            "credentials are unencrypted, in files that only you can read",
            "countersign store migrate --to-encryption keyring",
        ),
        [_] => Check::ok("encryption", format!("{words} ({from})")),
        _ => Check::warning(
            "encryption",
            format!("{words}: a change from one to the other was broken off"),
            "countersign store migrate --to-encryption HOW, once more",
        ),
    };
    let is_needed = matches!(inner, Inner::Keyring(_))
        || ways.iter().any(|way| matches!(way, Encryption::By(StoreEncryption::Keyring)));
    let keyring = match keyring::probe() {
        _ if !is_needed && ways != [Encryption::Undecided] => return vec![first],
        Ok(()) => Check::ok("keyring", "it answers"),
        Err(why) if is_needed => Check::problem(
            "keyring",
            Exit::StoreUnavailable,
            format!("the keyring cannot be used: {why}"),
            "start or unlock this session's keyring (GNOME Keyring, KWallet, KeePassXC)",
        ),
        Err(why) => Check::warning(
            "keyring",
            format!("the keyring cannot be used: {why}"),
            "start it, or choose --store-encryption passphrase or none before the first login",
        ),
    };
    vec![first, keyring]
}

/// The command that gives a file or a directory its mode.
fn chmod(mode: &str, path: &std::path::Path) -> String {
    format!("chmod {mode} {}", word(&path.display().to_string()))
}
