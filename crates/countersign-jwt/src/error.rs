use core::fmt;

use crate::{ClaimFault, KeyFault, TokenFault};

/// A token cannot be made, or is not accepted.
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
    /// The token cannot be read, or could be accepted of nobody.
    Token {
        /// Why.
        fault: TokenFault,
    },
    /// No key has the name that the token asks for; the keys may have been replaced.
    UnknownKey,
    /// The keys are not to be had, and it is too early to ask for them again.
    KeysUnavailable,
    /// The signature does not hold.
    Signature,
    /// A claim is not acceptable.
    Claim {
        /// Its name.
        name: &'static str,
        /// In what way.
        fault: ClaimFault,
    },
}

impl Error {
    /// The error of a key, for a [`Signer`](crate::Signer) of your own as well.
    pub const fn key(fault: KeyFault) -> Self {
        Self::Key { fault }
    }

    pub(crate) const fn token(fault: TokenFault) -> Self {
        Self::Token { fault }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { fault } => write!(f, "{fault}"),
            Self::Unavailable => f.write_str("the key is out of reach, or refuses to sign"),
            Self::Reserved { name } => write!(f, "the header parameter {name} is not one to set by hand"),
            Self::NotAnObject => f.write_str("the claims are not a JSON object"),
            Self::Token { fault } => write!(f, "{fault}"),
            Self::UnknownKey => f.write_str("no key has the name that the token asks for"),
            Self::KeysUnavailable => {
                f.write_str("the keys are not to be had, and it is too early to ask again")
            }
            Self::Signature => f.write_str("the signature of the token does not hold"),
            Self::Claim { name, fault } => write!(f, "the claim {name} of the token {fault}"),
        }
    }
}

impl core::error::Error for Error {}
