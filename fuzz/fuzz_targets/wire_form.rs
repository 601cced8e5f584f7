//! A form that was read can be written, and is then read as the same.
#![no_main]

use countersign_wire::form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(params) = form::parse(text) else { return };
    let printed = form::print(&params);
    #[cfg(feature = "planted")]
    let printed = printed.replace("%3D", "=");
    let again = form::parse(&printed).expect("what was printed is a form");
    assert!(params.iter().eq(again.iter()));
    // A query is a form behind a question mark.
    let uri = form::append_to_query("https://as.example/authorize", &params);
    let query = uri.split_once('?').map_or("", |(_, query)| query);
    assert!(params.iter().eq(form::parse(query).expect("what was appended is a form").iter()));
});
