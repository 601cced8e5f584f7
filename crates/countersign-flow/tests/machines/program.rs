//! The example runs as a test, in a world where things go wrong first.

use countersign_wire::{form, response::ErrorCode};
use http::Response;

use crate::support::env;

#[path = "../../examples/own_transport.rs"]
#[expect(dead_code, reason = "the example's own main is not called here")]
mod own_transport;

const TOKENS: &str = r#"{"access_token":"at","token_type":"bearer"}"#;

#[test]
fn the_example_survives_a_forged_callback_and_a_lost_connection() {
    let mut callbacks = 0;
    let mut browser = |url: &str| {
        callbacks += 1;
        let query = form::parse(url.split_once('?').unwrap().1).unwrap();
        let state = if callbacks == 1 { "forged" } else { query.first("state").unwrap() };
        format!("code=c0de&state={state}")
    };
    let mut requests = 0;
    let mut network = |_| {
        requests += 1;
        (requests > 1).then(|| Response::new(TOKENS.into()))
    };
    let redeemed = own_transport::sign_in(&env(), &mut browser, &mut network).unwrap();
    assert_eq!(redeemed.tokens.access.scopes.to_string(), "a b");
    assert_eq!((callbacks, requests), (2, 2));
}

#[test]
fn the_example_hears_a_no() {
    let mut browser = |url: &str| {
        let query = form::parse(url.split_once('?').unwrap().1).unwrap();
        format!("error=access_denied&state={}", query.first("state").unwrap())
    };
    let error = own_transport::sign_in(&env(), &mut browser, &mut |_| panic!("no request")).unwrap_err();
    let countersign_flow::Error::Refused(refusal) = error else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::AccessDenied);
}
