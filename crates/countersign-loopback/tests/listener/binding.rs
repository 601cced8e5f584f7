//! Where the listener listens.

use std::net::TcpListener;

use countersign_loopback::{ErrorKind, Listener, Options};

use crate::browser::{PATH, options};

#[test]
fn only_a_loopback_address_is_bound() {
    let listener = Listener::bind(&options()).unwrap();
    let address = listener.local_addr();
    assert!(address.ip().is_loopback());
    assert_ne!(address.port(), 0);
    assert_eq!(listener.redirect_uri(), format!("http://{address}{PATH}"));
}

#[test]
fn a_given_port_is_taken_in_its_turn() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let (taken_port, free_port) = (taken.local_addr().unwrap().port(), free.local_addr().unwrap().port());
    drop(free);
    let listener = Listener::bind(&options().with_ports([taken_port, free_port])).unwrap();
    assert_eq!(listener.local_addr().port(), free_port);

    let error = Listener::bind(&options().with_ports([taken_port])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PortsTaken);
    assert!(error.is_transient());
}

#[test]
fn a_path_is_what_a_browser_repeats_unchanged() {
    for path in ["/", "/callback", "/callback/", "/a/b-c._~9"] {
        assert!(Listener::bind(&Options::new("Example", path)).is_ok(), "{path}");
    }
    let long = format!("/{}", "a".repeat(512));
    for path in [
        "",
        "callback",
        "//",
        "//host/",
        "/a//b",
        "/.",
        "/a/../b",
        "/a/.",
        "/a?b",
        "/a#b",
        "/a b",
        "/%41",
        "/ä",
        "/a\r\nX: y",
        "/a\\b",
        &long,
    ] {
        let error = Listener::bind(&Options::new("Example", path)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Path, "{path:?}");
    }
}
