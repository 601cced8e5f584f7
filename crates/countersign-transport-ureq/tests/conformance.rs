//! Ureq keeps the contract of transports.

use std::{net::TcpListener, time::Duration};

use countersign_transport::{
    ErrorKind, Limits, Transport,
    conformance::{self, Server},
};
use countersign_transport_ureq::Ureq;
use countersign_wire::flow::{Handling, Purpose, Sent};
use http::Request;

#[test]
fn every_case_holds() {
    let violations = conformance::run(&Ureq::new(conformance::limits()).unwrap()).unwrap();
    assert!(violations.is_empty(), "{violations:#?}");
}

#[test]
fn any_method_is_sent() {
    let server = Server::start().unwrap();
    let request = Request::builder().method("PURGE").uri(server.url("/echo")).body(Vec::new()).unwrap();
    let response = Ureq::new(Limits::default()).unwrap().send(request).unwrap();
    assert!(response.body().starts_with(b"PURGE /echo "));
}

#[test]
fn a_connection_is_kept_for_the_next_request() {
    let server = Server::start().unwrap();
    let transport = Ureq::new(Limits::default()).unwrap();
    let mut handling = Handling::new(Purpose::Token);
    handling.timeout = Some(Duration::from_secs(5));
    for request in [
        Request::get(server.url("/ok")),
        Request::post(server.url("/echo")),
        Request::get(server.url("/ok")).extension(handling),
    ] {
        transport.clone().send(request.body(Vec::new()).unwrap()).unwrap();
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_name_without_address_was_not_sent_to() {
    let transport = Ureq::new(Limits::default()).unwrap();
    // A label longer than RFC 1035 §2.3.4 allows: no query leaves the machine for it.
    let host = format!("{}.invalid", "a".repeat(64));
    let request = Request::post(format!("https://{host}/token")).body(b"code=1".to_vec()).unwrap();
    let error = transport.send(request).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Resolve, Sent::No), "{error:?}");
    assert_eq!(error.to_string(), format!("no address found for {host}"));
}

#[test]
fn a_handshake_without_answer_was_not_sent() {
    // Connections wait in the backlog of a listener that never accepts.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let transport = Ureq::new(Limits::default()).unwrap();
    let mut handling = Handling::new(Purpose::Token);
    handling.timeout = Some(Duration::from_secs(1));
    let url = format!("https://{}/token", listener.local_addr().unwrap());
    let request = Request::post(url).extension(handling).body(b"code=1".to_vec()).unwrap();
    let error = transport.send(request).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Timeout, Sent::No), "{error:?}");
}

#[test]
fn an_address_of_the_own_link_is_tried_when_asked_for() {
    let transport = Ureq::new(Limits::default()).unwrap();
    let mut handling = Handling::new(Purpose::Metadata);
    handling.link_local_http = true;
    handling.timeout = Some(Duration::from_millis(200));
    // Without a zone the system cannot connect to it; what matters is that it is not refused.
    let request = Request::get("http://[fe80::1]:9/").extension(handling).body(Vec::new()).unwrap();
    assert_ne!(transport.send(request).unwrap_err().kind(), ErrorKind::Refused);
}

#[test]
fn a_time_limit_of_zero_is_refused() {
    for limits in [
        Limits::default().with_total(Duration::ZERO),
        Limits::default().with_connect(Duration::ZERO),
        Limits::default().with_resolve(Duration::ZERO),
    ] {
        assert_eq!(Ureq::new(limits).unwrap_err().kind(), ErrorKind::Refused);
    }
}
