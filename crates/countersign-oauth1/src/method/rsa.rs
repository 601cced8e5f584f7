//! RSASSA-PKCS1-v1_5 (RFC 5849 §3.4.3, RFC 8017 §8.2).

mod blinding;
mod key;
mod pem;

use core::fmt;

use ::rsa::Pkcs1v15Sign;
use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_wire::flow::Entropy;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

pub use key::{RsaPrivateKey, RsaPublicKey};

use super::SignatureMethod;
use crate::{Algorithm, Error, KeyFault, Signature};

/// The hash under an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RsaHash {
    /// SHA-1, for RSA-SHA1: broken as a hash, and the only one that RFC 5849 knows.
    Sha1,
    /// SHA-256, for RSA-SHA256.
    Sha256,
    /// SHA-512, for RSA-SHA512.
    Sha512,
}

impl RsaHash {
    /// The method of this name that is RSA's, by its hash.
    pub const fn of(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::RsaSha1 => Some(Self::Sha1),
            Algorithm::RsaSha256 => Some(Self::Sha256),
            Algorithm::RsaSha512 => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn algorithm(self) -> Algorithm {
        match self {
            Self::Sha1 => Algorithm::RsaSha1,
            Self::Sha256 => Algorithm::RsaSha256,
            Self::Sha512 => Algorithm::RsaSha512,
        }
    }

    /// Hashes a text, and hands over the hash with the padding it goes into.
    ///
    /// The padding's own constructor wants a hash of another generation of the traits than ours.
    fn hashed<T>(self, text: &str, then: impl FnOnce(Pkcs1v15Sign, &[u8]) -> T) -> T {
        match self {
            Self::Sha1 => then(padding(&PREFIX_SHA1, 20), &Sha1::digest(text)),
            Self::Sha256 => then(padding(&PREFIX_SHA256, 32), &Sha256::digest(text)),
            Self::Sha512 => then(padding(&PREFIX_SHA512, 64), &Sha512::digest(text)),
        }
    }
}

/// RFC 8017 §9.2, note 1: what stands before the hash in `DigestInfo`.
const PREFIX_SHA1: [u8; 15] = *b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14";
const PREFIX_SHA256: [u8; 19] =
    *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const PREFIX_SHA512: [u8; 19] =
    *b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";

fn padding(prefix: &[u8], hash_len: usize) -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(hash_len), prefix: prefix.into() }
}

/// RSA-SHA1 (RFC 5849 §3.4.3), RSA-SHA256 or RSA-SHA512, with a private key to sign or a public one to verify.
///
/// The secrets of client and token have no part in it. The key is read and worked on once.
///
/// # Security
/// The advisory RUSTSEC-2023-0071 covers the crate `rsa` that does the arithmetic: how long it takes depends
/// on the private key, and no release is clear of it. Each signature is blinded with random bytes of
/// the [stamp](crate::Stamp::entropy), which hides the number that the key works on; without them there is no
/// signature. Where somebody can time many signatures precisely, sign elsewhere and implement
/// [`SignatureMethod`] for it. Verifying takes no private key and is not concerned.
#[derive(Clone)]
pub struct Rsa {
    hash: RsaHash,
    key: Key,
}

#[derive(Clone)]
enum Key {
    Private(RsaPrivateKey),
    Public(RsaPublicKey),
}

impl Rsa {
    /// The method with a private key, which signs and verifies.
    pub const fn signing(hash: RsaHash, key: RsaPrivateKey) -> Self {
        Self { hash, key: Key::Private(key) }
    }

    /// The method with a public key, which verifies alone.
    pub const fn verifying(hash: RsaHash, key: RsaPublicKey) -> Self {
        Self { hash, key: Key::Public(key) }
    }

    /// The method with a key that nobody holds, for a server to do a check's work for an unknown client.
    pub(crate) fn nobody(hash: RsaHash) -> Option<Self> {
        RsaPublicKey::nobody().map(|key| Self::verifying(hash, key))
    }
}

impl SignatureMethod for Rsa {
    fn name(&self) -> &str {
        self.hash.algorithm().as_str()
    }

    fn sign(&self, base_string: &str, entropy: &dyn Entropy) -> Result<Signature, Error> {
        let Key::Private(key) = &self.key else {
            return Err(Error::key(KeyFault::VerifyOnly));
        };
        let mut blinding = blinding::Blinding::new(entropy).map_err(|_| Error::key(KeyFault::NoEntropy))?;
        let signature = self
            .hash
            .hashed(base_string, |padding, hash| key.inner().sign_with_rng(&mut blinding, padding, hash))
            .map_err(|_| Error::key(KeyFault::Unavailable))?;
        Ok(STANDARD.encode(signature).into())
    }

    fn verify(&self, base_string: &str, signature: &str) -> bool {
        // What is no base64 is checked as an empty signature, which no key ever made.
        let signature = STANDARD.decode(signature).unwrap_or_default();
        let holds = |key: &::rsa::RsaPublicKey| {
            self.hash.hashed(base_string, |padding, hash| key.verify(padding, hash, &signature).is_ok())
        };
        match &self.key {
            Key::Private(key) => holds(key.inner().as_ref()),
            Key::Public(key) => holds(key.inner()),
        }
    }
}

impl fmt::Debug for Rsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hash, key } = self;
        let key = if matches!(key, Key::Private(_)) { "private" } else { "public" };
        f.debug_struct("Rsa").field("hash", hash).field("key", &key).finish()
    }
}
