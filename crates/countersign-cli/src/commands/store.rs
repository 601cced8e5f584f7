//! The store as such: where it is, whether it is healthy, and another one in its place.

mod doctor;
mod files;
mod info;
mod migrate;

use crate::{args::store::StoreCommand, exit::Exit, failure::Failure, settings::Settings};

pub(crate) fn run(command: &StoreCommand, settings: &Settings) -> Result<Exit, Failure> {
    match command {
        StoreCommand::Info => info::run(settings).map(|()| Exit::Ok),
        StoreCommand::Doctor(args) => doctor::run(args, settings),
        StoreCommand::Migrate(args) => migrate::run(args, settings).map(|()| Exit::Ok),
    }
}
