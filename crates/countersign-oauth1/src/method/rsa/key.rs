use alloc::sync::Arc;
use core::fmt;

use ::rsa::{
    BigUint,
    pkcs1::{self, DecodeRsaPrivateKey},
    pkcs8::{self, DecodePrivateKey, spki},
    traits::PublicKeyParts,
};

use super::pem::{self, Block, Wanted};
use crate::{Error, KeyFault};

/// The shortest modulus that is accepted without asking, in bits (NIST SP 800-131A).
const SAFE: usize = 2048;

/// The shortest modulus of old keys and published examples, in bits.
const LEGACY: usize = 1024;

/// Longer than any key in use; a check against one would be work that a stranger orders.
const LONGEST: usize = 16_384;

/// An RSA private key, read and checked once; clones share it.
#[derive(Clone)]
pub struct RsaPrivateKey(Arc<::rsa::RsaPrivateKey>);

impl RsaPrivateKey {
    /// Reads a key of at least 2048 bits from PEM: PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`).
    ///
    /// Indented lines and what stands before or after the block, such as the "Bag Attributes" of a PKCS#12
    /// export, do not matter.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::at_least(SAFE, pem.as_ref())
    }

    /// Reads a key as [`from_pem`](Self::from_pem) does, and accepts one of 1024 bits or more.
    ///
    /// For servers that hold an old key and for published examples: a modulus under 2048 bits is within
    /// reach of whoever pays for it.
    ///
    /// # Errors
    /// Those of [`from_pem`](Self::from_pem).
    pub fn from_legacy_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::at_least(LEGACY, pem.as_ref())
    }

    fn at_least(bits: usize, pem: &[u8]) -> Result<Self, Error> {
        let key = match pem::find(pem, Wanted::Private)? {
            Block::Pkcs1(der) => {
                ::rsa::RsaPrivateKey::from_pkcs1_der(&der).map_err(|_| Error::key(KeyFault::Malformed))
            }
            Block::Pkcs8(der) => ::rsa::RsaPrivateKey::from_pkcs8_der(&der).map_err(|error| match error {
                pkcs8::Error::PublicKey(spki::Error::OidUnknown { .. }) => Error::key(KeyFault::NotRsa),
                _ => Error::key(KeyFault::Malformed),
            }),
        }?;
        check_length(&key, bits)?;
        Ok(Self(Arc::new(key)))
    }

    /// The public key that belongs to it.
    pub fn public_key(&self) -> RsaPublicKey {
        RsaPublicKey(Arc::new(self.0.to_public_key()))
    }

    pub(super) fn inner(&self) -> &::rsa::RsaPrivateKey {
        &self.0
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPrivateKey(..)")
    }
}

/// An RSA public key, read and checked once; clones share it.
#[derive(Clone)]
pub struct RsaPublicKey(Arc<::rsa::RsaPublicKey>);

impl RsaPublicKey {
    /// Reads a key of at least 2048 bits from PEM: PKCS#1 (`RSA PUBLIC KEY`) or SPKI (`PUBLIC KEY`).
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::at_least(SAFE, pem.as_ref())
    }

    /// Reads a key as [`from_pem`](Self::from_pem) does, and accepts one of 1024 bits or more.
    ///
    /// Whoever factors the modulus signs as the client, and under 2048 bits that can be paid for.
    ///
    /// # Errors
    /// Those of [`from_pem`](Self::from_pem).
    pub fn from_legacy_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::at_least(LEGACY, pem.as_ref())
    }

    fn at_least(bits: usize, pem: &[u8]) -> Result<Self, Error> {
        let malformed = Error::key(KeyFault::Malformed);
        let block = pem::find(pem, Wanted::Public)?;
        let der = match &block {
            Block::Pkcs1(der) => der.as_slice(),
            Block::Pkcs8(der) => {
                let info =
                    spki::SubjectPublicKeyInfoRef::try_from(der.as_slice()).map_err(|_| malformed.clone())?;
                if info.algorithm.oid != pkcs1::ALGORITHM_OID {
                    return Err(Error::key(KeyFault::NotRsa));
                }
                info.subject_public_key.as_bytes().ok_or(malformed.clone())?
            }
        };
        let key = pkcs1::RsaPublicKey::try_from(der).map_err(|_| malformed.clone())?;
        let number = |number: pkcs1::UintRef<'_>| BigUint::from_bytes_be(number.as_bytes());
        let key =
            ::rsa::RsaPublicKey::new_with_max_size(number(key.modulus), number(key.public_exponent), LONGEST)
                .map_err(|error| match error {
                    ::rsa::Error::ModulusTooLarge => {
                        Error::key(KeyFault::TooLong { bits: key.modulus.as_bytes().len().saturating_mul(8) })
                    }
                    _ => malformed,
                })?;
        check_length(&key, bits)?;
        Ok(Self(Arc::new(key)))
    }

    /// A modulus of 2048 bits that no private key is known of.
    pub(super) fn nobody() -> Option<Self> {
        let key = ::rsa::RsaPublicKey::new(BigUint::from_bytes_be(&[0xff; 256]), BigUint::from(65_537_u32));
        key.ok().map(|key| Self(Arc::new(key)))
    }

    pub(super) fn inner(&self) -> &::rsa::RsaPublicKey {
        &self.0
    }
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(key) = self;
        f.debug_struct("RsaPublicKey").field("bits", &key.n().bits()).finish()
    }
}

fn check_length(key: &impl PublicKeyParts, least: usize) -> Result<(), Error> {
    match key.n().bits() {
        bits if bits < least => Err(Error::key(KeyFault::TooShort { bits })),
        bits if bits > LONGEST => Err(Error::key(KeyFault::TooLong { bits })),
        _ => Ok(()),
    }
}
