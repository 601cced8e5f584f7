use core::fmt;

/// What kind of key it is, which decides the algorithms it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA: RS256, RS384, RS512, PS256.
    Rsa,
    /// An elliptic curve key on P-256: ES256.
    P256,
    /// An elliptic curve key on P-384: ES384.
    P384,
    /// Ed25519: EdDSA.
    Ed25519,
    /// A shared secret: HS256.
    Symmetric,
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::Ed25519 => "Ed25519",
            Self::Symmetric => "symmetric",
        })
    }
}
