//! One of the two processes that ask for a token at the same moment.

use core::time::Duration;
use std::io::{self, BufRead};

use crate::{
    commands::errors::{self, Doing},
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

const ACCOUNT: &str = "alice";

/// Says that it is ready, waits for the starting signal, and prints a token as `countersign token` does.
pub(super) fn run(settings: &Settings) -> Result<Exit, Failure> {
    let failed = |error| errors::client(&error, Doing::Reading);
    let alice = settings.client(&settings.store()?)?.account(ACCOUNT).map_err(failed)?;
    settings.output.line("READY")?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new(Exit::Other, "the starting signal did not come").because(error))?;
    settings.output.line(alice.token(Duration::ZERO).map_err(failed)?.access.secret.expose())?;
    Ok(Exit::Ok)
}
