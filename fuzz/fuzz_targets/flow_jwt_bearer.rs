//! A signed statement exchanged for a token, whatever the network answers.
#![no_main]

use countersign_flow::{JwtBearerGrant, assertion};
use countersign_fuzz::{client, freely, server};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let assertions = assertion::from_fn(|_| Ok(assertion::ready("h.p.s")));
    let flow = JwtBearerGrant::new(&server().token_endpoint, assertions, "files").client(&client());
    if let Some(redeemed) = freely(flow, script) {
        let token = redeemed.tokens.access.secret.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
