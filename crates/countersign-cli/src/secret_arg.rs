//! Secrets given as options, without their standing in the process list.

use std::{
    env, fs,
    io::{self, Read},
    process::{Command, Stdio},
};

use countersign_token::Secret;

use crate::{
    exit::Exit,
    failure::Failure,
    output::tell,
};

/// The largest secret that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Reads the secret an option names: `-`, `@FILE`, `env:NAME`, `cmd:COMMAND`, or the plain value.
///
/// One line feed at the end is taken off: files and commands end in one.
pub(crate) fn read(option: &str, value: &str) -> Result<Secret, Failure> {
    let failed = |why: &dyn core::fmt::Display| {
        Failure::new(Exit::Usage, format!("the value of {option} could not be read")).because(why)
    };
    let text = if value == "-" {
        limited(&mut io::stdin().lock()).map_err(|error| failed(&error))?
    } else if let Some(path) = value.strip_prefix('@') {
        let mut file = fs::File::open(path).map_err(|error| failed(&format!("{path}: {error}")))?;
        limited(&mut file).map_err(|error| failed(&format!("{path}: {error}")))?
    } else if let Some(name) = value.strip_prefix("env:") {
        env::var(name).map_err(|_| failed(&format!("the environment variable {name} is not set")))?
    } else if let Some(command) = value.strip_prefix("cmd:") {
        run(command).map_err(|error| failed(&error))?
    } else {
        if !value.is_empty() {
            tell(&format!(
                "warning: the value of {option} is visible to other users of this machine; \
                 give it as -, @FILE, env:NAME or cmd:COMMAND"
            ));
        }
        value.to_owned()
    };
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    Ok(Secret::new(text))
}

fn run(command: &str) -> io::Result<String> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut child = Command::new(shell).arg(flag).arg(command).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let text = match child.stdout.take() {
        Some(mut out) => limited(&mut out),
        None => Ok(String::new()),
    };
    let status = child.wait()?;
    if status.success() { text } else { Err(io::Error::other(format!("the command ended with {status}"))) }
}

fn limited(source: &mut dyn Read) -> io::Result<String> {
    let mut text = String::new();
    let read = source.take(LARGEST + 1).read_to_string(&mut text)?;
    if read as u64 > LARGEST {
        return Err(io::Error::other("longer than 1 MiB"));
    }
    Ok(text)
}
