//! A refresh, whatever the network answers.
#![no_main]

use countersign_flow::Refresh;
use countersign_fuzz::{client, once, server};
use countersign_token::RefreshToken;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let flow = Refresh::new(&server().token_endpoint, &client(), &RefreshToken::new("rt"), "files");
    if let Some(redeemed) = once(flow, script) {
        let token = redeemed.tokens.access.secret.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
