//! Private keys as they are found.

pub(crate) mod der;
mod generate;
mod jwk;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
pub(crate) mod write;

use alloc::{string::String, vec::Vec};
use core::fmt;

use countersign_token::Secret;
use countersign_wire::flow::Entropy;
use zeroize::Zeroizing;

use crate::{
    Error, KeyFault, KeyKind,
    jwk::{Material, material::Curve},
};

pub(crate) use pem::instead;

/// The shortest key of HMAC with SHA-256, in bytes (RFC 7518 §3.2).
const HMAC_LEAST: usize = 32;

/// A private key, read from a file and not yet given to a backend.
///
/// It is wiped when it is dropped. What a file is instead of a key is named in the error.
///
/// ```
/// use countersign_jwt::{Error, KeyFault, PrivateKey};
///
/// let error = PrivateKey::read(b"PuTTY-User-Key-File-3: ssh-rsa").unwrap_err();
/// assert_eq!(error, Error::Key { fault: KeyFault::Putty });
/// assert_eq!(error.to_string(), "the key file is PuTTY's; its key generator exports PEM");
/// ```
#[derive(Clone)]
pub struct PrivateKey {
    pub(crate) numbers: Numbers,
    key_id: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Numbers {
    /// A whole PKCS#1 `RSAPrivateKey`, and its public numbers.
    Rsa {
        pkcs1: Zeroizing<Vec<u8>>,
        public: Material,
    },
    Ec {
        curve: Curve,
        scalar: Zeroizing<Vec<u8>>,
        public: Option<Material>,
    },
    Ed25519 {
        seed: Zeroizing<[u8; 32]>,
        public: Option<[u8; 32]>,
    },
    Hmac(Zeroizing<Vec<u8>>),
}

impl PrivateKey {
    const fn of(numbers: Numbers) -> Self {
        Self { numbers, key_id: None }
    }

    /// Reads a key from whatever form it is in: PEM, DER or a JWK.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn read(file: impl AsRef<[u8]>) -> Result<Self, Error> {
        let file = file.as_ref();
        match file.trim_ascii_start().first() {
            Some(b'{') => Self::from_jwk(file),
            // DER's first byte is the digit 0 in ASCII; a text may begin with it, but then not go on like DER.
            Some(0x30) if der::looks_like(file) => Self::from_der(file),
            _ => Self::from_pem(file),
        }
    }

    /// Reads a key from PEM: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`).
    ///
    /// Indented lines and what stands before or after the block, such as the "Bag Attributes" of a PKCS#12
    /// export, do not matter.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        pem::private(pem.as_ref()).map(Self::of).map_err(Error::key)
    }

    /// Reads a key from DER: PKCS#8, PKCS#1 or SEC 1, which is told by its form.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_der(der: impl AsRef<[u8]>) -> Result<Self, Error> {
        der::private(der.as_ref()).map(Self::of).map_err(Error::key)
    }

    /// Reads a key from a JWK with its private members (RFC 7517), and keeps its `kid`.
    ///
    /// # Errors
    /// [`Error::Key`] with what is wrong, or with what kind of file it is instead.
    pub fn from_jwk(jwk: impl AsRef<[u8]>) -> Result<Self, Error> {
        jwk::private(jwk.as_ref()).map(|(numbers, key_id)| Self { numbers, key_id }).map_err(Error::key)
    }

    /// Takes a shared secret as the key of HS256, such as a client secret for `client_secret_jwt`.
    ///
    /// # Errors
    /// [`Error::Key`] with [`KeyFault::TooShort`] under 256 bits (RFC 7518 §3.2).
    pub fn from_secret(secret: &Secret) -> Result<Self, Error> {
        Self::hmac(secret.expose().as_bytes()).map(Self::of).map_err(Error::key)
    }

    /// Reads the first key of a PKCS#12 file (`.p12`, `.pfx`); without a password, by the one that Google's console
    /// gave all of them, `notasecret`.
    ///
    /// Files of every age are read: encrypted by RC2-40, 3DES or AES, and authenticated by SHA-1 or SHA-2.
    ///
    /// # Errors
    /// [`Error::Key`] with [`KeyFault::Password`], with what else is wrong, or with what kind of file it is instead.
    #[cfg(feature = "pkcs12")]
    pub fn from_pkcs12(file: impl AsRef<[u8]>, password: Option<&Secret>) -> Result<Self, Error> {
        let password = password.map_or("notasecret", Secret::expose);
        pkcs12::private(file.as_ref(), password).map(Self::of).map_err(Error::key)
    }

    /// Makes a new key on a curve, as a DPoP client does for each of its sessions.
    ///
    /// # Errors
    /// [`Error::Key`] with [`KeyFault::Unsuited`] for RSA and shared secrets, and [`KeyFault::NoEntropy`].
    pub fn generate(kind: KeyKind, entropy: &dyn Entropy) -> Result<Self, Error> {
        generate::private(kind, entropy).map(Self::of).map_err(Error::key)
    }

    /// The key as PKCS#8 in PEM, to be kept; nothing for a shared secret. A `kid` is not in it.
    pub fn to_pem(&self) -> Option<Secret> {
        write::pem(&self.numbers)
    }

    fn hmac(secret: &[u8]) -> Result<Numbers, KeyFault> {
        if secret.len() < HMAC_LEAST {
            return Err(KeyFault::TooShort { bits: secret.len().saturating_mul(8) });
        }
        Ok(Numbers::Hmac(Zeroizing::new(secret.to_vec())))
    }

    /// What kind of key it is.
    pub const fn kind(&self) -> KeyKind {
        match &self.numbers {
            Numbers::Rsa { .. } => KeyKind::Rsa,
            Numbers::Ec { curve, .. } => curve.kind(),
            Numbers::Ed25519 { .. } => KeyKind::Ed25519,
            Numbers::Hmac(_) => KeyKind::Symmetric,
        }
    }

    /// The name that a JWK gave the key (`kid`).
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("kind", &self.kind()).finish_non_exhaustive()
    }
}
