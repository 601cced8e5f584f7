//! A device that asks for a code and polls, whatever the network answers.
#![no_main]

use countersign_flow::DeviceAuthorization;
use countersign_fuzz::{client, freely, input, server, world};
use countersign_wire::flow::{Flow, Input, Step};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|script: &str| {
    let (first, rest) = script.split_once('\n').unwrap_or((script, ""));
    let mut flow = DeviceAuthorization::new(&server(), &client()).expect("the server has the endpoint");
    let step = world(0, |env| {
        flow.step(Input::Start, env)?;
        flow.step(input(first), env)
    });
    let Ok(Step::Done(pending)) = step else { return };
    assert!(!pending.user_code.contains(char::is_control) && !pending.interval.is_zero());
    let again = countersign_flow::PendingDevice::from_blob(&pending.to_blob()).expect("its own blob");
    assert!(again.user_code == pending.user_code && again.expires_at == pending.expires_at);
    if let Some(redeemed) = freely(pending.poll(), rest) {
        let token = redeemed.tokens.access.secret.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
    }
});
