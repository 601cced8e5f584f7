//! A login with the OAuth library of your choice: this crate brings the browser there and the answer back.
//!
//! `cargo run --example any_library -- https://as.example/authorize my-client-id`

use core::error::Error;
use std::{env, fs::File, io::Read as _, process::ExitCode};

use countersign_loopback::{Callback, ErrorKind, Listener, Opener, Options, Verdict, open_browser};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(endpoint), Some(client_id)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: any_library AUTHORIZATION-ENDPOINT CLIENT-ID");
        return ExitCode::from(2);
    };
    match login(&endpoint, &client_id) {
        Ok(code) => {
            println!("a code of {} characters, to be redeemed by your library", code.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("no login: {error}");
            ExitCode::FAILURE
        }
    }
}

fn login(endpoint: &str, client_id: &str) -> Result<String, Box<dyn Error>> {
    // The listener comes first: its port is part of the address the browser is sent to.
    let listener = Listener::bind(&Options::new("Any library", format!("/callback/{}", random()?)))?;
    let state = random()?;
    // Your library writes this address, with PKCE; it only has to take the redirect URI as it is.
    let redirect_uri = encode(listener.redirect_uri());
    let url = format!(
        "{endpoint}?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&state={state}"
    );
    let opener = env::var_os("BROWSER").map_or(Opener::Platform, Opener::Program);
    match open_browser(&url, &opener) {
        Ok(()) => eprintln!("Your browser asks you to sign in."),
        Err(error) if matches!(error.kind(), ErrorKind::Url(_)) => return Err(error.into()),
        Err(error) => eprintln!("{error}.\nPlease open this address in a browser of this machine:\n{url}"),
    }
    listener.wait(Listener::DEADLINE, |callback| judge(callback, &state))?
}

/// Refusals need the right state as much as codes do, or any web page could end the login.
fn judge(callback: &Callback, state: &str) -> Verdict<Result<String, Box<dyn Error>>> {
    // Your library compares in constant time, and gives you the error the server sent.
    if callback.parameter("state").as_deref() != Some(state) {
        return Verdict::NotOurs;
    }
    match callback.parameter("code") {
        Some(code) => Verdict::Ours(Ok(code)),
        None => Verdict::OursFailed(Err("the server refused".into())),
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// 128 random bits as text. Most OAuth libraries bring a function for this.
fn random() -> Result<String, std::io::Error> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
