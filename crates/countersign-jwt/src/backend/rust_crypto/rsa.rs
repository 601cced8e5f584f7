#[cfg(feature = "verify")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use ::rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey, pkcs1::DecodeRsaPrivateKey, sha2::Sha256 as OldSha256};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{super::Primitive, entropy::Blinding};
#[cfg(feature = "verify")]
use crate::backend::Check;
use crate::{Algorithm, Error, KeyFault};

/// RFC 8017 §9.2, note 1: what stands before the hash in `DigestInfo`.
const PREFIX_SHA256: [u8; 19] =
    *b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
const PREFIX_SHA384: [u8; 19] =
    *b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30";
const PREFIX_SHA512: [u8; 19] =
    *b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40";

/// The padding of an algorithm, and the hash of a message.
enum Padded {
    /// The padding's own constructor wants a hash of another generation of the traits than ours.
    Pkcs1(Pkcs1v15Sign, Vec<u8>),
    /// The salt is as long as the hash (RFC 7518 §3.5).
    Pss(Pss, Vec<u8>),
}

fn padded(algorithm: Algorithm, message: &[u8]) -> Option<Padded> {
    let pkcs1 = |prefix: &[u8], hash: &[u8]| {
        let padding = Pkcs1v15Sign { hash_len: Some(hash.len()), prefix: prefix.into() };
        Padded::Pkcs1(padding, hash.to_vec())
    };
    Some(match algorithm {
        Algorithm::Rs256 => pkcs1(&PREFIX_SHA256, &Sha256::digest(message)),
        Algorithm::Rs384 => pkcs1(&PREFIX_SHA384, &Sha384::digest(message)),
        Algorithm::Rs512 => pkcs1(&PREFIX_SHA512, &Sha512::digest(message)),
        Algorithm::Ps256 => {
            Padded::Pss(Pss::new_blinded_with_salt::<OldSha256>(32), Sha256::digest(message).to_vec())
        }
        _ => return None,
    })
}

pub(super) struct Rsa {
    key: RsaPrivateKey,
    algorithm: Algorithm,
}

impl Rsa {
    pub(super) fn load(pkcs1: &[u8], algorithm: Algorithm) -> Result<Self, KeyFault> {
        let key = RsaPrivateKey::from_pkcs1_der(pkcs1).map_err(|_| KeyFault::Refused)?;
        key.validate().map_err(|_| KeyFault::Refused)?;
        Ok(Self { key, algorithm })
    }
}

impl Primitive for Rsa {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut blinding = Blinding::new().ok_or(Error::Unavailable)?;
        let signature = match padded(self.algorithm, message).ok_or(Error::Unavailable)? {
            Padded::Pkcs1(padding, hash) => self.key.sign_with_rng(&mut blinding, padding, &hash),
            Padded::Pss(padding, hash) => self.key.sign_with_rng(&mut blinding, padding, &hash),
        };
        signature.map_err(|_| Error::Unavailable)
    }
}

#[cfg(feature = "verify")]
pub(super) fn check(modulus: &[u8], exponent: &[u8], algorithm: Algorithm) -> Option<Box<dyn Check>> {
    use ::rsa::{BigUint, RsaPublicKey};

    let number = BigUint::from_bytes_be;
    let key = RsaPublicKey::new_with_max_size(number(modulus), number(exponent), 8192).ok()?;
    Some(Box::new(move |message: &[u8], signature: &[u8]| match padded(algorithm, message) {
        Some(Padded::Pkcs1(padding, hash)) => key.verify(padding, &hash, signature).is_ok(),
        Some(Padded::Pss(padding, hash)) => key.verify(padding, &hash, signature).is_ok(),
        None => false,
    }))
}
