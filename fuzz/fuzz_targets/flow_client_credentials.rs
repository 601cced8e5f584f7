//! A client that asks for itself, whatever the network answers.
#![no_main]

use countersign_flow::ClientCredentialsGrant;
use countersign_fuzz::{client, freely, server};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let flow = ClientCredentialsGrant::new(&server().token_endpoint, &client(), "files");
    if let Some(redeemed) = freely(flow, script) {
        let token = redeemed.tokens.access.secret.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
