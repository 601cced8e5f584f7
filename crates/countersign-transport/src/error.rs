use core::fmt;
use std::{io, sync::Arc};

use countersign_wire::flow::{Failure, Sent};
use http::Uri;

/// A request got no response.
///
/// It names the host and port at most, never a path, a query, a header or a body.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    sent: Sent,
    place: Option<Box<str>>,
    reason: Option<&'static str>,
    source: Option<Arc<io::Error>>,
}

/// What kept a request from its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The transport does not send such a request: its address, its handling or the script forbids it.
    Refused,
    /// The name of the host, or of the proxy, has no address.
    Resolve,
    /// No connection to the host, or through the proxy.
    Connect,
    /// The server's certificate is not accepted, or the two sides agree on no way to speak in secret.
    Tls,
    /// A time limit ran out.
    Timeout,
    /// The response is larger than the limit.
    TooBig,
    /// The connection broke, or ended before the response did.
    Io,
    /// What came is not HTTP.
    Protocol,
}

impl Error {
    /// An error of this kind; `sent` is `No` only when that is certain.
    pub const fn new(kind: ErrorKind, sent: Sent) -> Self {
        Self { kind, sent, place: None, reason: None, source: None }
    }

    /// A request that is not sent, and why.
    pub fn refused(reason: &'static str) -> Self {
        Self::new(ErrorKind::Refused, Sent::No).because(reason)
    }

    /// With host and port of `uri`, and nothing else of it.
    #[must_use]
    pub fn at(mut self, uri: &Uri) -> Self {
        self.place = uri.host().map(|host| match uri.port() {
            Some(port) => format!("{host}:{port}").into(),
            None => host.into(),
        });
        self
    }

    /// With a fixed text that says more than the kind.
    #[must_use]
    pub fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// With the operating system's error; one that another library made is left out, for it may hold what
    /// came over the wire.
    #[must_use]
    pub fn caused_by(mut self, source: &io::Error) -> Self {
        self.source = source.raw_os_error().map(|code| Arc::new(io::Error::from_raw_os_error(code)));
        self
    }

    /// What went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether the server may have received the request.
    pub const fn sent(&self) -> Sent {
        self.sent
    }

    /// Host and port the request was for, when known.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Whether trying again later may help without anybody doing anything.
    pub const fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::Resolve | ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Io => true,
            ErrorKind::Refused | ErrorKind::Tls | ErrorKind::TooBig | ErrorKind::Protocol => false,
        }
    }

    /// What a flow is told of it.
    pub const fn failure(&self) -> Failure {
        Failure { sent: self.sent, transient: self.is_transient() }
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        error.failure()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, sent: _, place, reason, source: _ } = self;
        let (clause, preposition) = match kind {
            ErrorKind::Refused => ("the request was not sent", "to"),
            ErrorKind::Resolve => ("no address found", "for"),
            ErrorKind::Connect => ("no connection", "to"),
            ErrorKind::Tls => ("no trusted connection", "to"),
            ErrorKind::Timeout => ("no answer in time", "from"),
            ErrorKind::TooBig => ("the response is too big", "from"),
            ErrorKind::Io => ("the connection broke", "to"),
            ErrorKind::Protocol => ("the answer is not HTTP", "from"),
        };
        f.write_str(clause)?;
        if let Some(place) = place {
            write!(f, " {preposition} {place}")?;
        }
        match reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
