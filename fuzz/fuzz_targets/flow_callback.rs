//! What comes back by the redirect URI, from anybody: a code counts only with the state, once.
#![no_main]

use countersign_flow::{AuthorizationRequest, Callback, PendingAuthorization};
use countersign_fuzz::{client, server, world};
use countersign_wire::form;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|query: &str| {
    let (server, client) = (server(), client());
    let (_, pending) =
        world(0, |env| AuthorizationRequest::new(&server, &client).begin(env)).expect("a login");
    let blob = pending.to_blob();
    let state = pending.state().clone();
    let by_form = PendingAuthorization::from_blob(&blob).expect("its own blob");
    for (answer, text) in [(pending.callback(query), query), (by_form.form_post(query), query)] {
        let ours = match answer {
            Ok(Callback::Ours(_)) => true,
            Ok(Callback::NotOurs(pending)) => {
                assert!(pending.state().ct_eq(&state), "the same login comes back");
                // A client that is content with the state being somewhere.
                cfg!(feature = "planted") && text.contains(state.expose()) && text.contains("code=")
            }
            Err(_) => false,
        };
        if ours {
            // Cut by hand, and not by the reader under test.
            let pairs = text.trim().split(['?', '&', '#']);
            let states = pairs.filter_map(|pair| pair.split_once('=')).filter(|(name, _)| is(name, "state"));
            assert_eq!(
                states.filter(|(_, value)| is(value, state.expose())).count(),
                1,
                "with the state, once"
            );
        }
    }
});

fn is(text: &str, expected: &str) -> bool {
    form::decode(text).is_ok_and(|text| text == expected)
}
