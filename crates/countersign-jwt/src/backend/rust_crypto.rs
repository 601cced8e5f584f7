mod entropy;
mod rsa;

use alloc::{boxed::Box, vec::Vec};

use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

#[cfg(feature = "verify")]
use super::{Check, Public};
use super::{Loaded, Primitive};
use crate::{
    Algorithm, Error, Jwk, KeyFault,
    jwk::{Material, material::Curve},
    private_key::Numbers,
};

pub(super) fn load(numbers: &Numbers, algorithm: Algorithm) -> Result<Loaded, KeyFault> {
    let (primitive, public): (Box<dyn Primitive>, _) = match numbers {
        Numbers::Rsa { pkcs1, public } => (Box::new(rsa::Rsa::load(pkcs1, algorithm)?), Some(public.clone())),
        Numbers::Ec { curve: curve @ Curve::P256, scalar, public } => {
            let pair = p256::ecdsa::SigningKey::from_slice(scalar).map_err(|_| KeyFault::Refused)?;
            let own = Material::point(*curve, &pair.verifying_key().to_sec1_point(false).to_bytes())?;
            (Box::new(P256(pair)), Some(same(own, public.as_ref())?))
        }
        Numbers::Ec { curve: curve @ Curve::P384, scalar, public } => {
            let pair = p384::ecdsa::SigningKey::from_slice(scalar).map_err(|_| KeyFault::Refused)?;
            let own = Material::point(*curve, &pair.verifying_key().to_sec1_point(false).to_bytes())?;
            (Box::new(P384(pair)), Some(same(own, public.as_ref())?))
        }
        Numbers::Ed25519 { seed, public } => {
            let pair = ed25519_dalek::SigningKey::from_bytes(seed);
            let own = Material::Ed25519(pair.verifying_key().to_bytes());
            (Box::new(Ed25519(pair)), Some(same(own, public.map(Material::Ed25519).as_ref())?))
        }
        Numbers::Hmac(secret) => {
            let key = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| KeyFault::Refused)?;
            (Box::new(HmacSha256(key)), None)
        }
    };
    Ok(Loaded { primitive, public: public.map(Jwk::of) })
}

/// The public half that was worked out, when it is the one in the file.
fn same(own: Material, written: Option<&Material>) -> Result<Material, KeyFault> {
    if written.is_some_and(|written| *written != own) { Err(KeyFault::Refused) } else { Ok(own) }
}

struct P256(p256::ecdsa::SigningKey);

impl Primitive for P256 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: p256::ecdsa::Signature = self.0.try_sign(message).map_err(|_| Error::Unavailable)?;
        Ok(signature.to_bytes().to_vec())
    }
}

struct P384(p384::ecdsa::SigningKey);

impl Primitive for P384 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature: p384::ecdsa::Signature = self.0.try_sign(message).map_err(|_| Error::Unavailable)?;
        Ok(signature.to_bytes().to_vec())
    }
}

struct Ed25519(ed25519_dalek::SigningKey);

impl Primitive for Ed25519 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.0.try_sign(message).map_err(|_| Error::Unavailable)?;
        Ok(signature.to_bytes().to_vec())
    }
}

struct HmacSha256(Hmac<Sha256>);

impl Primitive for HmacSha256 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

#[cfg(feature = "verify")]
pub(super) fn check(public: Public<'_>, algorithm: Algorithm) -> Option<Box<dyn Check>> {
    use ed25519_dalek::Verifier as _;

    Some(match (public, algorithm) {
        (Public::Rsa { modulus, exponent }, _) => return rsa::check(modulus, exponent, algorithm),
        (Public::Ec(point), Algorithm::Es256) => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            Box::new(move |message: &[u8], signature: &[u8]| {
                let signature = p256::ecdsa::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            })
        }
        (Public::Ec(point), Algorithm::Es384) => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            Box::new(move |message: &[u8], signature: &[u8]| {
                let signature = p384::ecdsa::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
            })
        }
        (Public::Ed25519(key), Algorithm::EdDsa) => {
            let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
            Box::new(move |message: &[u8], signature: &[u8]| {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                signature.is_ok_and(|signature| key.verify_strict(message, &signature).is_ok())
            })
        }
        (Public::Hmac(secret), Algorithm::Hs256) => {
            let key = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            Box::new(move |message: &[u8], tag: &[u8]| {
                key.clone().chain_update(message).verify_slice(tag).is_ok()
            })
        }
        _ => return None,
    })
}
