use core::{error, fmt};
use std::io;

/// Why a store did not do what it was asked.
///
/// It says what kind of failure it was and where, as in "store file /home/ann/…"; it never holds a part of
/// a record. A backend must not pass on an error of a dependency that does.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    place: Option<Box<str>>,
    source: Option<Box<dyn error::Error + Send + Sync>>,
}

/// The kinds of failure, each of which asks for another reaction.
///
/// That there is no record is no failure: it is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is a record and it is damaged. It was left as it is.
    Corrupt,
    /// Somebody else held the lease until the deadline.
    Locked,
    /// There is a record and the key at hand does not open it. It was left as it is.
    Undecryptable,
    /// There is a record of a later version. It was left as it is.
    TooNew,
    /// The record is larger than [`form::MAX_BYTES`](crate::form::MAX_BYTES), or its key too long to name it.
    TooBig,
    /// The store cannot be reached or opened, or refused to read or write. The old record is still there.
    Unavailable,
    /// The record is not at the expected revision. Nothing was changed.
    Conflict,
    /// The change was made and can be read; that it survives a loss of power was not confirmed.
    NotConfirmed,
    /// What is there cannot be trusted: a link, a pipe, a foreign owner, a directory others can write to.
    Insecure,
}

impl Error {
    /// A failure of this kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, place: None, source: None }
    }

    /// The failure of a call to the operating system.
    pub fn io(source: io::Error) -> Self {
        let kind = match source.kind() {
            io::ErrorKind::InvalidFilename => ErrorKind::TooBig,
            _ => ErrorKind::Unavailable,
        };
        Self::new(kind).because(source)
    }

    /// The same failure, with where it happened: a noun phrase such as "store file /home/ann/…".
    ///
    /// Control characters are escaped, because the text is for a terminal.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        let mut text = String::new();
        for character in place.to_string().chars() {
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
        self.place = Some(text.into());
        self
    }

    /// The same failure, with its cause, which must hold no secret.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it happened, when that is known.
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    /// Whether the same call may succeed later without anybody's help.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::Locked | ErrorKind::Conflict => true,
            ErrorKind::Unavailable => {
                self.source.as_ref().and_then(|source| source.downcast_ref::<io::Error>()).is_some_and(
                    |error| {
                        matches!(
                            error.kind(),
                            io::ErrorKind::Interrupted
                                | io::ErrorKind::WouldBlock
                                | io::ErrorKind::TimedOut
                                | io::ErrorKind::ResourceBusy
                        )
                    },
                )
            }
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.as_deref().unwrap_or("store record");
        match self.kind {
            ErrorKind::Corrupt => write!(f, "corrupt {place}"),
            ErrorKind::Locked => write!(f, "{place} is in use by somebody else"),
            ErrorKind::Undecryptable => write!(f, "cannot decrypt {place}"),
            ErrorKind::TooNew => write!(f, "{place} was written by a newer version"),
            ErrorKind::TooBig => write!(f, "{place} is too big"),
            ErrorKind::Unavailable => write!(f, "cannot use {place}"),
            ErrorKind::Conflict => write!(f, "{place} has changed since it was read"),
            ErrorKind::NotConfirmed => write!(f, "{place} was stored, but that it lasts is not confirmed"),
            ErrorKind::Insecure => write!(f, "{place} cannot be trusted"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn error::Error + 'static))
    }
}
