use core::{error, fmt};

use countersign_token::RecordError;

/// Why a text is not an export that can be used, or records are not made one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// There is no line with which an export begins.
    NoHead,
    /// It was written by a later version.
    TooNew,
    /// A line is not as it was written, or is missing or repeated there.
    Line {
        /// Its number in the text, from 1.
        line: usize,
    },
    /// It ends too early.
    Incomplete,
    /// There are two in one text.
    Several {
        /// The line in which the second begins, from 1.
        line: usize,
    },
    /// There is more than 64 MiB of it.
    TooBig,
    /// It is encrypted, and no passphrase was given.
    PassphraseNeeded,
    /// It is another passphrase, or what is encrypted was changed.
    Undecryptable,
    /// A record in it is not UTF-8.
    Text {
        /// Which record, from 1.
        number: usize,
    },
    /// A record in it cannot be read.
    Record {
        /// Which record, from 1.
        number: usize,
        /// What is wrong with it.
        error: RecordError,
    },
    /// There are no random numbers, or not enough memory for the passphrase.
    Unavailable,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHead => f.write_str("there is no export in this text"),
            Self::TooNew => f.write_str("the export was written by a newer version"),
            Self::Line { line } => write!(f, "line {line} is not as it was written"),
            Self::Incomplete => f.write_str("the end of the export is missing"),
            Self::Several { line } => write!(f, "another export begins in line {line}"),
            Self::TooBig => f.write_str("the export is larger than 64 MiB"),
            Self::PassphraseNeeded => f.write_str("the export is encrypted and needs its passphrase"),
            Self::Undecryptable => {
                f.write_str("the export does not open with this passphrase, or was changed")
            }
            Self::Text { number } => write!(f, "record {number} of the export is not UTF-8"),
            Self::Record { number, error: _ } => write!(f, "record {number} of the export cannot be read"),
            Self::Unavailable => {
                f.write_str("there are no random numbers, or too little memory for the passphrase")
            }
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Record { error, .. } => Some(error),
            _ => None,
        }
    }
}
