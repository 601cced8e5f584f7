//! What an error says, and what a flow is told of it.

use std::{error::Error as _, io};

use countersign_transport::{Error, ErrorKind};
use countersign_wire::flow::{Failure, Sent};

fn check(kind: ErrorKind, transient: bool, text: &str) {
    let uri = "https://example.com:8443/path?query".parse().unwrap();
    for sent in [Sent::No, Sent::Maybe] {
        let error = Error::new(kind, sent).at(&uri);
        assert_eq!(error.failure(), Failure { sent, transient });
        assert_eq!((error.kind(), error.is_transient(), error.sent()), (kind, transient, sent));
        assert_eq!(error.to_string(), text);
        assert_eq!(error.place(), Some("example.com:8443"));
    }
}

#[test]
fn each_kind_has_one_clause() {
    check(ErrorKind::Refused, false, "the request was not sent to example.com:8443");
    check(ErrorKind::Resolve, true, "no address found for example.com:8443");
    check(ErrorKind::Connect, true, "no connection to example.com:8443");
    check(ErrorKind::Tls, false, "no trusted connection to example.com:8443");
    check(ErrorKind::Timeout, true, "no answer in time from example.com:8443");
    check(ErrorKind::TooBig, false, "the response is too big from example.com:8443");
    check(ErrorKind::Io, true, "the connection broke to example.com:8443");
    check(ErrorKind::Protocol, false, "the answer is not HTTP from example.com:8443");
}

#[test]
fn a_reason_follows_and_a_cause_is_not_repeated() {
    let refused = io::Error::from_raw_os_error(111);
    let error = Error::new(ErrorKind::Connect, Sent::No).because("the proxy said no").caused_by(&refused);
    assert_eq!(error.to_string(), "no connection: the proxy said no");
    assert_eq!(error.source().unwrap().to_string(), refused.to_string());
}

#[test]
fn a_cause_made_by_a_library_is_left_out() {
    let error = Error::new(ErrorKind::Io, Sent::Maybe).caused_by(&io::Error::other("Bearer abc"));
    assert!(error.source().is_none());
    assert!(!format!("{error:?}").contains("Bearer"));
}
