//! The libraries that do the arithmetic.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;

use alloc::{boxed::Box, vec::Vec};

use crate::{Algorithm, Error, Jwk, KeyFault, PrivateKey};

/// Which library does the arithmetic: chosen for each key, and never for the process.
///
/// A library whose feature is off cannot be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// aws-lc-rs.
    #[cfg(feature = "aws-lc-rs")]
    AwsLcRs,
}

/// A key inside of a library.
pub(crate) trait Primitive: Send + Sync {
    /// The signature, in the form of JWS.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error>;
}

/// What a library made of a key.
pub(crate) struct Loaded {
    pub(crate) primitive: Box<dyn Primitive>,
    pub(crate) public: Option<Jwk>,
}

impl Backend {
    pub(crate) fn load(self, key: &PrivateKey, algorithm: Algorithm) -> Result<Loaded, KeyFault> {
        if !algorithm.suits(key.kind()) {
            return Err(KeyFault::Unsuited { kind: key.kind() });
        }
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => aws_lc_rs::load(&key.numbers, algorithm),
        }
    }
}
