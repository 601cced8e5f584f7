use core::fmt;
use std::io;

/// Why there is no answer, no browser or no listener.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<io::Error>,
}

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The path for the redirect URI is not `/`-led segments of unreserved characters (RFC 3986 §2.3).
    Path,
    /// Every port that may be used is taken by another program, or is not ours to take.
    PortsTaken,
    /// This machine has neither 127.0.0.1 nor ::1 to listen on.
    NoLoopback,
    /// The listener stopped working.
    Listen,
    /// Nobody came back with the awaited answer in time.
    TimedOut,
    /// The wait was ended through a [`Canceller`](crate::Canceller).
    Cancelled,
    /// The address is not one that may be handed to a browser.
    Url(UrlFault),
    /// The program that opens a browser could not be started.
    OpenerNotStarted,
    /// The program that opens a browser ended at once and reported failure.
    OpenerFailed {
        /// Its exit code; none when a signal ended it. `xdg-open` says 3 when there is no browser.
        code: Option<i32>,
    },
    /// What was pasted is longer than any answer.
    PasteTooLong,
    /// What was pasted holds no answer: no code, no verifier, no error.
    PasteNoAnswer,
    /// What was pasted repeats a parameter that decides, or says yes and no at once.
    PasteContradictory,
}

/// Why an address may not be handed to a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UrlFault {
    /// It is longer than 16 KiB.
    TooLong,
    /// It holds a character that RFC 3986 does not allow, or a `%` that encodes nothing.
    Character,
    /// It does not begin with `https://` or `http://`.
    Scheme,
    /// It names a user before the host, as addresses that deceive do.
    UserInfo,
    /// Its host or port is not well formed.
    Host,
    /// It is clear-text `http` to a host which is not a loopback address written in digits.
    ClearText,
}

impl Error {
    pub(crate) fn io(kind: ErrorKind, source: io::Error) -> Self {
        Self { kind, source: Some(source) }
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Whether trying again later may help without anybody doing anything: a taken port may be free then.
    pub fn is_transient(&self) -> bool {
        self.kind == ErrorKind::PortsTaken
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "the path of the redirect address has characters or segments it must not have",
            Self::PortsTaken => "no permitted port of the loopback address is free",
            Self::NoLoopback => "there is no loopback address to listen on",
            Self::Listen => "the listener for the redirect stopped working",
            Self::TimedOut => "no answer came back from the browser in time",
            Self::Cancelled => "waiting for the browser was cancelled",
            Self::Url(fault) => return write!(f, "the address may not be opened in a browser: {fault}"),
            Self::OpenerNotStarted => "the program that opens a browser could not be started",
            Self::OpenerFailed { code: Some(code) } => {
                return write!(f, "the program that opens a browser ended with exit code {code}");
            }
            Self::OpenerFailed { code: None } => "the program that opens a browser was ended by a signal",
            Self::PasteTooLong => "what was pasted is too long to be an answer",
            Self::PasteNoAnswer => "what was pasted holds neither a code nor an error",
            Self::PasteContradictory => "what was pasted contradicts itself",
        })
    }
}

impl fmt::Display for UrlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is too long",
            Self::Character => "it has a character that no address has",
            Self::Scheme => "it is not https",
            Self::UserInfo => "it names a user before the host",
            Self::Host => "its host or port is malformed",
            Self::ClearText => "it is http to a host that is not a loopback address",
        })
    }
}

impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
