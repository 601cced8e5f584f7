use core::time::Duration;
use std::{
    ffi::{OsStr, OsString},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use crate::{Error, ErrorKind, url};

/// How long a program gets to say that it failed. One that runs on is taken for the browser itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// Which program opens the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Opener {
    /// The platform's own: `xdg-open`, on macOS `open`, on Windows `url.dll`.
    Platform,
    /// A program, for instance what the environment variable `BROWSER` names: a name to be looked up or a
    /// path, never a command line.
    Program(OsString),
}

/// Opens an address in the person's browser.
///
/// Returns once the program has ended well, or after about a second if it is still running: it is a browser
/// then, which stays open, is not waited for, and survives an interrupt at this terminal.
///
/// # Errors
/// [`ErrorKind::Url`] for an address that may not be handed over; nothing is started then.
/// [`ErrorKind::OpenerNotStarted`] and [`ErrorKind::OpenerFailed`] when the program is missing or fails at
/// once; the person can then be asked to open the address by hand.
///
/// # Security
/// A malicious server chooses its authorization and verification addresses.
/// Only `https` and `http` to a loopback address in digits are handed over, as the one argument of the
/// program and never through a shell: no `file:`, no `javascript:`, no options, no user name, no control
/// character.
pub fn open_browser(url: &str, opener: &Opener) -> Result<(), Error> {
    open_browser_without(url, opener, [""; 0])
}

/// As [`open_browser`], with these environment variables withheld from the program: those in which the
/// caller was given secrets.
///
/// # Errors
/// Those of [`open_browser`].
pub fn open_browser_without(
    url: &str,
    opener: &Opener,
    variables: impl IntoIterator<Item = impl AsRef<OsStr>>,
) -> Result<(), Error> {
    url::check(url).map_err(ErrorKind::Url)?;
    let mut command = command(url, opener);
    for variable in variables {
        command.env_remove(variable);
    }
    let child = command.spawn().map_err(|source| Error::io(ErrorKind::OpenerNotStarted, source))?;
    first_moment(child)
}

fn command(url: &str, opener: &Opener) -> Command {
    let mut command = match opener {
        Opener::Program(program) => Command::new(program),
        Opener::Platform => platform(),
    };
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt as _;
        command.process_group(0);
    }
    command
}

#[cfg(windows)]
fn platform() -> Command {
    let mut command = Command::new("rundll32.exe");
    command.arg("url.dll,FileProtocolHandler");
    command
}

#[cfg(target_os = "macos")]
fn platform() -> Command {
    Command::new("/usr/bin/open")
}

#[cfg(not(any(windows, target_os = "macos")))]
fn platform() -> Command {
    Command::new("xdg-open")
}

/// Watches a program for a moment, and leaves it to a thread that only collects its exit status.
fn first_moment(mut child: Child) -> Result<(), Error> {
    let (sender, receiver) = mpsc::channel();
    // Without a thread the browser is open all the same; only its exit status is never collected.
    let _ = thread::Builder::new().spawn(move || {
        let _ = sender.send(child.wait());
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if !status.success() => Err(ErrorKind::OpenerFailed { code: status.code() }.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_platform_s_opener_gets_the_address_alone() {
        let command = command("https://as.example/?a=1&b=$(id)", &Opener::Platform);
        assert_eq!(command.get_program(), "xdg-open");
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["https://as.example/?a=1&b=$(id)"]);
    }
}
