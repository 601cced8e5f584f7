use core::fmt;
use std::io;

/// What a server could not do.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<io::Error>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The issuer cannot be one.
    Issuer,
    /// The system gave no random bytes.
    Entropy,
    /// The address cannot be listened on.
    Listen,
    /// The thread or its runtime could not be started.
    Start,
    /// Accepting connections failed.
    Serve,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(crate) const fn io(kind: ErrorKind, source: io::Error) -> Self {
        Self { kind, source: Some(source) }
    }

    /// What it was.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether trying again later may help without anybody doing anything; none of these does.
    pub const fn is_transient(&self) -> bool {
        false
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Issuer => "the issuer must be https, or http on a loopback address, without path",
            ErrorKind::Entropy => "the system gave no random bytes",
            ErrorKind::Listen => "the address cannot be listened on",
            ErrorKind::Start => "the server's thread could not be started",
            ErrorKind::Serve => "connections can no longer be accepted",
        })
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
