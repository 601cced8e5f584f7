use core::{net::Ipv4Addr, time::Duration};
use std::net::TcpListener;

use countersign_wire::flow::{Handling, Purpose, Sent};
use http::{Request, Response, StatusCode, header};

use super::{Server, behaviour, limits};
use crate::{Error, ErrorKind, Transport};

type Check = fn(&dyn Transport, &Server) -> Result<(), String>;
type Answer = Result<Response<Vec<u8>>, Error>;

pub(super) const ALL: [(&str, Check); 26] = [
    ("status, headers and body of a response arrive", response_arrives),
    ("method, path, headers and body of a request arrive", request_arrives),
    ("nothing about the user or the program is added", nothing_added),
    ("a refusal by status is a response", status_is_response),
    ("a redirect of a GET is not followed", redirect_of_get),
    ("a redirect of a POST is not followed", redirect_of_post),
    ("a body as large as the limit arrives", body_at_limit),
    ("a body one byte larger is too big", body_above_limit),
    ("a large declared body is too big", declared),
    ("a body without end is too big", endless),
    ("a head without end is too big", headers),
    ("compressed content is not decompressed", gzip),
    ("a dripping body ends at the total limit", drip),
    ("a truncated body is an error", truncated),
    ("a truncated chunked body is an error", cut),
    ("a connection closed without an answer may have been read", close),
    ("a connection reset without an answer may have been read", reset),
    ("a kept connection that dies is not tried again", kept_connection),
    ("an answer that is not HTTP is an error", garbage),
    ("a refused connection was not sent", refused),
    ("clear text to a name is refused unconnected", clear_text),
    ("a user name in the address is refused unconnected", userinfo),
    ("a link-local address is refused unless asked for", link_local),
    ("a shorter time limit of the request holds", shorter_timeout),
    ("a smaller size limit of the request holds", smaller_limit),
    ("an error shows nothing of the request", error_is_silent),
];

const MARK: &str = "do-not-show-this";

fn send(transport: &dyn Transport, request: http::request::Builder, body: &[u8]) -> Answer {
    match request.body(body.to_vec()) {
        Ok(request) => transport.send(request),
        Err(_) => Err(Error::refused("the suite made no valid request")),
    }
}

fn get(transport: &dyn Transport, server: &Server, path: &str) -> Answer {
    send(transport, Request::get(server.url(path)), b"")
}

fn post(transport: &dyn Transport, server: &Server, path: &str) -> Answer {
    send(transport, Request::post(server.url(path)), b"grant_type=refresh_token")
}

fn with(handling: Handling, server: &Server, path: &str) -> http::request::Builder {
    Request::get(server.url(path)).extension(handling)
}

fn describe(answer: &Answer) -> String {
    match answer {
        Ok(response) => format!("status {} with {} bytes", response.status(), response.body().len()),
        Err(error) => format!("{:?}, sent {:?}: {error}", error.kind(), error.sent()),
    }
}

fn ensure(holds: bool, found: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(found()) }
}

fn fails(answer: Answer, kinds: &[ErrorKind], sent: Sent) -> Result<(), String> {
    let right = matches!(&answer, Err(error) if kinds.contains(&error.kind()) && error.sent() == sent);
    ensure(right, || describe(&answer))
}

fn succeeds(answer: Answer, status: u16) -> Result<Response<Vec<u8>>, String> {
    match answer {
        Ok(response) if response.status().as_u16() == status => Ok(response),
        other => Err(describe(&other)),
    }
}

fn response_arrives(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/ok"), 200)?;
    let values: Vec<_> = response.headers().get_all("x-case").iter().collect();
    ensure(values == ["yes", "twice"], || format!("{} values of a repeated header", values.len()))?;
    ensure(response.body() == b"ok", || format!("a body of {} bytes", response.body().len()))
}

fn request_arrives(transport: &dyn Transport, server: &Server) -> Result<(), String> {
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

fn nothing_added(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/echo"), 200)?;
    let echo = String::from_utf8_lossy(response.body()).to_lowercase();
    for name in ["accept-encoding", "user-agent", "cookie", "referer", "authorization"] {
        ensure(!echo.contains(&format!("\r\n{name}:")), || format!("the server received {name}"))?;
    }
    Ok(())
}

fn status_is_response(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    for status in [400, 401, 403, 429, 500, 503] {
        let response = succeeds(post(transport, server, &format!("/status/{status}")), status)?;
        ensure(response.body() == b"body", || format!("status {status} without its body"))?;
    }
    Ok(())
}

fn redirect_of_get(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    redirect(transport, server, get)
}

fn redirect_of_post(transport: &dyn Transport, server: &Server) -> Result<(), String> {
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

fn body_at_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let size = limits().response_bytes;
    let response = succeeds(get(transport, server, &format!("/body/{size}")), 200)?;
    ensure(response.body().len() == size, || format!("a body of {} bytes", response.body().len()))
}

fn body_above_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let size = limits().response_bytes + 1;
    fails(get(transport, server, &format!("/body/{size}")), &[ErrorKind::TooBig], Sent::Maybe)
}

fn declared(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/declared"), &[ErrorKind::TooBig], Sent::Maybe)
}

fn endless(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/endless"), &[ErrorKind::TooBig], Sent::Maybe)
}

fn headers(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/headers"), &[ErrorKind::TooBig], Sent::Maybe)
}

fn gzip(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let response = succeeds(get(transport, server, "/gzip"), 200)?;
    ensure(response.body() == behaviour::GZIP, || format!("a body of {} bytes", response.body().len()))
}

fn drip(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/drip"), &[ErrorKind::Timeout], Sent::Maybe)
}

fn truncated(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/truncated"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)
}

fn cut(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/cut"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)
}

fn close(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(post(transport, server, "/close"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/close")
}

fn reset(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(post(transport, server, "/reset"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/reset")
}

fn kept_connection(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    succeeds(get(transport, server, "/ok"), 200)?;
    fails(get(transport, server, "/close"), &[ErrorKind::Io, ErrorKind::Protocol], Sent::Maybe)?;
    once(server, "/close")
}

fn once(server: &Server, path: &str) -> Result<(), String> {
    let count = server.requests(path);
    ensure(count == 1, || format!("{count} requests for one call"))
}

fn garbage(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    fails(get(transport, server, "/garbage"), &[ErrorKind::Protocol], Sent::Maybe)
}

fn refused(transport: &dyn Transport, _: &Server) -> Result<(), String> {
    // A port that was just free, and is so again.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let address = free.map_err(|error| error.to_string())?;
    let answer = send(transport, Request::post(format!("http://{address}/")), b"code=1");
    fails(answer, &[ErrorKind::Connect], Sent::No)
}

fn clear_text(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let port = server.address().port();
    for host in
        ["localhost", "localhost.", "LOCALHOST", "127.1", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]"]
    {
        let answer = send(transport, Request::post(format!("http://{host}:{port}/ok")), b"code=1");
        fails(answer, &[ErrorKind::Refused], Sent::No).map_err(|found| format!("{host}: {found}"))?;
    }
    unconnected(server)
}

fn userinfo(transport: &dyn Transport, server: &Server) -> Result<(), String> {
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

fn link_local(transport: &dyn Transport, _: &Server) -> Result<(), String> {
    for handling in [None, Some(Handling::new(Purpose::Metadata))] {
        let mut request = Request::get("http://169.254.169.254/");
        if let Some(handling) = handling {
            request = request.extension(handling);
        }
        fails(send(transport, request, b""), &[ErrorKind::Refused], Sent::No)?;
    }
    Ok(())
}

fn shorter_timeout(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    succeeds(get(transport, server, "/slow"), 200)?;
    let mut handling = Handling::new(Purpose::Token);
    handling.timeout = Some(behaviour::SLOW / 3);
    fails(send(transport, with(handling.clone(), server, "/slow"), b""), &[ErrorKind::Timeout], Sent::Maybe)?;
    // A longer one does not widen the transport's own.
    handling.timeout = Some(Duration::from_secs(60));
    fails(send(transport, with(handling, server, "/drip"), b""), &[ErrorKind::Timeout], Sent::Maybe)
}

fn smaller_limit(transport: &dyn Transport, server: &Server) -> Result<(), String> {
    let mut handling = Handling::new(Purpose::Token);
    handling.response_limit = Some(1000);
    succeeds(send(transport, with(handling.clone(), server, "/body/1000"), b""), StatusCode::OK.as_u16())?;
    let answer = send(transport, with(handling.clone(), server, "/body/1001"), b"");
    fails(answer, &[ErrorKind::TooBig], Sent::Maybe)?;
    handling.response_limit = Some(usize::MAX);
    fails(send(transport, with(handling, server, "/endless"), b""), &[ErrorKind::TooBig], Sent::Maybe)
}

fn error_is_silent(transport: &dyn Transport, server: &Server) -> Result<(), String> {
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
