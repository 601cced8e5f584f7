//! `countersign`: OAuth credentials at the command line.
//!
//! Data goes to standard output and nothing else does; people are spoken to on standard error.
//! The exit codes are a contract: see [`exit`].

mod args;
mod commands;
mod exit;
mod failure;
mod output;
mod secret_arg;
mod settings;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use crate::{args::Cli, exit::Exit, output::tell, settings::Settings};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that was asked for is data; a misuse is not.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            let _ = error.print();
            return exit.into();
        }
    };
    let settings = Settings::new(cli.global);
    match commands::run(cli.command, &settings) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            tell(&failure.to_string());
            failure.exit.into()
        }
    }
}
