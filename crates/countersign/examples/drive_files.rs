//! Lists the files of a Drive, one name per line, and signs in only if nothing usable is stored.
//!
//! `drive_files CLIENT_SECRET_JSON STORE_DIRECTORY [BASE_URL]`

use std::{env, error::Error, io::Write};

use countersign::{FileStore, Limits, LoginOptions, Ureq, blocking, token::json::Value};

const DRIVE_METADATA: &str = "https://www.googleapis.com/auth/drive.metadata.readonly";

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = env::args().skip(1);
    let usage = "usage: drive_files CLIENT_SECRET_JSON STORE_DIRECTORY [BASE_URL]";
    let (secrets, dir) = args.next().zip(args.next()).ok_or(usage)?;
    let base = args.next().unwrap_or_else(|| "https://www.googleapis.com".into());

    let client = blocking::Client::new(Ureq::new(Limits::default())?, FileStore::open(dir)?);
    let login = LoginOptions::from_client_secrets(secrets)?.scopes([DRIVE_METADATA]);
    let drive = client.account_or_login("me", &login)?;

    let mut out = std::io::stdout().lock();
    let mut url = format!("{base}/drive/v3/files");
    loop {
        let mut request = http::Request::get(&url).body(Vec::new())?;
        request.headers_mut().insert("accept", "application/json".parse()?);
        let response = drive.send(request)?;
        if !response.status().is_success() {
            return Err(format!("the list was answered with {}", response.status()).into());
        }
        let list = Value::parse(response.body())?;
        let list = list.as_object().ok_or("the list is not an object")?;
        for file in list.get("files").and_then(Value::as_array).unwrap_or_default() {
            let name = file.as_object().and_then(|file| file.get("name")?.as_text());
            writeln!(out, "{}", name.unwrap_or("(a file without a name)"))?;
        }
        match list.get("nextPageToken").and_then(Value::as_text) {
            Some(token) => url = format!("{base}/drive/v3/files?pageToken={token}"),
            None => return Ok(()),
        }
    }
}
