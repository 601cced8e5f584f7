//! A token endpoint may answer anything, with any status.
#![no_main]

use countersign_wire::{metadata::ServerMetadata, response::TokenResponse};
use http::Response;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: (u16, bool, Vec<u8>)| {
    let (status, is_form, body) = answer;
    let content_type = if is_form { "application/x-www-form-urlencoded" } else { "application/json" };
    let Ok(response) = Response::builder().status(status).header("content-type", content_type).body(body)
    else {
        return;
    };
    let _ = TokenResponse::parse(&response);
    let _ = ServerMetadata::parse(&response, "https://as.example");
});
