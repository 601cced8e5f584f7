//! A look into a token, whatever the network answers: only a plain yes is one.
#![no_main]

use countersign_flow::{Introspected, Introspection};
use countersign_fuzz::{client, freely, server};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let server = server();
    let endpoint = server.introspection_endpoint.as_ref().expect("the server has the endpoint");
    let flow = Introspection::new(endpoint, &client(), &"at".into(), None);
    if let Some(Introspected::Active(token)) = freely(flow, script) {
        assert!(token.active && script.contains("true"));
    }
});
