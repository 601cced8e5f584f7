use alloc::{string::String, vec, vec::Vec};

use super::text;
use crate::{KeyFault, KeyKind};

/// The shortest modulus that is safe, in bits (NIST SP 800-131A), and the longest that is worth the time.
const RSA_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// The numbers of a public key, checked as far as it goes without a curve's arithmetic.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Ec { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    Ed25519([u8; 32]),
}

/// A curve of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
}

impl Curve {
    pub(crate) const fn kind(self) -> KeyKind {
        match self {
            Self::P256 => KeyKind::P256,
            Self::P384 => KeyKind::P384,
        }
    }

    /// The length of a coordinate and of a private key, in bytes.
    pub(crate) const fn length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::P256, Self::P384].into_iter().find(|curve| curve.name() == name)
    }
}

impl Material {
    /// An RSA key from its numbers, most significant byte first.
    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyFault> {
        let (modulus, exponent) = (significant(modulus), significant(exponent));
        let bits = bits(modulus);
        if bits < *RSA_BITS.start() {
            return Err(KeyFault::TooShort { bits });
        }
        if bits > *RSA_BITS.end() {
            return Err(KeyFault::TooLong { bits });
        }
        let odd = |number: &[u8]| number.last().is_some_and(|byte| byte & 1 == 1);
        // An exponent of 1 signs nothing, and one of more than 64 bits is there to cost time.
        if !odd(modulus) || !odd(exponent) || exponent == [1] || exponent.len() > 8 {
            return Err(KeyFault::Malformed);
        }
        Ok(Self::Rsa { modulus: modulus.to_vec(), exponent: exponent.to_vec() })
    }

    /// A point as it stands in certificates and private keys: `04`, then the two coordinates.
    pub(crate) fn point(curve: Curve, point: &[u8]) -> Result<Self, KeyFault> {
        match point.split_first() {
            Some((4, coordinates)) if coordinates.len() == 2 * curve.length() => {
                let (x, y) = coordinates.split_at(curve.length());
                Ok(Self::Ec { curve, x: x.to_vec(), y: y.to_vec() })
            }
            Some((2 | 3, _)) => Err(KeyFault::Unsupported),
            _ => Err(KeyFault::Malformed),
        }
    }

    /// The point of [`point`](Self::point); nothing for a key that is none.
    pub(crate) fn to_point(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ec { x, y, .. } => Some([&[4], x.as_slice(), y].concat()),
            Self::Rsa { .. } | Self::Ed25519(_) => None,
        }
    }

    pub(crate) fn ed25519(key: &[u8]) -> Result<Self, KeyFault> {
        key.try_into().map(Self::Ed25519).map_err(|_| KeyFault::Malformed)
    }

    pub(crate) const fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::Ec { curve, .. } => curve.kind(),
            Self::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The members that make the key, in the usual order.
    pub(super) fn members(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Rsa { modulus, exponent } => {
                vec![("kty", "RSA".into()), ("n", text(modulus)), ("e", text(exponent))]
            }
            Self::Ec { curve, x, y } => {
                vec![("kty", "EC".into()), ("crv", curve.name().into()), ("x", text(x)), ("y", text(y))]
            }
            Self::Ed25519(x) => {
                vec![("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(x))]
            }
        }
    }
}

/// A number without the zeros before it.
pub(crate) fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// How many bits a number without zeros before it takes.
fn bits(number: &[u8]) -> usize {
    let first = number.first().map_or(0, |byte| byte.leading_zeros() as usize);
    number.len().saturating_mul(8).saturating_sub(first)
}
