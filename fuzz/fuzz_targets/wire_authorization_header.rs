//! Header fields as a stranger sends them; the parameters of RFC 5849 survive being written and read again.
#![no_main]

use countersign_wire::header::{basic, bearer, challenge, oauth};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &str| {
    let _ = challenge::parse(field);
    let _ = bearer::parse(field);
    if let Ok(Some((id, secret))) = basic::parse(field) {
        let again = basic::parse(basic::print(&id, secret.expose()).expose());
        let (same_id, same_secret) = again.expect("what was printed is a field").expect("and Basic");
        assert!(id == same_id && secret.expose() == same_secret.expose());
    }
    if let Ok(Some(params)) = oauth::parse(field) {
        // The realm is not encoded, so it is no parameter that can be written like the others.
        if params.iter().any(|(name, _)| name.eq_ignore_ascii_case("realm")) {
            return;
        }
        let printed = oauth::print(None, &params).expect("there is no realm to refuse");
        #[cfg(feature = "planted")]
        let printed = countersign_token::Secret::new(printed.expose().replace("%2C", ","));
        #[cfg(feature = "planted")]
        let printed = countersign_token::Secret::new(printed.expose().replace("%22", "\""));
        let again = oauth::parse(printed.expose()).expect("what was printed is a field").expect("and OAuth");
        assert!(params.iter().eq(again.iter()));
    }
});
