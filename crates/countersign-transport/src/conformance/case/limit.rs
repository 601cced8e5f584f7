//! Sizes and times.

use core::time::Duration;

use countersign_wire::flow::{Handling, Purpose, Sent};
use http::Request;

use super::super::{Server, behaviour, limits};
use super::{describe, ensure, fails, get, send, succeeds};
use crate::{ErrorKind, Transport};

fn with(handling: Handling, server: &Server, path: &str) -> http::request::Builder {
    Request::get(server.url(path)).extension(handling)
}

pub(super) fn body_at_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let size = limits().response_bytes;
    let response = succeeds(get(transport, server, &format!("/body/{size}")), 200)?;
    ensure(response.body().len() == size, || format!("a body of {} bytes", response.body().len()))
}

pub(super) fn body_above_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let size = limits().response_bytes + 1;
    fails(get(transport, server, &format!("/body/{size}")), &[ErrorKind::TooBig], Sent::Maybe)
}

pub(super) fn declared(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/declared"), &[ErrorKind::TooBig], Sent::Maybe)
}

pub(super) fn endless(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/endless"), &[ErrorKind::TooBig], Sent::Maybe)
}

pub(super) fn headers(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/headers"), &[ErrorKind::TooBig], Sent::Maybe)
}

pub(super) fn drip(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/drip"), &[ErrorKind::Timeout], Sent::Maybe)
}

pub(super) fn shorter_timeout(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    succeeds(get(transport, server, "/slow"), 200)?;
    let mut handling = Handling::new(Purpose::Token);
    handling.timeout = Some(behaviour::SLOW / 3);
    // Under load the time may run out before the request is sent, so that only the kind counts.
    let answer = send(transport, with(handling.clone(), server, "/slow"), b"");
    let timed_out = matches!(&answer, Err(error) if error.kind() == ErrorKind::Timeout);
    ensure(timed_out, || describe(&answer))?;
    // A longer one does not widen the transport's own.
    handling.timeout = Some(Duration::from_secs(60));
    fails(send(transport, with(handling, server, "/drip"), b""), &[ErrorKind::Timeout], Sent::Maybe)
}

pub(super) fn smaller_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let mut handling = Handling::new(Purpose::Token);
    handling.response_limit = Some(1000);
    succeeds(send(transport, with(handling.clone(), server, "/body/1000"), b""), 200)?;
    let answer = send(transport, with(handling.clone(), server, "/body/1001"), b"");
    fails(answer, &[ErrorKind::TooBig], Sent::Maybe)?;
    handling.response_limit = Some(usize::MAX);
    fails(send(transport, with(handling, server, "/endless"), b""), &[ErrorKind::TooBig], Sent::Maybe)
}
