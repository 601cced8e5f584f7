//! Nothing is sent while ureq would write it to the log.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use countersign_transport::{ErrorKind, Limits, Transport, conformance::Server};
use countersign_transport_ureq::Ureq;
use countersign_wire::flow::Sent;
use http::Request;
use testkit::canary::{SECRET, shows};

static UREQ_AT_TRACE: AtomicBool = AtomicBool::new(true);
static LINES: Mutex<String> = Mutex::new(String::new());

struct Everything;

impl log::Log for Everything {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        !metadata.target().starts_with("ureq")
            || UREQ_AT_TRACE.load(Ordering::Relaxed)
            || metadata.level() < log::Level::Trace
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            LINES.lock().unwrap().push_str(&format!("{}\n", record.args()));
        }
    }

    fn flush(&self) {}
}

/// Joins the bytes of ureq's hexadecimal dump, sixteen to a line.
fn rows(lines: &str) -> String {
    let digits = |line: &str| line.chars().take(39).filter(char::is_ascii_hexdigit).collect::<String>();
    lines.lines().map(digits).collect()
}

#[test]
fn requests_are_refused_at_trace_and_silent_below() {
    log::set_logger(&Everything).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let server = Server::start().unwrap();
    let transport = Ureq::new(Limits::default()).unwrap();
    let request = Request::post(server.url(&format!("/echo?q={SECRET}")))
        .header("authorization", SECRET)
        .body(SECRET.into())
        .unwrap();

    let error = transport.send(request.clone()).unwrap_err();
    assert_eq!((error.kind(), error.sent()), (ErrorKind::Refused, Sent::No));
    assert_eq!(server.connections(), 0);

    // What it would write, were the request sent.
    let agent = ureq::Agent::config_builder().proxy(None).build().new_agent();
    agent.post(server.url("/echo")).header("authorization", SECRET).send_empty().unwrap();
    assert!(shows(&rows(&LINES.lock().unwrap())), "ureq no longer writes what it sends");
    LINES.lock().unwrap().clear();

    UREQ_AT_TRACE.store(false, Ordering::Relaxed);
    let response = transport.send(request).unwrap();
    assert!(shows(&String::from_utf8_lossy(response.body())), "the server echoes the secret");
    let lines = LINES.lock().unwrap();
    assert!(lines.contains("127.0.0.1"), "the logger was not called");
    assert!(!shows(&lines), "{lines}");
}
