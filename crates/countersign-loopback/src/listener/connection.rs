use core::time::Duration;
use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, TcpStream},
    time::Instant,
};

use super::request::{Head, Refusal};

/// How long a client gets for its whole head, however steadily it sends.
const HEAD_TIME: Duration = Duration::from_secs(5);

/// How long a client gets to take its answer, and to close.
const CLOSE_TIME: Duration = Duration::from_secs(1);

/// The same for the one whose answer ends the wait: a browser takes a page this small at once.
const LAST_CLOSE_TIME: Duration = Duration::from_millis(100);

/// One client, from its first byte to the end of its answer.
pub(super) struct Connection {
    stream: TcpStream,
    since: Instant,
    phase: Phase,
}

enum Phase {
    /// The head is not complete.
    Reading(Head),
    /// The answer is written; what the client still sends is discarded until it closes. Closing before would
    /// reset the connection, and the client might never see the answer.
    Closing { until: Instant },
}

/// What came of looking at a connection.
pub(super) enum Progress {
    /// Nothing new.
    None,
    /// Bytes, but no whole head.
    Some,
    /// A head to be answered.
    Head(Result<Head, Refusal>),
    /// Closed, broken or out of time.
    Gone,
}

impl Connection {
    /// A connection just accepted; none if it is already broken.
    pub(super) fn new(stream: TcpStream, now: Instant) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        Some(Self { stream, since: now, phase: Phase::Reading(Head::default()) })
    }

    pub(super) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }

    /// Reads what has come, at most one buffer, and never waits.
    pub(super) fn poll(&mut self, now: Instant) -> Progress {
        let out_of_time = match &self.phase {
            Phase::Reading(_) => self.age(now) > HEAD_TIME,
            Phase::Closing { until } => now > *until,
        };
        if out_of_time {
            return Progress::Gone;
        }
        let mut buffer = [0; 4096];
        let chunk = match self.stream.read(&mut buffer) {
            Ok(0) => return Progress::Gone,
            Ok(length) => buffer.get(..length).unwrap_or_default(),
            Err(error) if is_for_later(&error) => return Progress::None,
            Err(_) => return Progress::Gone,
        };
        let Phase::Reading(head) = &mut self.phase else {
            return Progress::Some;
        };
        match head.push(chunk) {
            Ok(false) => Progress::Some,
            Ok(true) => Progress::Head(Ok(core::mem::take(head))),
            Err(refusal) => Progress::Head(Err(refusal)),
        }
    }

    /// Writes the answer, and leaves the rest of the goodbye to [`poll`](Self::poll).
    pub(super) fn respond(&mut self, response: &[u8]) {
        self.since = Instant::now();
        self.phase = Phase::Closing {
            until: self.since + if self.write(response).is_ok() { CLOSE_TIME } else { Duration::ZERO },
        };
    }

    /// Writes the answer that ends the wait, and sees the client off.
    pub(super) fn finish(mut self, response: &[u8]) {
        let end = Instant::now() + LAST_CLOSE_TIME;
        let mut buffer = [0; 4096];
        // The person has the answer or has not: the login goes on either way.
        if self.write(response).is_err() {
            return;
        }
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero()
                || self.stream.set_nonblocking(false).is_err()
                || self.stream.set_read_timeout(Some(left)).is_err()
                || !matches!(self.stream.read(&mut buffer), Ok(1..))
            {
                return;
            }
        }
    }

    /// A page fits into the send buffer of a new connection, so this does not wait for the client.
    fn write(&mut self, response: &[u8]) -> io::Result<()> {
        self.stream.write_all(response)?;
        self.stream.shutdown(Shutdown::Write)
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;
    use std::net::TcpListener;

    use super::*;

    /// A connection, and the client at its other end.
    fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        (Connection::new(stream, Instant::now()).unwrap(), client)
    }

    #[test]
    fn the_time_for_a_head_does_not_start_anew_with_each_byte() {
        let (mut connection, mut client) = pair();
        let start = connection.since;
        assert!(matches!(connection.poll(start + HEAD_TIME), Progress::None));
        client.write_all(b"G").unwrap();
        // Loopback delivers before `write_all` returns or soon after.
        while !matches!(connection.poll(start + HEAD_TIME), Progress::Some) {}
        client.write_all(b"E").unwrap();
        let late = start + HEAD_TIME + Duration::from_millis(1);
        assert!(matches!(connection.poll(late), Progress::Gone));
    }

    #[test]
    fn the_end_of_the_answer_is_seen_at_once() {
        let (mut connection, mut client) = pair();
        connection.respond(b"HTTP/1.1 404 \r\n\r\n");
        // Only there so that a failure does not hang.
        client.set_read_timeout(Some(CLOSE_TIME)).unwrap();
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        assert_eq!(text, "HTTP/1.1 404 \r\n\r\n");
    }

    #[test]
    fn a_client_that_never_stops_sending_is_left() {
        let (mut connection, mut client) = pair();
        connection.respond(b"HTTP/1.1 431 \r\n\r\n");
        client.write_all(&[b'a'; 8192]).unwrap();
        while !matches!(connection.poll(connection.since + CLOSE_TIME), Progress::Some) {}
        let late = connection.since + CLOSE_TIME + Duration::from_millis(1);
        assert!(matches!(connection.poll(late), Progress::Gone));
    }
}
