//! Prints the first page of a Drive's files, and signs in only if nothing usable is stored.

use countersign::{FileStore, Limits, LoginOptions, Ureq, blocking};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = blocking::Client::new(Ureq::new(Limits::default())?, FileStore::open("credentials")?);
    let login = LoginOptions::from_client_secrets("client_secret.json")?
        .scopes(["https://www.googleapis.com/auth/drive.metadata.readonly"]);
    let drive = client.account_or_login("me", &login)?;

    let base = std::env::args().nth(1).unwrap_or("https://www.googleapis.com".into());
    let mut request = http::Request::get(format!("{base}/drive/v3/files")).body(vec![])?;
    drive.authorize(&mut request)?; // for an HTTP client of one's own, or at once:
    let response = drive.send(request)?;
    println!("{}", String::from_utf8_lossy(response.body()));
    Ok(())
}
