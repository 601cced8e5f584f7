//! A code being redeemed, whatever the network answers.
#![no_main]

use countersign_flow::{AuthorizationRequest, Callback};
use countersign_fuzz::{client, once, server, world};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let (server, client) = (server(), client());
    let (_, pending) =
        world(0, |env| AuthorizationRequest::new(&server, &client).begin(env)).expect("a login");
    let query = format!("code=c&state={}", pending.state().expose());
    let Ok(Callback::Ours(code)) = pending.callback(&query) else { panic!("the state is right") };
    if let Some(redeemed) = once(code.redeem(), script) {
        let token = redeemed.tokens.access.secret.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
