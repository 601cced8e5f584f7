//! One of the two processes that ask for a token at the same moment.

use std::io::{self, BufRead};

use crate::{commands::token_of, exit::Exit, failure::Failure, settings::Settings};

/// Says that it is ready, waits for the starting signal, and prints a token as `countersign token` does.
pub(crate) fn run(store: &str, settings: &Settings) -> Result<Exit, Failure> {
    let client = settings.client_at(store)?;
    settings.output.line("READY")?;
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new(Exit::Other, "the starting signal did not come").because(error))?;
    settings.output.line(&token_of(&client, "alice")?)?;
    Ok(Exit::Ok)
}
