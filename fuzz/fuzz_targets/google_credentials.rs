//! Whatever a credential file says, its secrets go to Google's hosts, and what is wrong with it is named.
#![no_main]

use countersign_flow::Source;
use countersign_fuzz::world;
use countersign_google::{ClientSecrets, Credentials, TrustedHosts};
use countersign_jwt::Backend;
use countersign_wire::flow::{Flow, Handling, Input, Purpose, Step};
use http::{Request, Response};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    #[cfg(not(feature = "planted"))]
    let hosts = TrustedHosts::google();
    #[cfg(feature = "planted")]
    // A file may name any host.
    let hosts = TrustedHosts::anyone();
    match ClientSecrets::from_json(file, &hosts) {
        Ok(client) => is_googles(client.server.token_endpoint.uri().host()),
        Err(error) => drop(error.to_string()),
    }
    let credentials = match Credentials::from_json(file, &hosts) {
        Ok(credentials) => credentials,
        Err(error) => return drop(error.to_string()),
    };
    for source in [
        credentials.source("drive", Backend::RustCrypto),
        credentials.id_token_source("https://service.example", Backend::RustCrypto),
    ] {
        let Ok(source) = source else { continue };
        // What such a file names may be a pipe, for which a fuzzer would wait.
        if !source.key().to_text().contains("file") {
            converse(&source);
        }
    }
});

/// Answers every request with something that leads on.
fn converse(source: &dyn Source) {
    let Ok(mut flow) = source.begin(None) else { return };
    let mut input = Input::Start;
    for _ in 0..8 {
        let step = world(0, |env| flow.step(input, env));
        input = match step {
            Ok(Step::Send(request)) => {
                check(&request);
                let body =
                    br#"{"access_token":"a","token_type":"Bearer","id_token":"h.p.s","accessToken":"b"}"#;
                Input::Response(Response::new(body.to_vec()))
            }
            Ok(Step::Wait(_)) => Input::Woken,
            Ok(Step::Done(_)) | Err(_) => return,
        };
    }
    panic!("a conversation without end");
}

/// Only where the token of another cloud is fetched is the host another's, and nothing of ours goes there.
fn check(request: &Request<Vec<u8>>) {
    let handling = request.extensions().get::<Handling>().expect("it is said what a request is for");
    match handling.purpose {
        Purpose::Metadata => assert!(request.body().is_empty()),
        _ => is_googles(request.uri().host()),
    }
}

fn is_googles(host: Option<&str>) {
    let host = host.unwrap_or_default().to_ascii_lowercase();
    assert!(host == "accounts.google.com" || host.ends_with(".googleapis.com"), "{host}");
}
