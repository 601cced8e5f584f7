//! An export comes out of a mail or a terminal; however it was wrapped on the way, it is read as the same.
#![no_main]

use countersign_store_sealed::export::{self, Export};
use libfuzzer_sys::fuzz_target;

/// What a mailer puts between two lines.
const WRAP: &str = if cfg!(feature = "planted") { "\r\n# " } else { "\r\n> " };

fuzz_target!(|text: &[u8]| {
    let Ok(text) = core::str::from_utf8(text) else { return };
    let parsed = Export::parse(text);
    let wrapped: String = text.split_inclusive(['\n', ' ']).flat_map(|part| [part, WRAP]).collect();
    assert_eq!(Export::parse(&wrapped).is_ok(), parsed.is_ok());
    let Ok(records) = parsed.and_then(|export| export.open(None)) else { return };
    let again = export::clear(&records).expect("what was read is not too big");
    let again = Export::parse(again.expose()).and_then(|export| export.open(None));
    assert_eq!(again.expect("what was written is an export").len(), records.len());
});
