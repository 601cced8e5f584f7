//! Every kind of error as a failure: the exit code, what happened, why, and what to type next.

use core::error::Error as _;

use countersign_client::{Error, ErrorKind};
use countersign_flow::{Error as Flow, error::Misuse, oauth1::Advice};
use countersign_loopback::ErrorKind as Loopback;
use countersign_store::ErrorKind as Store;
use countersign_token::Key;
use countersign_wire::{Error as Wire, response::ErrorCode};

use super::account::label;
use crate::{exit::Exit, failure::Failure};

/// What was being done, which decides what to type next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doing<'a> {
    /// A login, OAuth 1.0a or 2.0.
    Login,
    /// Anything with this account.
    Using(&'a Key),
    /// A request signed with this account, which is of OAuth 1.0a.
    Signing(&'a Key),
    /// A logout of this account.
    Logout(&'a Key),
    /// Anything else.
    Reading,
}

/// The failure that an error of the client is.
pub(crate) fn client(error: &Error, doing: Doing<'_>) -> Failure {
    match error.kind() {
        ErrorKind::NoSuchAccount { name, known } => no_account(name, known),
        ErrorKind::Ambiguous { name, keys } => ambiguous(name, keys),
        ErrorKind::NeedsLogin { account } => {
            let failure = Failure::new(Exit::LoginNeeded, format!("{account} needs a new login"));
            caused(failure, error).then(login_again(account, doing))
        }
        ErrorKind::Refused(_) => refused(error, doing),
        ErrorKind::Network => {
            let failure = caused(Failure::new(Exit::Network, "the server could not be reached"), error);
            retry(failure, doing)
        }
        ErrorKind::Answer if error.is_transient() => {
            retry(caused(Failure::new(Exit::Network, "the server is in trouble"), error), doing)
        }
        ErrorKind::Answer if names_confirmation(error) => {
            let what = "the server does not confirm the callback as OAuth 1.0a asks";
            caused(Failure::new(Exit::VerificationFailed, what), error)
                .then("if the server is known for it: --callback-confirmed true-ish, or absent for OAuth 1.0")
        }
        ErrorKind::Answer => {
            let failure = caused(Failure::new(Exit::Other, "the answer is not one of OAuth"), error);
            failure.then("check the address, and whether a proxy or a sign-in page stands in between; see it with --trace")
        }
        ErrorKind::Store(kind) => stored(*kind, error),
        ErrorKind::NotPersisted => {
            let what =
                "the rotated refresh token could not be stored, and the token that came with it is not used";
            caused(Failure::new(Exit::StoreUnavailable, what), error)
                .then("make the store writable; then, most likely, countersign login")
        }
        ErrorKind::RefreshInProgress => Failure::new(
            Exit::StoreUnavailable,
            "another program is refreshing this account and does not end",
        )
        .then("try again"),
        ErrorKind::LoginTimedOut => {
            caused(Failure::new(Exit::PersonTimedOut, "nobody completed the login in time"), error)
                .then("try again, or wait longer with --login-timeout SECONDS")
        }
        ErrorKind::Verification => {
            let what = "the answer to the login is not to be trusted: it is not the answer to this login";
            caused(Failure::new(Exit::VerificationFailed, what), error)
                .then("begin the login anew, and answer from the browser that it sent you to")
        }
        ErrorKind::Listener => listener(error),
        ErrorKind::Configuration => configuration(error, doing),
        ErrorKind::Misuse(why) => misuse(why, error, doing),
        _ => caused(Failure::new(Exit::Other, error.to_string()), error),
    }
}

/// The failure that an error of the store is.
pub(crate) fn store(error: &countersign_store::Error) -> Failure {
    of_store(error.kind()).because_of(error)
}

/// The failure that a sealed store is which does not open.
pub(crate) fn sealed(error: &countersign_store::Error, place: &str) -> Failure {
    let failure = match error.kind() {
        Store::Undecryptable => Failure::new(Exit::StoreCorrupt, format!("{place} cannot be decrypted"))
            .then("give the passphrase it was made with, or unlock the keyring that has its key"),
        Store::Unavailable => Failure::new(Exit::StoreUnavailable, format!("{place} cannot be opened"))
            .then("start or unlock this session's keyring, and try again"),
        kind => of_store(kind),
    };
    failure.because_of(error).then("countersign store doctor")
}

/// There is no such account; the ones there are are named.
pub(crate) fn no_account(name: &str, known: &[String]) -> Failure {
    let failure = Failure::new(Exit::NoAccount, format!("there is no account {name:?}"));
    if known.is_empty() {
        return failure.because("no account is stored here").then("countersign login --help");
    }
    failure.because(format!("the accounts are: {}", known.join(", "))).then("countersign account list")
}

fn ambiguous(name: &str, keys: &[Key]) -> Failure {
    let mut failure = Failure::new(Exit::NoAccount, format!("more than one account is called {name:?}"));
    for key in keys {
        failure =
            failure.then(format!("name it as '{}' (at {} by {})", key.to_text(), key.issuer, key.client));
    }
    failure
}

/// Adds the causes, and the server's own words where they are hidden in one of them.
fn caused(mut failure: Failure, error: &Error) -> Failure {
    if let Some(words) = error.description() {
        failure = failure.because(words);
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        failure = failure.because(error);
        if let Some(words) = error.downcast_ref::<Error>().and_then(Error::description) {
            failure = failure.because(words);
        }
        cause = error.source();
    }
    failure
}

fn refused(error: &Error, doing: Doing<'_>) -> Failure {
    let ErrorKind::Refused(answer) = error.kind() else {
        return Failure::new(Exit::Other, error.to_string());
    };
    if error.is_transient() {
        return retry(caused(Failure::new(Exit::Network, error.to_string()), error), doing);
    }
    let failure = caused(Failure::new(Exit::Refused, error.to_string()), error);
    // The words of the Problem Reporting extension of OAuth 1.0a, which OAuth 2.0 does not have.
    let advice = Advice::of(answer).filter(|advice| *advice != Advice::AcceptRefusal);
    let failure = match &advice {
        Some(advice @ Advice::SetClock { .. }) => {
            failure.then(advice.to_string()).then("--follow-server-clock, which signs by the server's clock")
        }
        Some(advice) => failure.then(advice.to_string()),
        None => failure,
    };
    match (&answer.code, doing) {
        (_, Doing::Login | Doing::Signing(_) | Doing::Using(_)) if advice.is_some() => failure,
        (ErrorCode::AccessDenied, _) => failure.then("try again, and approve"),
        (ErrorCode::InvalidClient | ErrorCode::UnauthorizedClient, _) => {
            failure.then("check the client's identifier and secret, and what it is registered for")
        }
        (ErrorCode::InvalidScope, _) => failure.then("ask for less with --scope"),
        (_, Doing::Login) => failure.then("try again; see the exchange with --trace"),
        (_, Doing::Logout(key)) => failure.then(local_only(key)),
        _ => failure.then("see the exchange with --trace"),
    }
}

fn retry(failure: Failure, doing: Doing<'_>) -> Failure {
    match doing {
        Doing::Logout(key) => failure
            .because("the account is kept, for its tokens may still be good")
            .then("try again later")
            .then(local_only(key)),
        Doing::Login => failure.then("check the address and the connection, and try again"),
        _ => failure.then("try again later"),
    }
}

fn local_only(key: &Key) -> String {
    let account = word(label(key));
    format!("countersign logout {account} --local-only, which forgets it without telling the server")
}

pub(crate) fn login_again(account: &str, doing: Doing<'_>) -> String {
    let account = word(account);
    match doing {
        Doing::Signing(_) => format!(
            "countersign oauth1 login --account {account} ..., with the addresses and the key of the first login"
        ),
        Doing::Using(key) | Doing::Logout(key) if key.issuer.contains("://") => {
            format!(
                "countersign login {} --client-id {} --account {account}",
                word(&key.issuer),
                word(&key.client)
            )
        }
        _ => format!("countersign login ISSUER --client-id ID --account {account}"),
    }
}

/// The text as one word of a shell.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.:/@+%".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn stored(kind: Store, error: &Error) -> Failure {
    caused(of_store(kind), error)
}

fn of_store(kind: Store) -> Failure {
    match kind {
        Store::Corrupt | Store::Undecryptable | Store::TooBig => {
            Failure::new(Exit::StoreCorrupt, "a stored credential cannot be read; it was left as it is")
                .then("mend the file or move it away, then log in again")
                .then("countersign store doctor, which looks at every record, and can move damaged files aside")
        }
        Store::TooNew => Failure::new(
            Exit::StoreCorrupt,
            "a stored credential was written by a newer version; it was left as it is",
        )
        .then("use that version"),
        Store::Locked | Store::Conflict => {
            Failure::new(Exit::StoreUnavailable, "another program is using the store").then("try again")
        }
        Store::Insecure => {
            Failure::new(Exit::StoreUnavailable, "the store cannot be trusted, and was not used")
                .then("make it yours alone (chown; chmod 700 for a directory, 600 for a file), or name another place with --store file:PATH")
                .then("countersign store doctor, which looks at every file and record")
        }
        Store::NotConfirmed => {
            Failure::new(Exit::StoreUnavailable, "the disk did not confirm what was stored")
                .then("check the disk; the credential is there now, and may not survive a loss of power")
        }
        _ => Failure::new(Exit::StoreUnavailable, "the store cannot be used")
            .then("make it readable and writable, with room on its disk, or name another place with --store file:PATH"),
    }
}

fn listener(error: &Error) -> Failure {
    let kind = error.source().and_then(|source| source.downcast_ref()).map(countersign_loopback::Error::kind);
    let failure = Failure::new(Exit::Other, "there is no listener for the redirect");
    match kind {
        Some(Loopback::PortsTaken) => {
            let failure = Failure::new(Exit::NoAccount, "there is no listener for the redirect");
            caused(failure, error).then("give another --port, or none")
        }
        _ => caused(failure, error).then("begin the login anew"),
    }
}

fn configuration(error: &Error, doing: Doing<'_>) -> Failure {
    match (error.source().and_then(|source| source.downcast_ref::<Flow>()), doing) {
        (Some(Flow::Misuse(Misuse::SignatureMethod)), Doing::Using(key) | Doing::Signing(key)) => {
            let account = word(label(key));
            caused(
                Failure::new(Exit::NoAccount, "the key that the account signs with is not kept here"),
                error,
            )
            .then(format!("countersign request METHOD URL -a {account} --private-key FILE"))
            .then(format!("countersign oauth1 sign METHOD URL -a {account} --private-key FILE"))
        }
        (Some(Flow::Undiscovered { attempts }), _)
            if attempts
                .iter()
                .any(|attempt| matches!(attempt.problem, Some(Wire::Malformed { name: "issuer" }))) =>
        {
            caused(Failure::new(Exit::VerificationFailed, "the server's metadata is another issuer's"), error)
                .then("give the issuer exactly as the metadata has it, to the last slash")
        }
        (Some(Flow::Undiscovered { .. }), _) => {
            caused(Failure::new(Exit::NoAccount, "no issuer was found at this address"), error)
                .then("check the address, or give --authorization-endpoint and --token-endpoint")
        }
        (Some(Flow::Endpoint { .. }), _) => {
            caused(Failure::new(Exit::NoAccount, "an address cannot be used"), error)
                .then("give an https address; http is for this machine alone (127.0.0.1)")
        }
        _ => caused(Failure::new(Exit::NoAccount, "the configuration cannot be used"), error)
            .then("check what was given; countersign login --help"),
    }
}

fn misuse(why: &str, error: &Error, doing: Doing<'_>) -> Failure {
    let failure = caused(Failure::usage(why), error);
    match doing {
        Doing::Using(key) | Doing::Signing(key) => {
            failure.then(format!("countersign status {}", word(label(key))))
        }
        Doing::Login => failure.then("countersign login --help"),
        Doing::Logout(_) | Doing::Reading => failure.then("countersign help"),
    }
}

fn names_confirmation(error: &Error) -> bool {
    matches!(
        error.source().and_then(|source| source.downcast_ref::<Flow>()),
        Some(Flow::Protocol(
            Wire::Missing { name: "oauth_callback_confirmed" }
                | Wire::Malformed { name: "oauth_callback_confirmed" }
        ))
    )
}
