//! What is sent arrives, what comes is returned, and nothing else happens.

use http::{Request, header};

use super::super::{Server, behaviour};
use super::{Answer, ensure, get, post, send, succeeds};
use crate::Transport;

pub(super) fn response_arrives(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/ok"), 200)?;
    let values: Vec<_> = response.headers().get_all("x-case").iter().collect();
    ensure(values == ["yes", "twice"], || format!("{} values of a repeated header", values.len()))?;
    ensure(response.body() == b"ok", || format!("a body of {} bytes", response.body().len()))
}

pub(super) fn request_arrives(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let request = Request::post(server.url("/echo/a%2Fb?q=1%20+2"))
        .header(header::AUTHORIZATION, "Bearer abc")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let response = succeeds(send(transport, request, b"a=1&b=%20"), 200)?;
    let echo = String::from_utf8_lossy(response.body()).to_lowercase();
    for part in [
        "post /echo/a%2fb?q=1%20+2 http/1.1\r\n",
        "\r\nauthorization: bearer abc\r\n",
        "\r\ncontent-type: application/x-www-form-urlencoded\r\n",
        "\r\ncontent-length: 9\r\n",
        "\r\n\r\na=1&b=%20",
    ] {
        ensure(echo.contains(part), || format!("the server did not receive {part:?}"))?;
    }
    Ok(())
}

pub(super) fn nothing_added(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/echo"), 200)?;
    let echo = String::from_utf8_lossy(response.body()).to_lowercase();
    for name in ["accept-encoding", "user-agent", "cookie", "referer", "authorization"] {
        ensure(!echo.contains(&format!("\r\n{name}:")), || format!("the server received {name}"))?;
    }
    Ok(())
}

pub(super) fn empty_body(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    for (request, announced) in [
        (Request::post(server.url("/echo")), true),
        (Request::get(server.url("/echo")), false),
        (Request::delete(server.url("/echo")), false),
    ] {
        let method = request.method_ref().cloned().unwrap_or_default();
        let response = succeeds(send(transport, request, b""), 200)?;
        let echo = String::from_utf8_lossy(response.body()).to_lowercase();
        let found = echo.contains("\r\ncontent-length: 0\r\n");
        ensure(found == announced, || format!("{method} with a length: {found}"))?;
    }
    Ok(())
}

pub(super) fn status_is_response(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    for status in [400, 401, 403, 429, 500, 503] {
        let response = succeeds(post(transport, server, &format!("/status/{status}")), status)?;
        ensure(response.body() == b"body", || format!("status {status} without its body"))?;
    }
    Ok(())
}

pub(super) fn redirect_of_get(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    redirect(transport, server, get)
}

pub(super) fn redirect_of_post(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    redirect(transport, server, post)
}

fn redirect(
    transport: &dyn Transport,
    server: &Server,
    send: fn(&dyn Transport, &Server, &str) -> Answer,
) -> Result<(), String> {
    for status in [301, 302, 303, 307, 308] {
        let response = succeeds(send(transport, server, &format!("/redirect/{status}")), status)?;
        ensure(response.headers().get(header::LOCATION).is_some_and(|to| to == "/target"), || {
            format!("status {status} without its Location")
        })?;
    }
    ensure(server.requests("/target") == 0, || "the target of the redirect was called".to_owned())
}

pub(super) fn gzip(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/gzip"), 200)?;
    ensure(response.body() == behaviour::GZIP, || format!("a body of {} bytes", response.body().len()))
}
