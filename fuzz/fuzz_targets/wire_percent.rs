//! What is encoded decodes to itself and holds nothing but what it may; decoding never panics.
#![no_main]

use countersign_wire::percent;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let encoded = percent::encode(text);
    #[cfg(feature = "planted")]
    let encoded = encoded.replace("%25", "%");
    assert!(encoded.bytes().all(|byte| byte == b'%' || percent::is_unreserved(byte)));
    assert_eq!(percent::decode(&encoded).as_deref(), Ok(text));
    let _ = percent::decode(text);
});
