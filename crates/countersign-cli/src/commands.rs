//! What each command does.

pub(crate) mod account;
mod demo;
pub(crate) mod errors;
mod help;
mod jwt;
mod login;
mod logout;
mod oauth1;
mod request;
mod serve;
mod status;
mod store;
mod token;

use crate::{
    args::{Command, account::AccountCommand, oauth1::Oauth1Command},
    exit::Exit,
    failure::Failure,
    settings::Settings,
};

/// Does what the command says.
pub(crate) fn run(command: Command, settings: &Settings) -> Result<Exit, Failure> {
    match command {
        Command::Demo(args) => return demo::run(&args, settings),
        Command::Serve(command) => return serve::run(&command, settings),
        Command::Login(args) => login::run(&args, settings)?,
        Command::Token(args) => token::run(&args, settings)?,
        Command::Request(args) => return request::run(&args, settings),
        Command::Status(args) => return status::run(&args, settings),
        Command::Logout(args) => return logout::run(&args, settings),
        Command::Oauth1(Oauth1Command::Login(args)) => oauth1::login::run(&args, settings)?,
        Command::Oauth1(Oauth1Command::Sign(args)) => oauth1::sign::run(&args, settings)?,
        Command::Oauth1(Oauth1Command::Explain(args)) => oauth1::explain::run(&args, settings)?,
        Command::Oauth1(Oauth1Command::Verify(args)) => return oauth1::verify::run(&args, settings),
        Command::Jwt(command) => return jwt::run(&command, settings),
        Command::Account(AccountCommand::List) => return account::list::run(settings),
        Command::Account(AccountCommand::Show(args)) => return account::show::run(&args, settings),
        Command::Account(AccountCommand::Use(args)) => account::choice::run(&args, settings)?,
        Command::Account(AccountCommand::Rename(args)) => account::rename::run(&args, settings)?,
        Command::Account(AccountCommand::Remove(args)) => account::remove::run(&args, settings)?,
        Command::Account(AccountCommand::Export(args)) => account::export::run(&args, settings)?,
        Command::Account(AccountCommand::Import(args)) => account::import::run(&args, settings)?,
        Command::Store(command) => return store::run(&command, settings),
        Command::Help(args) => help::run(&args, settings)?,
        Command::Version => version(settings)?,
    }
    Ok(Exit::Ok)
}

fn version(settings: &Settings) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    if settings.output.json {
        return settings.output.document([("version", countersign_token::json::Value::text(version))]);
    }
    settings.output.line(&format!("countersign {version}"))
}
