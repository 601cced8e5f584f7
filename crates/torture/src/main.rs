//! Experiments that try to make a store lose, leak or mix credentials: `cargo xtask torture`.
//!
//! One program is both sides. Without a subcommand it runs the experiments; `torture worker` is the process
//! that they start, watch and kill.

use std::process::ExitCode;

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod content;
#[cfg(unix)]
mod crowd;
#[cfg(unix)]
mod directory;
#[cfg(unix)]
mod durability;
#[cfg(unix)]
mod experiments;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod loopback;
#[cfg(unix)]
mod plan;
#[cfg(unix)]
mod random;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod store;
#[cfg(unix)]
mod trace;
#[cfg(unix)]
mod worker;

/// What an experiment comes to when it could not be carried out; a store that fails it is in the [`report`].
type Result<T = ()> = core::result::Result<T, Box<dyn core::error::Error + Send + Sync>>;

#[cfg(unix)]
fn main() -> ExitCode {
    let done = arguments::read(lexopt::Parser::from_env()).and_then(|mode| match mode {
        arguments::Mode::Experiments { plan, only } => experiments::run(&plan, &only),
        arguments::Mode::Worker { store, role, arguments } => worker::run(&store, &role, &arguments),
    });
    ended(done)
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    ended(Err("the experiments need signals, so they run on Unix alone".into()))
}

fn ended(done: Result) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            let mut text = format!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                text.push_str(&format!(": {error}"));
                cause = error.source();
            }
            let _closed = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}
