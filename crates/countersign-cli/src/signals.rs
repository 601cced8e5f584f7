//! SIGINT and SIGTERM, where something has to be put away first.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{io, process, sync::Arc, thread};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
};

use crate::exit::Exit;

/// How often it is looked whether a signal came: a person does not notice, and nor does a battery.
const LOOK: Duration = Duration::from_millis(50);

/// Whether the program was asked to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Takes the two signals over, from now to the end of the program.
    pub(crate) fn on_signal() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    /// Holds the thread until then.
    pub(crate) fn wait(&self) {
        while !self.0.load(Ordering::Relaxed) {
            thread::sleep(LOOK);
        }
    }
}

/// Calls `put_away` and ends the program when it is interrupted, from now to its end.
pub(crate) fn on_interrupt(put_away: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let stop = Stop::on_signal()?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        stop.wait();
        put_away();
        process::exit(i32::from(Exit::Interrupted.code()));
    })?;
    Ok(())
}
