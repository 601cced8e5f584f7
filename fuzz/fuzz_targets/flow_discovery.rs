//! The search for the metadata of an issuer and of a resource, whatever the network answers.
#![no_main]

use countersign_flow::{Discovery, ResourceDiscovery};
use countersign_fuzz::freely;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let server = Discovery::new("https://as.example/t").expect("an issuer");
    if let Some(metadata) = freely(server, script) {
        assert_eq!(metadata.issuer, "https://as.example/t");
    }
    let resource = ResourceDiscovery::new("https://api.example/v1").expect("a resource").or_parent();
    if let Some(metadata) = freely(resource, script) {
        assert!(
            ["https://api.example/v1", "https://api.example/", "https://api.example"]
                .contains(&&*metadata.resource)
        );
    }
});
