//! What goes through a proxy, and what never does.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
    time::Duration,
};

use countersign_transport::{ErrorKind, Limits, Transport, conformance::Server};
use countersign_transport_ureq::Ureq;
use countersign_wire::flow::{Handling, Purpose, Sent};
use http::Request;

/// A proxy that refuses one `CONNECT` and tells what it was asked.
fn refusing_proxy() -> (SocketAddr, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let head = BufReader::new(&stream)
            .lines()
            .map_while(Result::ok)
            .take_while(|line| !line.is_empty())
            .collect();
        (&stream).write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").unwrap();
        head
    });
    (address, thread)
}

fn transport(proxy: SocketAddr) -> Ureq {
    Ureq::new(Limits::default()).unwrap().with_proxy(&format!("http://{proxy}")).unwrap()
}

#[test]
fn https_goes_by_connect_and_a_refusal_means_not_sent() {
    let (address, thread) = refusing_proxy();
    let request = Request::post("https://countersign.invalid/token").body(b"code=1".to_vec()).unwrap();
    let error = transport(address).send(request).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Connect, Sent::No), "{error:?}");
    assert_eq!(error.to_string(), "no connection to countersign.invalid: the proxy does not connect");
    let head = thread.join().unwrap();
    assert_eq!(head[0], "CONNECT countersign.invalid:443 HTTP/1.1");
    assert!(!head.iter().any(|line| line.to_lowercase().contains("user-agent")), "{head:?}");
}

#[test]
fn clear_text_to_this_machine_never_goes_through_it() {
    let server = Server::start().unwrap();
    // A port where nobody listens: whoever tries the proxy fails.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = Request::get(server.url("/ok")).body(Vec::new()).unwrap();
    assert_eq!(transport(closed).send(request).unwrap().body(), b"ok");
}

#[test]
fn a_request_may_ask_to_go_without() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = |no_proxy| {
        let mut handling = Handling::new(Purpose::Metadata);
        handling.no_proxy = no_proxy;
        // A label longer than RFC 1035 §2.3.4 allows: no query leaves the machine for it.
        Request::get(format!("https://{}.invalid/", "a".repeat(64)))
            .extension(handling)
            .body(Vec::new())
            .unwrap()
    };
    assert_eq!(transport(closed).send(request(false)).unwrap_err().kind(), ErrorKind::Connect);
    assert_eq!(transport(closed).send(request(true)).unwrap_err().kind(), ErrorKind::Resolve);
}

#[test]
fn what_is_no_http_proxy_is_refused() {
    for url in ["", "proxy.example.com:8080", "socks5://127.0.0.1:1080", "http://", "http://a b"] {
        let error = Ureq::new(Limits::default()).unwrap().with_proxy(url).unwrap_err();
        assert_eq!((error.kind(), error.sent()), (ErrorKind::Refused, Sent::No), "{url}");
    }
}
