use countersign_client::{LoggedOut, LogoutOptions};
use countersign_token::{
    Key,
    json::{Object, Value},
};

use crate::{
    args::LogoutArgs,
    commands::{
        account::{choice::forgotten, choose, label},
        errors::{self, Doing},
    },
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// Revokes at the server, then forgets; with `--all` each account, whatever becomes of the others.
pub(crate) fn run(args: &LogoutArgs, settings: &Settings) -> Result<Exit, Failure> {
    let store = settings.store()?;
    let mut client = settings.client(&store)?;
    if args.follow_server_clock {
        client = client.follow_server_clock();
    }
    let keys = if args.all {
        client.accounts().map_err(|error| errors::client(&error, Doing::Reading))?
    } else {
        vec![choose(args.account.as_deref(), &client, &store, settings)?.key().clone()]
    };
    if keys.is_empty() {
        settings.output.say("no account is stored here");
    }
    let mut done = Vec::new();
    let mut failures = Vec::new();
    for key in &keys {
        let options = LogoutOptions::new().local_only(args.local_only);
        match client.logout(key, options) {
            Ok(outcome) => {
                forgotten(key, None, &store, settings);
                done.push(told(key, outcome, settings));
            }
            Err(error) => failures.push(errors::client(&error, Doing::Logout(key))),
        }
    }
    if settings.output.json {
        settings.output.document([("accounts", Value::Array(done))])?;
    }
    let mut failures = failures.into_iter();
    let Some(first) = failures.next() else {
        return Ok(Exit::Ok);
    };
    for failure in failures {
        if let Some(text) = failure.text(settings.paint()) {
            crate::output::tell(&text);
        }
    }
    Err(first)
}

/// Says what became of an account.
fn told(key: &Key, outcome: LoggedOut, settings: &Settings) -> Value {
    let account = label(key);
    let (word, text) = match outcome {
        LoggedOut::Revoked { unsupported: 0 } => ("yes", "revoked at the server, and forgotten".to_owned()),
        LoggedOut::Revoked { unsupported } => (
            "in part",
            format!(
                "forgotten; the server does not revoke {unsupported} of its tokens, which live on until they expire"
            ),
        ),
        LoggedOut::NotOffered => (
            "not offered",
            "forgotten; the server offers no revocation, so its tokens live until they expire".to_owned(),
        ),
        _ => ("no", "forgotten here; its tokens are still good at the server".to_owned()),
    };
    settings.output.say(&format!("{account}: {text}"));
    let mut object = Object::new();
    object.insert("account", Value::text(account));
    object.insert("revoked", Value::text(word));
    Value::Object(object)
}
