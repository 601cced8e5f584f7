//! No public type prints a secret.

use countersign_provider::{RegisteredClient, User, state::Consumer};
use countersign_provider_axum::{Account, Config, Error, ErrorKind, SampleFile, Service, embedded::Server};
use testkit::{assert_no_canary, canary::SECRET};

fn config(issuer: String) -> Result<Config, Error> {
    let mut config = Config::demo(issuer)?;
    config.accounts.push(Account::new(User::new("x", "x"), SECRET));
    config.clients.push(RegisteredClient::confidential("x", "x", SECRET, []));
    config.consumers.push(Consumer::new("x", "x", SECRET, []));
    Ok(config)
}

#[test]
fn no_public_type_prints_a_secret() {
    let issuer = || String::from("http://127.0.0.1:1");
    assert_no_canary! {
        Account => Account::new(User::new("x", "x"), SECRET),
        Config => config(issuer()).unwrap(),
        Error, Display => Config::new(SECRET).unwrap_err(),
        ErrorKind => ErrorKind::Listen,
        SampleFile => config(issuer()).unwrap().accounts.remove(0).files.remove(0),
        Server => Server::start_with(0, config).unwrap(),
        Service => Service::new(config(issuer()).unwrap()).unwrap(),
    }
}
