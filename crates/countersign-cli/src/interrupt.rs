//! What an interrupt does: the process ends with 130, whoever looks at it.
//!
//! Death by the signal is reported as 130 by a shell and as something else by everybody else, so the code is
//! given outright. The listener, the locks and the browser's process group all end with the process.

use core::sync::atomic::AtomicBool;
use std::sync::Arc;

use signal_hook::{consts::SIGINT, flag};

use crate::{args::Command, exit::Exit, failure::Failure};

/// Has an interrupt end the process, unless the command stops in its own way.
pub(crate) fn prepare(command: &Command) -> Result<(), Failure> {
    if matches!(command, Command::Serve(_) | Command::Demo(_)) {
        return Ok(());
    }
    let always = Arc::new(AtomicBool::new(true));
    flag::register_conditional_shutdown(SIGINT, i32::from(Exit::Interrupted.code()), always)
        .map(drop)
        .map_err(|error| Failure::new(Exit::Other, "interrupts cannot be watched for").because(error))
}
