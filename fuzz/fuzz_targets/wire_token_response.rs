//! A token endpoint may answer anything, with any status; what is read holds together.
#![no_main]

use countersign_wire::{metadata::ServerMetadata, response::TokenResponse};
use http::Response;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // A first line with status and kind, and the body.
    let (head, body) = text.split_once('\n').unwrap_or(("200 json", text));
    let (status, kind) = head.split_once(' ').unwrap_or((head, ""));
    let content_type = match kind {
        "form" => "application/x-www-form-urlencoded",
        "text" => "text/html; charset=utf-8",
        _ => "application/json",
    };
    let status: u16 = status.parse().unwrap_or(200);
    let Ok(response) = Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.as_bytes().to_vec())
    else {
        return;
    };
    let parsed = TokenResponse::parse(&response);
    #[cfg(feature = "planted")]
    let parsed = parsed.map(|mut parsed| {
        // A client that takes a single scope for the token.
        if parsed.scopes.as_ref().is_some_and(|scopes| scopes.iter().count() == 1) {
            parsed.access_token = "".into();
        }
        parsed
    });
    if let Ok(parsed) = parsed {
        assert!(!parsed.access_token.expose().is_empty(), "a token is there");
    }
    let _ = ServerMetadata::parse(&response, "https://as.example");
});
