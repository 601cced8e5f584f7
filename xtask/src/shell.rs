//! Commands, each printed before it runs.

use core::time::Duration;
use std::{
    env,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use crate::Outcome;

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // Asked for at run time first: two checkouts that share a target directory share this program too.
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        Path::new(&manifest).parent().unwrap_or(Path::new(".")).to_owned()
    })
}

/// Where builds go: cargo's own choice, a caller's `CARGO_TARGET_DIR` included.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |path| root().join(path))
}

/// The cargo that runs this task, in the root of the workspace.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).args(arguments);
    command
}

/// A program in the root of the workspace, with nothing to read.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Prints the command and runs it; any end but success is a failure.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let line = show(command);
    note(&format!("$ {line}"));
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("`{line}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}").into()) }
}

/// Runs the command and gives what it printed; its complaints go through.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let line = show(command);
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("`{line}`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{line}` ended with {}", output.status).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    core::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says something to whoever watches; a closed terminal is no reason to fail.
pub(crate) fn note(text: &str) {
    let _closed = writeln!(std::io::stderr(), "{text}");
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:7.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_or_is_missing_is_a_failure() {
        assert!(run(&mut cargo(["--version"])).is_ok());
        assert!(run(&mut cargo(["no-such-subcommand"])).is_err());
        assert!(capture(&mut Command::new("no-such-program")).is_err());
        assert!(capture(&mut cargo(["--version"])).unwrap().starts_with("cargo "));
    }
}
