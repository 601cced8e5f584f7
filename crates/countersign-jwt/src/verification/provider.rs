//! jsonwebtoken's way to a signature's check, with a provider that is named: its process-wide one is never asked.

use alloc::{boxed::Box, string::String, vec::Vec};

use jsonwebtoken::{
    Algorithm as Name, DecodingKey, DecodingKeyKind,
    crypto::{CryptoProvider, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind, Result},
    signature::{Error as Mismatch, Verifier},
};

use crate::{
    Algorithm, Backend,
    backend::{Check, Public},
};

impl Backend {
    /// Its provider, which checks signatures and does nothing else.
    pub(super) const fn provider(self) -> &'static CryptoProvider {
        match self {
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLcRs => {
                static PROVIDER: CryptoProvider = of(|name, key| verifier(Backend::AwsLcRs, name, key));
                &PROVIDER
            }
            #[cfg(feature = "ring")]
            Self::Ring => {
                static PROVIDER: CryptoProvider = of(|name, key| verifier(Backend::Ring, name, key));
                &PROVIDER
            }
            #[cfg(feature = "rustcrypto")]
            Self::RustCrypto => {
                static PROVIDER: CryptoProvider = of(|name, key| verifier(Backend::RustCrypto, name, key));
                &PROVIDER
            }
        }
    }
}

type Factory = fn(&Name, &DecodingKey) -> Result<Box<dyn JwtVerifier>>;

const fn of(verifier_factory: Factory) -> CryptoProvider {
    CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::Provider(String::new()).into()),
        verifier_factory,
        key_utils: KeyUtils::new_unimplemented(),
    }
}

fn verifier(backend: Backend, name: &Name, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let unsupported = || Error::from(ErrorKind::UnsupportedAlgorithm);
    let algorithm = own(*name).ok_or_else(unsupported)?;
    let public = match (key.kind(), algorithm) {
        (DecodingKeyKind::RsaModulusExponent { n, e }, _) => Public::Rsa { modulus: n, exponent: e },
        (DecodingKeyKind::SecretOrDer(point), Algorithm::Es256 | Algorithm::Es384) => Public::Ec(point),
        (DecodingKeyKind::SecretOrDer(key), Algorithm::EdDsa) => Public::Ed25519(key),
        (DecodingKeyKind::SecretOrDer(secret), Algorithm::Hs256) => Public::Hmac(secret),
        (DecodingKeyKind::SecretOrDer(_), _) => return Err(unsupported()),
    };
    let check = backend.check(public, algorithm).ok_or(ErrorKind::InvalidKeyFormat)?;
    Ok(Box::new(Checked { name: *name, check }))
}

struct Checked {
    name: Name,
    check: Box<dyn Check>,
}

impl Verifier<Vec<u8>> for Checked {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> core::result::Result<(), Mismatch> {
        if self.check.holds(message, signature) { Ok(()) } else { Err(Mismatch::new()) }
    }
}

impl JwtVerifier for Checked {
    fn algorithm(&self) -> Name {
        self.name
    }
}

/// The algorithm of ours that jsonwebtoken's is.
fn own(name: Name) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| named(*algorithm) == name)
}

/// The algorithm of jsonwebtoken's that ours is.
pub(super) const fn named(algorithm: Algorithm) -> Name {
    match algorithm {
        Algorithm::Rs256 => Name::RS256,
        Algorithm::Rs384 => Name::RS384,
        Algorithm::Rs512 => Name::RS512,
        Algorithm::Ps256 => Name::PS256,
        Algorithm::Es256 => Name::ES256,
        Algorithm::Es384 => Name::ES384,
        Algorithm::EdDsa => Name::EdDSA,
        Algorithm::Hs256 => Name::HS256,
    }
}
