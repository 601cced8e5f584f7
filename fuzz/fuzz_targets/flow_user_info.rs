//! The claims of a user, whatever the network answers.
#![no_main]

use countersign_flow::{Bearer, UserInfo};
use countersign_fuzz::{freely, server};
use countersign_token::{AccessToken, Timestamp, TokenSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let server = server();
    let endpoint = server.userinfo_endpoint.as_ref().expect("the server has the endpoint");
    let tokens = TokenSet::new(AccessToken::bearer("at".into(), Timestamp::from_unix(0)));
    let flow = UserInfo::new(endpoint, Bearer, &tokens).expect_subject("u-1");
    if let Some(user) = freely(flow, script) {
        assert_eq!(user.subject, "u-1");
    }
});
