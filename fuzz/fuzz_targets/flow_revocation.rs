//! Tokens being revoked, whatever the network answers.
#![no_main]

use countersign_flow::Revocation;
use countersign_fuzz::{client, freely, server};
use countersign_token::RefreshToken;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let server = server();
    let endpoint = server.revocation_endpoint.as_ref().expect("the server has the endpoint");
    let token = RefreshToken::new("rt");
    let flow = Revocation::new(endpoint, &client()).refresh_token(&token).refresh_token(&token);
    if let Some(revoked) = freely(flow, script) {
        assert_eq!(revoked.revoked + revoked.unsupported, 2, "each token became something");
    }
});
