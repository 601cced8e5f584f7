//! Where a request may go.

use countersign_transport::{ErrorKind, policy};
use countersign_wire::flow::{Handling, Purpose, Sent};

fn check(uri: &str, link_local_http: bool, expected: Result<(), &str>) {
    let mut handling = Handling::new(Purpose::Metadata);
    handling.link_local_http = link_local_http;
    let uri = uri.parse().unwrap();
    match (policy::check_destination(&uri, Some(&handling)), expected) {
        (Ok(()), Ok(())) => {}
        (Err(error), Err(reason)) => {
            assert_eq!((error.kind(), error.sent()), (ErrorKind::Refused, Sent::No), "{uri}");
            assert!(error.to_string().contains(reason), "{uri}: {error}");
        }
        (found, expected) => panic!("{uri}: {found:?} instead of {expected:?}"),
    }
    if !link_local_http {
        assert_eq!(policy::check_destination(&uri, None).is_ok(), expected.is_ok(), "{uri}");
    }
}

#[test]
fn https_goes_anywhere() {
    for uri in ["https://example.com/token?a=b", "https://10.0.0.1/", "https://[fe80::1]:8443/", "HTTPS://a/"]
    {
        check(uri, false, Ok(()));
    }
}

#[test]
fn clear_text_goes_to_loopback_literals() {
    for uri in
        ["http://127.0.0.1/", "http://127.255.0.7:8080/", "http://[::1]:1/", "HTTP://[0:0:0:0:0:0:0:1]/"]
    {
        check(uri, false, Ok(()));
    }
}

#[test]
fn clear_text_goes_nowhere_else() {
    for uri in [
        "http://example.com/",
        "http://10.0.0.1/",
        "http://0.0.0.0/",
        "http://127.1/",
        "http://0177.0.0.1/",
        "http://0x7f.0.0.1/",
        "http://2130706433/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1./",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://169.254.169.254/",
        "http://[fe80::1]/",
        "http://metadata.google.internal/",
    ] {
        check(uri, false, Err("clear text goes to a loopback address only: use https"));
    }
    for uri in ["http://localhost/", "http://LocalHost:8080/"] {
        check(uri, false, Err("write 127.0.0.1 for localhost"));
    }
}

#[test]
fn link_local_takes_being_asked_for() {
    for uri in ["http://169.254.169.254/", "http://[fe80::1]:80/", "http://127.0.0.1/"] {
        check(uri, true, Ok(()));
    }
    for uri in ["http://169.253.0.1/", "http://[fec0::1]/", "http://metadata.google.internal/"] {
        check(uri, true, Err("clear text"));
    }
}

#[test]
fn what_hides_the_host_is_refused() {
    for uri in
        ["http://127.0.0.1:80@example.com/", "https://user:password@example.com/", "https://user@127.0.0.1/"]
    {
        check(uri, false, Err("user name"));
    }
    check("/token", false, Err("absolute URL"));
    check("example.com:443", false, Err("neither https nor http"));
    for uri in ["ftp://example.com/", "file://example.com/etc/passwd", "ws://127.0.0.1/"] {
        check(uri, false, Err("neither https nor http"));
    }
}
