//! What an interrupt does: the process ends with 130, whoever looks at it.
//!
//! Death by the signal is reported as 130 by a shell and as something else by everybody else, so the code is
//! given outright. The listener, the locks and the browser's process group all end with the process.

use core::sync::atomic::{AtomicBool, Ordering};
use std::{
    io,
    sync::{Arc, LazyLock},
};

use signal_hook::{consts::SIGINT, flag};

use crate::{args::Command, exit::Exit, failure::Failure, signals};

/// Whether the process ends where it is.
static AT_ONCE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Has an interrupt end the process, unless the command stops in its own way.
pub(crate) fn prepare(command: &Command) -> Result<(), Failure> {
    if matches!(command, Command::Serve(_) | Command::Demo(_)) {
        return Ok(());
    }
    flag::register_conditional_shutdown(SIGINT, i32::from(Exit::Interrupted.code()), Arc::clone(&AT_ONCE))
        .map(drop)
        .map_err(|error| Failure::new(Exit::Other, "interrupts cannot be watched for").because(error))
}

/// While it is held, an interrupt puts something away before the process ends.
#[derive(Debug)]
pub(crate) struct Careful(());

/// Has `put_away` called before an interrupt ends the process, for as long as the answer is held.
#[cfg_attr(not(unix), expect(dead_code, reason = "only a Unix terminal is changed"))]
pub(crate) fn carefully(put_away: impl FnOnce() + Send + 'static) -> io::Result<Careful> {
    signals::on_interrupt(put_away)?;
    AT_ONCE.store(false, Ordering::Relaxed);
    Ok(Careful(()))
}

impl Drop for Careful {
    fn drop(&mut self) {
        AT_ONCE.store(true, Ordering::Relaxed);
    }
}
