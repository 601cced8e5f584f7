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
