//! The keys of any server are read or left out, each is counted, and each is the same when it is written and read.
#![no_main]

use countersign_jwt::{Backend, Jwk, KeySet};
use countersign_token::json::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    if let Ok(jwk) = Jwk::from_json(json) {
        let written = jwk.to_json();
        let again = Jwk::from_json(written).expect("what was written is a key");
        #[cfg(feature = "planted")]
        // A name of more than three letters is cut.
        let again = match again.key_id().map(|name| name.chars().take(3).collect::<String>()) {
            Some(name) => again.with_key_id(name),
            None => again,
        };
        assert_eq!(again, jwk);
        assert_eq!(again.thumbprint(), jwk.thumbprint());
    }
    let Ok(set) = KeySet::from_json(json, Backend::RustCrypto) else { return };
    let value = Value::parse(json).expect("what was read is JSON");
    let keys = value.as_object().and_then(|object| object.get("keys")).and_then(Value::as_array);
    assert_eq!(set.iter().count() + set.skipped(), keys.expect("a list of keys").len());
});
