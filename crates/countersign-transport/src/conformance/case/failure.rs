//! What goes wrong, and whether the request may have been received.

use core::net::Ipv4Addr;
use std::net::TcpListener;

use countersign_wire::flow::Sent;
use http::Request;

use super::super::Server;
use super::{ensure, fails, get, post, send, succeeds};
use crate::{ErrorKind, Transport};

const MARK: &str = "do-not-show-this";

pub(super) fn truncated(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/truncated"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)
}

pub(super) fn cut(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/cut"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)
}

pub(super) fn close(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(post(transport, server, "/close"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/close")
}

pub(super) fn reset(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(post(transport, server, "/reset"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/reset")
}

pub(super) fn kept_connection(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    succeeds(get(transport, server, "/ok"), 200)?;
    fails(get(transport, server, "/close"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/close")
}

fn once(server: &Server, path: &str) -> Result<(), String> {
    let count = server.requests(path);
    ensure(count == 1, || format!("{count} requests for one call"))
}

pub(super) fn garbage(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/garbage"), &[ErrorKind::Protocol], Sent::Maybe)
}

pub(super) fn refused(transport: &dyn Transport, _: &Server) -> Result<(), String> {
    // A port that was just free, and is so again.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| error.to_string())?;
    let answer = send(transport, Request::post(format!("http://{address}/")), b"code=1");
    fails(answer, &[ErrorKind::Connect], Sent::No)
}

pub(super) fn error_is_silent(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let address = server.address();
    for url in [
        format!("http://{address}/truncated?{MARK}"),
        format!("http://{address}/close/{MARK}"),
        format!("http://{address}/garbage/{MARK}"),
        format!("http://{MARK}@{address}/ok"),
        format!("http://localhost:{}/ok?{MARK}", address.port()),
    ] {
        let request = Request::post(url).header("x-secret", MARK);
        if let Err(error) = send(transport, request, MARK.as_bytes()) {
            let mut shown = format!("{error} {error:?}");
            let mut source = core::error::Error::source(&error);
            while let Some(cause) = source {
                shown.push_str(&format!(" {cause} {cause:?}"));
                source = cause.source();
            }
            ensure(!shown.contains(MARK), || format!("it shows in an error of kind {:?}", error.kind()))?;
        }
    }
    Ok(())
}
