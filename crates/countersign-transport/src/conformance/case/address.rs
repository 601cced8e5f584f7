//! Where a request may go.

use countersign_wire::flow::{Handling, Purpose, Sent};
use http::Request;

use super::super::Server;
use super::{ensure, fails, send};
use crate::{ErrorKind, Transport};

pub(super) fn clear_text(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let port = server.address().port();
    for host in
        ["localhost", "localhost.", "LOCALHOST", "127.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"]
    {
        let answer = send(transport, Request::post(format!("http://{host}:{port}/ok")), b"code=1");
        fails(answer, &[ErrorKind::Refused], Sent::No).map_err(|found| format!("{host}: {found}"))?;
    }
    unconnected(server)
}

pub(super) fn userinfo(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let address = server.address();
    for user in ["user", "user:password", "127.0.0.1:80"] {
        let answer = send(transport, Request::post(format!("http://{user}@{address}/ok")), b"code=1");
        fails(answer, &[ErrorKind::Refused], Sent::No)?;
    }
    unconnected(server)
}

fn unconnected(server: &Server) -> Result<(), String> {
    let count = server.connections();
    ensure(count == 0, || format!("{count} connections"))
}

pub(super) fn link_local(transport: &dyn Transport, _: &Server) -> Result<(), String> {
    for handling in [None, Some(Handling::new(Purpose::Metadata))] {
        let mut request = Request::get("http://169.254.169.254/");
        if let Some(handling) = handling {
            request = request.extension(handling);
        }
        fails(send(transport, request, b""), &[ErrorKind::Refused], Sent::No)?;
    }
    Ok(())
}
