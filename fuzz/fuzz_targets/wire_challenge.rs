//! `WWW-Authenticate` as anybody may write it: what is printed is read as the same.
#![no_main]

use countersign_wire::header::challenge;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &str| {
    let Ok(challenges) = challenge::parse(field) else { return };
    for challenge in challenges {
        let printable = |text: &String| text.chars().all(|char| matches!(char, ' '..='~'));
        if !challenge.params.iter().all(|(_, value)| printable(value)) {
            continue;
        }
        let printed = challenge.to_string();
        #[cfg(feature = "planted")]
        let printed = printed.replace("\\\"", "\"");
        let again = challenge::parse(&printed).expect("what was printed is a field");
        assert_eq!(again, [challenge], "{printed}");
    }
});
