use core::fmt;

use crate::KeyFault;

/// A token cannot be made or read.
///
/// It says what and where, and never what the value was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The key cannot be read, or does not suit.
    Key {
        /// In what way.
        fault: KeyFault,
    },
    /// The key is out of reach, or refuses to sign.
    Unavailable,
    /// A member of the header is not one to set by hand.
    Reserved {
        /// Its name.
        name: &'static str,
    },
    /// The claims are not a JSON object.
    NotAnObject,
}

impl Error {
    /// The error of a key.
    pub const fn key(fault: KeyFault) -> Self {
        Self::Key { fault }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { fault } => write!(f, "{fault}"),
            Self::Unavailable => f.write_str("the key is out of reach, or refuses to sign"),
            Self::Reserved { name } => write!(f, "the header parameter {name} is not one to set by hand"),
            Self::NotAnObject => f.write_str("the claims are not a JSON object"),
        }
    }
}

impl core::error::Error for Error {}
