//! `jwt`: tokens signed, checked and shown.

mod decode;
mod keys;
mod sign;
mod verify;

use countersign_jwt::{Backend, Claims, Unverified};
use countersign_token::{Secret, Timestamp, json::Value};
use countersign_wire::text::sanitise;

use crate::{args::jwt::JwtCommand, exit::Exit, failure::Failure, secret_arg, settings::Settings};

/// The library of the arithmetic, which is the one of TLS too.
const BACKEND: Backend = Backend::AwsLcRs;

/// The longest line of a token that is shown to a person, in characters.
const LONGEST: usize = 2000;

pub(crate) fn run(command: &JwtCommand, settings: &Settings) -> Result<Exit, Failure> {
    match command {
        JwtCommand::Decode(args) => decode::run(args, settings).map(|()| Exit::Ok),
        JwtCommand::Verify(args) => verify::run(args, settings),
        JwtCommand::Sign(args) => sign::run(args, settings).map(|()| Exit::Ok),
    }
}

/// The token that was given; in clear it is no reason for a warning, for tokens are short-lived and are pasted.
fn token(value: &str) -> Result<Secret, Failure> {
    let (token, _) = secret_arg::read("TOKEN", value)?;
    Ok(Secret::new(token.expose().trim()))
}

/// A JSON value for a terminal: on lines, and without what a terminal would obey.
fn shown(value: &Value) -> String {
    let json = value.to_json_pretty();
    let line = |line: &str| {
        let indent = line.len() - line.trim_start().len();
        format!("{}{}", " ".repeat(indent), sanitise(line, LONGEST))
    };
    json.expose().lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The times of a token in words, each on a line.
fn times(claims: &Claims) -> Vec<String> {
    let names = [("iat", "made at"), ("nbf", "holds from"), ("exp", "holds until")];
    let line = |(name, words): (&str, &str)| {
        let seconds = match claims.get(name)? {
            Value::Integer(seconds) => i64::try_from(*seconds).ok()?,
            _ => return None,
        };
        Some(format!("{words} {}", Timestamp::from_unix(seconds)))
    };
    names.into_iter().filter_map(line).collect()
}

/// The header and the claims of a token that was split.
fn parts(token: &Unverified<'_>) -> Result<(Value, Claims), countersign_jwt::Error> {
    Ok((Value::Object(token.header().clone()), token.claims()?))
}
