//! `countersign`: OAuth credentials at the command line.
//!
//! Data goes to standard output and nothing else does; people are spoken to on standard error.
//! The exit codes are a contract: see [`exit`].

mod args;
mod commands;
mod configuration;
mod directories;
mod exit;
mod failure;
mod interrupt;
mod keyring;
mod output;
mod paint;
mod person;
mod proxy;
mod secret_arg;
mod settings;
mod show;
mod signals;
mod storage;
mod terminal;
mod trace;

use std::process::ExitCode;

use crate::{
    args::Command, configuration::Configuration, exit::Exit, failure::Failure, output::tell,
    settings::Settings,
};

fn main() -> ExitCode {
    let (cli, origins) = match args::parse() {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help that was asked for is data; a misuse is not.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            let _ = error.print();
            return exit.into();
        }
    };
    let configuration = match &cli.command {
        // They are to work whatever the configuration says, and the tour is the same for everybody.
        Command::Demo(_) | Command::Help(_) | Command::Serve(_) | Command::Version => {
            Ok(Configuration::default())
        }
        _ => Configuration::read(cli.global.config.as_deref()),
    };
    let (configuration, broken) = match configuration {
        Ok(configuration) => (configuration, None),
        Err(failure) => (Configuration::default(), Some(failure)),
    };
    let settings = Settings::new(cli.global, origins, configuration);
    let ended = match broken {
        Some(failure) => Err(failure),
        None => interrupt::prepare(&cli.command).and_then(|()| commands::run(cli.command, &settings)),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => report(&failure, &settings).into(),
    }
}

fn report(failure: &Failure, settings: &Settings) -> Exit {
    if let Some(text) = failure.text(settings.paint()) {
        tell(&text);
    }
    failure.exit
}
