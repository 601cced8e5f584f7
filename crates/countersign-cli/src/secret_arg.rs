//! Secrets given as options, without their standing in the process list.

use std::{
    env, fs,
    io::{self, Read},
    process::{Command, Stdio},
};

use countersign_token::Secret;

use crate::{exit::Exit, failure::Failure, keyring, person};

/// The largest secret that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Who else can see a secret, by the way it was given.
#[derive(Debug)]
pub(crate) enum Exposure {
    None,
    /// Whoever lists the processes.
    CommandLine,
    /// Whoever reads the file at this path.
    File(String),
}

/// Reads the secret that an option names: `-`, `@FILE`, `env:NAME`, `cmd:COMMAND`,
/// `keyring:SERVICE/USER`, or the plain value.
///
/// `-` is one line of standard input, so that several secrets are as many lines. One line feed at the end is
/// taken off a file and off what a command prints.
pub(crate) fn read(option: &str, value: &str) -> Result<(Secret, Exposure), Failure> {
    let failed = |why: String| failed(option, &why);
    if value == "-" {
        let line = person::read_line().map_err(|error| failed(error.to_string()))?;
        let line = line.ok_or_else(|| failed("standard input has ended".to_owned()))?;
        return Ok((line, Exposure::None));
    }
    let mut exposure = Exposure::None;
    let text = if let Some(path) = value.strip_prefix('@') {
        let broken = |error| failed(format!("{path}: {error}"));
        let mut file = fs::File::open(path).map_err(broken)?;
        if is_open_to_others(&file.metadata().map_err(broken)?) {
            exposure = Exposure::File(path.to_owned());
        }
        limited(&mut file).map_err(broken)?
    } else if let Some(name) = value.strip_prefix("env:") {
        let found = env::var(name);
        Secret::new(found.map_err(|_| failed(format!("the environment variable {name} is not set")))?)
    } else if let Some(command) = value.strip_prefix("cmd:") {
        run(command).map_err(|error| failed(error.to_string()))?
    } else if let Some(entry) = value.strip_prefix("keyring:") {
        let (service, user) = entry
            .split_once('/')
            .filter(|(service, user)| !service.is_empty() && !user.is_empty())
            .ok_or_else(|| {
                Failure::usage(format!("{option} names no entry of the keyring")).then("keyring:SERVICE/USER")
            })?;
        // As it is: nobody but a program puts a line end there.
        return keyring::secret(service, user).map(|secret| (secret, Exposure::None)).map_err(failed);
    } else {
        let exposure = if value.is_empty() { Exposure::None } else { Exposure::CommandLine };
        return Ok((Secret::new(value), exposure));
    };
    let line = text.expose();
    let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
    Ok((Secret::new(line), exposure))
}

/// Reads the secret file that an option names: a path, or what [`read`] takes, `-` being all of standard input.
pub(crate) fn read_file(option: &str, value: &str) -> Result<(Secret, Exposure), Failure> {
    if value == "-" {
        return limited(&mut io::stdin().lock())
            .map(|text| (text, Exposure::None))
            .map_err(|error| failed(option, &error.to_string()));
    }
    if ["@", "env:", "cmd:", "keyring:"].iter().any(|way| value.starts_with(way)) {
        return read(option, value);
    }
    read(option, &format!("@{value}"))
}

fn failed(option: &str, why: &str) -> Failure {
    Failure::new(Exit::NoAccount, format!("the value of {option} could not be read"))
        .because(why)
        .then("countersign help secrets")
}

/// Whether others than the owner may read it; a pipe or a device is nobody's file.
#[cfg(unix)]
fn is_open_to_others(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.is_file() && file.mode() & 0o044 != 0
}

#[cfg(not(unix))]
const fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
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
