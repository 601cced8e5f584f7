use alloc::{boxed::Box, vec, vec::Vec};

use ::aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding,
        RsaKeyPair,
    },
};

#[cfg(feature = "verify")]
use super::{Check, Public};
use super::{Loaded, Primitive};
use crate::{
    Algorithm, Error, Jwk, KeyFault,
    der::{self, SEQUENCE},
    jwk::{Material, material::Curve},
    private_key::{Numbers, write::sec1},
};

pub(super) fn load(numbers: &Numbers, algorithm: Algorithm) -> Result<Loaded, KeyFault> {
    let (primitive, public): (Box<dyn Primitive>, _) = match numbers {
        Numbers::Rsa { pkcs1, public } => {
            let pair = RsaKeyPair::from_der(pkcs1).map_err(|_| KeyFault::Refused)?;
            (Box::new(Rsa { pair, encoding: encoding(algorithm)? }), Some(public.clone()))
        }
        Numbers::Ec { curve, scalar, public } => {
            let pair = ecdsa(*curve, scalar, public.as_ref())?;
            let public = Material::point(*curve, pair.public_key().as_ref())?;
            (Box::new(Ecdsa(pair)), Some(public))
        }
        Numbers::Ed25519 { seed, public } => {
            let pair = match public {
                Some(public) => Ed25519KeyPair::from_seed_and_public_key(seed.as_slice(), public),
                None => Ed25519KeyPair::from_seed_unchecked(seed.as_slice()),
            };
            let pair = pair.map_err(|_| KeyFault::Refused)?;
            let public = Material::ed25519(pair.public_key().as_ref())?;
            (Box::new(Ed25519(pair)), Some(public))
        }
        Numbers::Hmac(secret) => (Box::new(Hmac(hmac::Key::new(hmac::HMAC_SHA256, secret))), None),
    };
    Ok(Loaded { primitive, public: public.map(Jwk::of) })
}

fn encoding(algorithm: Algorithm) -> Result<&'static dyn RsaEncoding, KeyFault> {
    Ok(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        _ => return Err(KeyFault::Refused),
    })
}

fn ecdsa(curve: Curve, scalar: &[u8], public: Option<&Material>) -> Result<EcdsaKeyPair, KeyFault> {
    let algorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        Curve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
    };
    let pair = match public.and_then(Material::to_point) {
        Some(point) => EcdsaKeyPair::from_private_key_and_public_key(algorithm, scalar, &point),
        // The shortest form of RFC 5915, of which the library works the public key out.
        None => EcdsaKeyPair::from_private_key_der(algorithm, &der::wrap(SEQUENCE, &sec1(scalar, None))),
    };
    pair.map_err(|_| KeyFault::Refused)
}

struct Rsa {
    pair: RsaKeyPair,
    encoding: &'static dyn RsaEncoding,
}

impl Primitive for Rsa {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(self.encoding, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| Error::Unavailable)?;
        Ok(signature)
    }
}

struct Ecdsa(EcdsaKeyPair);

impl Primitive for Ecdsa {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.0.sign(&SystemRandom::new(), message).map_err(|_| Error::Unavailable)?;
        Ok(signature.as_ref().to_vec())
    }
}

struct Ed25519(Ed25519KeyPair);

impl Primitive for Ed25519 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.0.try_sign(message).map_err(|_| Error::Unavailable)?;
        Ok(signature.as_ref().to_vec())
    }
}

struct Hmac(hmac::Key);

impl Primitive for Hmac {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

#[cfg(feature = "verify")]
pub(super) fn check(public: Public<'_>, algorithm: Algorithm) -> Option<Box<dyn Check>> {
    use ::aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
        RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, VerificationAlgorithm,
    };

    let parsed =
        |algorithm: &'static dyn VerificationAlgorithm, key| ParsedPublicKey::new(algorithm, key).ok();
    let key = match (public, algorithm) {
        (Public::Rsa { modulus, exponent }, _) => {
            let parameters = match algorithm {
                Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
                Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
                Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
                Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                _ => return None,
            };
            let key = RsaPublicKeyComponents { n: modulus, e: exponent };
            key.to_parsed_public_key(parameters).ok()
        }
        (Public::Ec(point), Algorithm::Es256) => parsed(&ECDSA_P256_SHA256_FIXED, point),
        (Public::Ec(point), Algorithm::Es384) => parsed(&ECDSA_P384_SHA384_FIXED, point),
        (Public::Ed25519(key), Algorithm::EdDsa) => parsed(&ED25519, key),
        (Public::Hmac(secret), Algorithm::Hs256) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
            return Some(Box::new(move |message: &[u8], tag: &[u8]| {
                hmac::verify(&key, message, tag).is_ok()
            }));
        }
        _ => None,
    }?;
    Some(Box::new(move |message: &[u8], signature: &[u8]| key.verify_sig(message, signature).is_ok()))
}
