//! `serve provider`: the provider on loopback, until it is told to stop.

use countersign_provider_axum::embedded::Server;

use crate::{
    args::{ServeCommand, ServeProviderArgs},
    exit::Exit,
    failure::Failure,
    settings::Settings,
    signals::Stop,
};

pub(crate) fn run(command: &ServeCommand, settings: &Settings) -> Result<Exit, Failure> {
    match command {
        ServeCommand::Provider(args) => provider(args, settings),
    }
}

fn provider(args: &ServeProviderArgs, settings: &Settings) -> Result<Exit, Failure> {
    let (server, stop) = start(args.port)?;
    settings.output.line(&format!("READY {}", server.url()))?;
    settings.output.say("users alice and bob, password demo; Ctrl-C stops it");
    stop.wait();
    end(server)
}

/// The seeded provider on this port of 127.0.0.1, and what tells when it is to end.
pub(crate) fn start(port: u16) -> Result<(Server, Stop), Failure> {
    // Before it says that it is ready, so that who heard it may stop it.
    let stop = Stop::on_signal()
        .map_err(|error| Failure::new(Exit::Other, "signals cannot be watched for").because(error))?;
    Ok((start_server(port)?, stop))
}

/// The seeded provider on this port of 127.0.0.1.
pub(crate) fn start_server(port: u16) -> Result<Server, Failure> {
    Server::start_demo(port).map_err(|error| {
        Failure::new(Exit::Other, "the provider could not be started")
            .because_of(&error)
            .then("leave --port out for a free one")
    })
}

pub(crate) fn end(server: Server) -> Result<Exit, Failure> {
    server
        .stop()
        .map_err(|error| Failure::new(Exit::Other, "the provider ended by itself").because_of(&error))?;
    Ok(Exit::Ok)
}
