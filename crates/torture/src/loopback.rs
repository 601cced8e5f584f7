//! HTTP to this machine, which tells how far it has come.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use countersign_transport::{Error, ErrorKind, Transport, policy};
use countersign_wire::flow::Sent;
use http::{Request, Response, header::CONTENT_TYPE};

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing has left.
    Begun,
    /// All of it has left.
    Sent,
    /// The answer is here.
    Answered,
}

/// Sends each request over a connection of its own, and calls `told` on the way.
pub(crate) struct Loopback<F> {
    told: F,
}

impl<F: Fn(Progress) + Send + Sync> Loopback<F> {
    pub(crate) fn new(told: F) -> Self {
        Self { told }
    }
}

impl<F: Fn(Progress) + Send + Sync> Transport for Loopback<F> {
    fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let uri = request.uri();
        policy::check_destination(uri, None)?;
        (self.told)(Progress::Begun);
        let authority = uri.authority().ok_or_else(|| Error::refused("the address has no host"))?;
        let mut stream = TcpStream::connect(authority.as_str())
            .map_err(|error| Error::new(ErrorKind::Connect, Sent::No).caused_by(&error))?;
        let broken = |error: std::io::Error| Error::new(ErrorKind::Io, Sent::Maybe).caused_by(&error);
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let mut bytes = format!("{} {path} HTTP/1.1\r\nhost: {authority}\r\n", request.method()).into_bytes();
        for (name, value) in request.headers() {
            bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", request.body().len()).into_bytes());
        bytes.extend(request.body());
        stream.write_all(&bytes).map_err(broken)?;
        (self.told)(Progress::Sent);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(broken)?;
        let response = parse(&answer).ok_or_else(|| Error::new(ErrorKind::Protocol, Sent::Maybe))?;
        (self.told)(Progress::Answered);
        Ok(response)
    }
}

/// What a server that closes the connection has answered.
fn parse(answer: &[u8]) -> Option<Response<Vec<u8>>> {
    let text = core::str::from_utf8(answer).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status: u16 = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    if length != Some(body.len()) {
        return None;
    }
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .body(body.as_bytes().to_vec())
        .ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn an_answer_that_was_cut_is_none() {
        let whole = "HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}";
        let response = parse(whole.as_bytes()).unwrap();
        assert_eq!((response.status().as_u16(), response.body().as_slice()), (400, &b"{}"[..]));
        for end in 0..whole.len() {
            assert!(parse(&whole.as_bytes()[..end]).is_none(), "{end}");
        }
    }
}
