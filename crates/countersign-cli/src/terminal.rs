//! The terminal itself, for what must not be typed into a pipe.

use countersign_token::Secret;

use crate::failure::Failure;

/// Asks a question at the terminal and reads the answer unseen; `None` where nobody sits at one.
#[cfg(unix)]
pub(crate) fn ask_secret(question: &str) -> Result<Option<Secret>, Failure> {
    use std::{
        fs::OpenOptions,
        io::{self, BufRead, BufReader, IsTerminal, Read, Write},
    };

    use crate::exit::Exit;

    // Who redirects standard error does not look at this terminal either.
    if !io::stderr().is_terminal() {
        return Ok(None);
    }
    let Ok(mut terminal) = OpenOptions::new().read(true).write(true).open("/dev/tty") else {
        return Ok(None);
    };
    let failed = |error: io::Error| {
        Failure::new(Exit::Other, "the terminal cannot be read")
            .because(error)
            .then("countersign help secrets")
    };
    let unseen = Unseen::begin(terminal.try_clone().map_err(failed)?)?;
    write!(terminal, "{question}").and_then(|()| terminal.flush()).map_err(failed)?;
    let mut line = zeroize::Zeroizing::new(String::with_capacity(4096));
    let read = BufReader::new(terminal.try_clone().map_err(failed)?).take(4096).read_line(&mut line);
    drop(unseen);
    let _ = writeln!(terminal);
    read.map_err(failed)?;
    Ok(Some(Secret::new(line.trim_end_matches(['\n', '\r']))))
}

#[cfg(not(unix))]
pub(crate) fn ask_secret(_: &str) -> Result<Option<Secret>, Failure> {
    Ok(None)
}

/// The terminal without echo, until it is dropped or the program is interrupted.
#[cfg(unix)]
struct Unseen {
    terminal: std::fs::File,
    before: rustix::termios::Termios,
    _careful: Option<crate::interrupt::Careful>,
}

#[cfg(unix)]
impl Unseen {
    fn begin(terminal: std::fs::File) -> Result<Self, Failure> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

        let failed = |error: rustix::io::Errno| {
            Failure::new(crate::exit::Exit::Other, "the terminal cannot be told not to echo").because(error)
        };
        let before = tcgetattr(&terminal).map_err(failed)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &quiet).map_err(failed)?;
        // An interrupt must not leave the shell without echo.
        let careful = terminal.try_clone().and_then(|terminal| {
            let before = before.clone();
            crate::interrupt::carefully(move || {
                let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
            })
        });
        Ok(Self { terminal, before, _careful: careful.ok() })
    }
}

#[cfg(unix)]
impl Drop for Unseen {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}
