//! A client that registers itself, whatever the network answers.
#![no_main]

use countersign_flow::Registration;
use countersign_fuzz::{once, server};
use countersign_wire::registration::ClientMetadata;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let server = server();
    let endpoint = server.registration_endpoint.as_ref().expect("the server has the endpoint");
    let flow = Registration::new(endpoint, ClientMetadata::native("Demo", ["http://127.0.0.1/"]));
    if let Some(registered) = once(flow, script) {
        assert!(!registered.client.id.as_str().is_empty());
    }
});
