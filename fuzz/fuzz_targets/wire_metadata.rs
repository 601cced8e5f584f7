//! Documents of servers and of resources, as anybody may write them: one of another is never taken for it.
#![no_main]

use countersign_wire::{
    metadata::{ResourceMetadata, ServerMetadata},
    registration::RegistrationResponse,
    response::{DeviceResponse, IntrospectionResponse, PushedResponse, Tolerance},
};
use http::Response;
use libfuzzer_sys::fuzz_target;

const ISSUER: &str = "https://as.example";

fuzz_target!(|text: &str| {
    let response = Response::builder().header("content-type", "application/json");
    let response = response.body(text.as_bytes().to_vec()).expect("a response");
    // A client that does not mind a slash.
    #[cfg(feature = "planted")]
    let slashed = ServerMetadata::parse(&response, "https://as.example/");
    #[cfg(not(feature = "planted"))]
    let slashed = ServerMetadata::parse(&response, ISSUER);
    for metadata in [ServerMetadata::parse(&response, ISSUER), slashed].into_iter().flatten() {
        assert_eq!(metadata.issuer, ISSUER);
        // What is written is read as the same.
        let again = Response::new(metadata.to_json(&[]).into_bytes());
        assert_eq!(ServerMetadata::parse(&again, ISSUER).expect("its own document"), metadata);
    }
    if let Ok(metadata) = ResourceMetadata::parse(&response, "https://api.example") {
        assert_eq!(metadata.resource, "https://api.example");
    }
    for tolerance in [Tolerance::default(), Tolerance::strict()] {
        if let Ok(device) = DeviceResponse::parse_with(&response, &tolerance) {
            assert!(!device.user_code.contains(char::is_control) && !device.device_code.is_empty());
            assert!(!tolerance.strict || device.oddities.is_empty());
        }
        let _ = PushedResponse::parse_with(&response, &tolerance);
    }
    if let Ok(token) = IntrospectionResponse::parse(&response) {
        assert!(!token.active || text.contains("true"));
    }
    let _ = RegistrationResponse::parse(&response);
});
