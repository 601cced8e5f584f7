//! An authorization request being pushed, whatever the network answers.
#![no_main]

use countersign_flow::AuthorizationRequest;
use countersign_fuzz::{client, freely, server, world};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let (server, client) = (server(), client());
    let flow = world(0, |env| AuthorizationRequest::new(&server, &client).push(env)).expect("a login");
    if let Some(pushed) = freely(flow, script) {
        assert!(pushed.url.starts_with("https://as.example/authorize?client_id=web&request_uri="));
        assert!(!pushed.url.contains([' ', '#', '\n']));
    }
});
