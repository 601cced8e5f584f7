//! How the limits of a transport and of a request meet.

use std::time::Duration;

use countersign_transport::Limits;
use countersign_wire::flow::{Handling, Purpose};

const SECOND: Duration = Duration::from_secs(1);

fn check(timeout: Option<Duration>, limit: Option<usize>, expected: Limits) {
    let mut handling = Handling::new(Purpose::Token);
    handling.timeout = timeout;
    handling.response_limit = limit;
    let found = Limits::default().within(Some(&handling));
    assert_eq!(found, expected);
    assert!(found.resolve + found.connect < found.total);
}

#[test]
fn a_request_tightens_and_never_widens() {
    let limits = Limits::default();
    check(None, None, limits);
    check(Some(60 * SECOND), Some(usize::MAX), limits);
    check(None, Some(10), limits.with_response_bytes(10));
    check(
        Some(6 * SECOND),
        None,
        limits.with_total(6 * SECOND).with_connect(3 * SECOND).with_resolve(2 * SECOND),
    );
}

#[test]
fn connecting_ends_before_the_total() {
    let limits =
        Limits::default().with_total(12 * SECOND).with_connect(60 * SECOND).with_resolve(60 * SECOND);
    let found = limits.within(None);
    assert_eq!((found.total, found.connect, found.resolve), (12 * SECOND, 6 * SECOND, 4 * SECOND));
    assert_eq!(Limits::default().within(None), Limits::default());
}
