use alloc::string::String;
use core::fmt;

use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::{KeyKind, base64url};

/// A signature algorithm of JWS (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// `none` is not one of them, however it is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519.
    EdDsa,
    /// HMAC with SHA-256: whoever can check a signature can make one.
    Hs256,
}

impl Algorithm {
    /// Every algorithm, in the order of the registry.
    pub const ALL: [Self; 8] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
        Self::Hs256,
    ];

    /// The name in the header, such as `RS256`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm of this name; the case of the letters matters.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == name)
    }

    /// Whether a key of this kind is one for the algorithm.
    pub const fn suits(self, kind: KeyKind) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 => matches!(kind, KeyKind::Rsa),
            Self::Es256 => matches!(kind, KeyKind::P256),
            Self::Es384 => matches!(kind, KeyKind::P384),
            Self::EdDsa => matches!(kind, KeyKind::Ed25519),
            Self::Hs256 => matches!(kind, KeyKind::Symmetric),
        }
    }

    /// The left half of the algorithm's hash of a text, in base64url: `at_hash` of an access token, `c_hash` of a
    /// code (OpenID Connect Core §3.1.3.6, §3.3.2.11).
    pub fn half_hash(self, text: &str) -> String {
        let half = |hash: &[u8]| hash.get(..hash.len() / 2).map(base64url::encode).unwrap_or_default();
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => half(&Sha256::digest(text)),
            Self::Rs384 | Self::Es384 => half(&Sha384::digest(text)),
            // Ed25519 hashes with SHA-512.
            Self::Rs512 | Self::EdDsa => half(&Sha512::digest(text)),
        }
    }

    /// Whether the key that checks signatures is the one that makes them.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
