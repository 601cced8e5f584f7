//! The libraries that do the arithmetic.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
#[cfg(feature = "ring")]
mod ring;
#[cfg(feature = "rustcrypto")]
mod rust_crypto;

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
    /// ring, which signs with RSA keys of at most 4096 bits, and wants the public half of an elliptic curve key.
    #[cfg(feature = "ring")]
    Ring,
    /// The crates of RustCrypto.
    ///
    /// # Security
    /// The advisory RUSTSEC-2023-0071 covers the crate `rsa`: how long a signature takes depends on the private
    /// key, and no release is clear of it. Every signature is blinded, and verification is not concerned.
    #[cfg(feature = "rustcrypto")]
    RustCrypto,
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

/// What a signature is checked with.
#[cfg(feature = "verify")]
#[derive(Clone, Copy)]
pub(crate) enum Public<'a> {
    Rsa {
        modulus: &'a [u8],
        exponent: &'a [u8],
    },
    /// An uncompressed point.
    Ec(&'a [u8]),
    Ed25519(&'a [u8]),
    Hmac(&'a [u8]),
}

/// A public key, or a shared secret, inside of a library.
#[cfg(feature = "verify")]
pub(crate) trait Check {
    fn holds(&self, message: &[u8], signature: &[u8]) -> bool;
}

#[cfg(feature = "verify")]
impl<F: Fn(&[u8], &[u8]) -> bool> Check for F {
    fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        self(message, signature)
    }
}

impl Backend {
    pub(crate) fn load(self, key: &PrivateKey, algorithm: Algorithm) -> Result<Loaded, KeyFault> {
        if !algorithm.suits(key.kind()) {
            return Err(KeyFault::Unsuited { kind: key.kind() });
        }
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => aws_lc_rs::load(&key.numbers, algorithm),
            #[cfg(feature = "ring")]
            Self::Ring => ring::load(&key.numbers, algorithm),
            #[cfg(feature = "rustcrypto")]
            Self::RustCrypto => rust_crypto::load(&key.numbers, algorithm),
        }
    }

    /// A key that checks signatures; nothing when the library refuses it.
    #[cfg(feature = "verify")]
    #[cfg_attr(
        not(any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto")),
        expect(unused_variables, reason = "there is no library to ask")
    )]
    pub(crate) fn check(self, public: Public<'_>, algorithm: Algorithm) -> Option<Box<dyn Check>> {
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => aws_lc_rs::check(public, algorithm),
            #[cfg(feature = "ring")]
            Self::Ring => ring::check(public, algorithm),
            #[cfg(feature = "rustcrypto")]
            Self::RustCrypto => rust_crypto::check(public, algorithm),
        }
    }
}
