//! A browser of the simplest kind.

use core::net::SocketAddr;
use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
};

use countersign_loopback::{Listener, Options};

/// The path of the redirect URI in all tests.
pub(crate) const PATH: &str = "/callback/t0ken";

/// Options with that path.
pub(crate) fn options() -> Options {
    Options::new("Example", PATH)
}

/// Whoever connects to a listener.
#[derive(Clone)]
pub(crate) struct Browser {
    address: SocketAddr,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Browser {
    pub(crate) fn of(listener: &Listener) -> Self {
        Self { address: listener.local_addr() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// A good request for a target, and the answer to it.
    pub(crate) fn get(&self, target: &str) -> Response {
        self.try_get(target).unwrap()
    }

    /// The same, where the listener may be gone or cut the connection.
    pub(crate) fn try_get(&self, target: &str) -> io::Result<Response> {
        self.try_send(format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address).as_bytes())
    }

    /// Any bytes, and the answer to them.
    pub(crate) fn send(&self, request: &[u8]) -> Response {
        self.try_send(request).unwrap()
    }

    fn try_send(&self, request: &[u8]) -> io::Result<Response> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.write_all(request)?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let (head, body) =
            text.split_once("\r\n\r\n").ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        let status = head
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3))
            .and_then(|status| status.parse().ok())
            .unwrap();
        Ok(Response { status, head: head.to_owned(), body: body.to_owned() })
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}
