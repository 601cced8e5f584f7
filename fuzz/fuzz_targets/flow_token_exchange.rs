//! A token exchanged for another, whatever the network answers.
#![no_main]

use countersign_flow::{Exchanged, SecurityToken, TokenExchange, token_type};
use countersign_fuzz::{freely, server};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let flow = TokenExchange::new(&server().token_endpoint, &SecurityToken::new("s", token_type::JWT));
    match freely(flow, script) {
        Some(Exchanged::AccessToken { redeemed, .. }) => assert!(!redeemed.tokens.access.secret.is_empty()),
        Some(Exchanged::Other(issued)) => assert!(!issued.token.token_type.is_empty()),
        _ => {}
    }
});
