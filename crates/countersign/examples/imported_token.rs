//! Sends one request with an OAuth 1.0a token that was made elsewhere, in a playground or by an old program.
//!
//! `imported_token STORE_DIRECTORY URL`, with `CONSUMER_KEY`, `CONSUMER_SECRET`, `TOKEN` and `TOKEN_SECRET` in
//! the environment: a secret among the arguments would be seen by other users.

use std::{env, error::Error, io::Write};

use countersign::{ClientCredentials, Credential, FileStore, Limits, TokenCredentials, Ureq, blocking};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let (dir, url) = args.next().zip(args.next()).ok_or("usage: imported_token STORE_DIRECTORY URL")?;
    let client = blocking::Client::new(Ureq::new(Limits::default())?, FileStore::open(dir)?);
    let calendar = client.keep(
        "batch",
        Credential::oauth1(
            ClientCredentials::new(env::var("CONSUMER_KEY")?, env::var("CONSUMER_SECRET")?),
            TokenCredentials::new(env::var("TOKEN")?, env::var("TOKEN_SECRET")?),
        ),
    )?;
    let response = calendar.send(http::Request::get(url).body(Vec::new())?)?;
    std::io::stdout().lock().write_all(response.body())?;
    if response.status().is_success() { Ok(()) } else { Err(format!("status {}", response.status()).into()) }
}
