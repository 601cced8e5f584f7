//! Secrets given as options, without their standing in the process list.

use std::{
    env, fs,
    io::{self, Read},
    process::{Command, Stdio},
};

use countersign_token::Secret;

use crate::{exit::Exit, failure::Failure, output::tell, person};

/// The largest secret that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads the secret that an option names: `-`, `@FILE`, `env:NAME`, `cmd:COMMAND`, or the plain value.
///
/// `-` is one line of standard input, so that several secrets are as many lines. One line feed at the end is
/// taken off a file and off what a command prints. A plain value is `visible` unless it came by the
/// environment.
pub(crate) fn read(option: &str, value: &str, visible: bool) -> Result<Secret, Failure> {
    let failed = |why: String| {
        Failure::new(Exit::NoAccount, format!("the value of {option} could not be read")).because(why)
    };
    if value == "-" {
        let line = person::read_line().map_err(|error| failed(error.to_string()))?;
        return line.ok_or_else(|| failed("standard input has ended".to_owned()));
    }
    let text = if let Some(path) = value.strip_prefix('@') {
        let file = fs::File::open(path).and_then(|mut file| limited(&mut file));
        file.map_err(|error| failed(format!("{path}: {error}")))?
    } else if let Some(name) = value.strip_prefix("env:") {
        let found = env::var(name);
        Secret::new(found.map_err(|_| failed(format!("the environment variable {name} is not set")))?)
    } else if let Some(command) = value.strip_prefix("cmd:") {
        run(command).map_err(|error| failed(error.to_string()))?
    } else if value.starts_with("keyring:") {
        return Err(Failure::usage(format!("{option} cannot be read from a keyring by this version"))
            .then("give it as -, @FILE, env:NAME or cmd:COMMAND"));
    } else {
        if visible && !value.is_empty() {
            tell(&format!(
                "warning: the value of {option} is visible to other users of this machine; \
                 give it as -, @FILE, env:NAME or cmd:COMMAND"
            ));
        }
        return Ok(Secret::new(value));
    };
    let line = text.expose();
    Ok(line.strip_suffix('\n').map_or(text.clone(), |line| line.strip_suffix('\r').unwrap_or(line).into()))
}

fn run(command: &str) -> io::Result<Secret> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child =
        Command::new(shell).arg(flag).arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let text = match child.stdout.take() {
        Some(mut out) => limited(&mut out),
        None => Ok(Secret::default()),
    };
    let status = child.wait()?;
    if status.success() { text } else { Err(io::Error::other(format!("the command ended with {status}"))) }
}

fn limited(source: &mut dyn Read) -> io::Result<Secret> {
    let mut text = String::new();
    let read = source.take(LARGEST.saturating_add(1)).read_to_string(&mut text)?;
    let text = Secret::new(text);
    if u64::try_from(read).is_ok_and(|read| read > LARGEST) {
        return Err(io::Error::other("it is longer than 1 MiB"));
    }
    Ok(text)
}
