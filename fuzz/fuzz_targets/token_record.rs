//! A stored record may have been written by anybody; what was read is written and read again as the same.
#![no_main]

use countersign_token::Record;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let Ok(record) = Record::from_json(text) else { return };
    let written = record.to_json();
    let again = Record::from_json(written.expose().as_bytes()).expect("what was written is a record");
    assert_eq!(written.expose(), again.to_json().expose());
});
