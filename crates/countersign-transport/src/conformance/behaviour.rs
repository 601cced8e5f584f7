use core::time::Duration;
use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    thread,
};

use super::server::{Head, Shared};

/// The bytes `/gzip` sends: `gzip` of an empty text.
pub(super) const GZIP: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// How long `/slow` takes to answer.
pub(super) const SLOW: Duration = Duration::from_millis(500);

/// Where what has no end ends after all, for the sake of a transport without limits.
const LARGE: usize = 4 * 1024 * 1024;
const DRIPS: usize = 60;
const DRIP: Duration = Duration::from_millis(75);

/// Answers one request; an error ends the connection.
pub(super) fn answer(
    head: &Head,
    reader: &mut impl Read,
    stream: &TcpStream,
    shared: &Shared,
) -> io::Result<()> {
    let over = Err(io::Error::from(io::ErrorKind::ConnectionAborted));
    let mut out = stream;
    let path = head.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    if path == "reset" {
        // The body stays unread, which turns the close into a reset.
        return over;
    }
    let body = head.body(reader)?;
    let (name, argument) = path.split_once('/').unwrap_or((path, ""));
    match name {
        "status" => write!(out, "HTTP/1.1 {argument} Anything\r\nContent-Length: 4\r\n\r\nbody"),
        "redirect" => {
            write!(out, "HTTP/1.1 {argument} Elsewhere\r\nLocation: /target\r\nContent-Length: 0\r\n\r\n")
        }
        "echo" => {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", head.text.len() + body.len())?;
            out.write_all(head.text.as_bytes())?;
            out.write_all(&body)
        }
        "gzip" => {
            let length = GZIP.len();
            write!(out, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n")?;
            out.write_all(GZIP)
        }
        "body" => {
            let length = argument.parse().unwrap_or(0);
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n")?;
            out.write_all(&vec![b'x'; length])
        }
        "declared" => {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n")?;
            out.write_all(&vec![b'x'; LARGE])
        }
        "endless" => {
            out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            for _ in 0..LARGE / 4096 {
                write!(out, "1000\r\n{}\r\n", "x".repeat(4096))?;
            }
            out.write_all(b"0\r\n\r\n")
        }
        "headers" => {
            out.write_all(b"HTTP/1.1 200 OK\r\n")?;
            for _ in 0..64 {
                write!(out, "X-Filler: {}\r\n", "x".repeat(1000))?;
            }
            out.write_all(b"Content-Length: 0\r\n\r\n")
        }
        "drip" => {
            write!(out, "HTTP/1.1 200 OK\r\nContent-Length: {DRIPS}\r\n\r\n")?;
            for _ in 0..DRIPS {
                if shared.is_stopped() {
                    return over;
                }
                thread::sleep(DRIP);
                out.write_all(b"x")?;
            }
            Ok(())
        }
        "slow" => {
            thread::sleep(SLOW);
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        "truncated" => {
            out.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")?;
            stream.shutdown(Shutdown::Write)?;
            over
        }
        "cut" => {
            out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n")?;
            stream.shutdown(Shutdown::Write)?;
            over
        }
        "close" => over,
        "garbage" => {
            out.write_all(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")?;
            over
        }
        _ => out.write_all(b"HTTP/1.1 200 OK\r\nX-Case: yes\r\nX-Case: twice\r\nContent-Length: 2\r\n\r\nok"),
    }
}
