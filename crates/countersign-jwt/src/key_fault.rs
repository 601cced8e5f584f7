use core::fmt;

use crate::KeyKind;

/// What is wrong with a key, or with the file it should be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// It is no kind of file that is known.
    Unknown,
    /// It is an OpenSSH key.
    OpenSsh,
    /// It is a PuTTY key.
    Putty,
    /// It is a service account's key file, and the key is the text `private_key` in it.
    ServiceAccount,
    /// It is the file of an OAuth client, which holds no key.
    ClientSecret,
    /// It is JSON of another kind.
    Json,
    /// It is a set of JWKs, and one is needed.
    JwkSet,
    /// It is a certificate.
    Certificate,
    /// It is a request for a certificate.
    CertificateRequest,
    /// It is a public key, and a private one is needed.
    PublicKey,
    /// It is a private key, and a public one is needed.
    PrivateKey,
    /// It is a private key under a password.
    Encrypted,
    /// It is a PKCS#12 file.
    Pkcs12,
    /// It is a key that is not in a PKCS#12 file.
    NotPkcs12,
    /// The password is not that of the file.
    Password,
    /// It is PEM that is no key.
    OtherPem,
    /// It is a key of a kind or on a curve that is not known here.
    Unsupported,
    /// It is the right kind of file, but broken.
    Malformed,
    /// Its parts do not belong together, or the backend refuses it.
    Refused,
    /// The key is too short to be safe.
    TooShort {
        /// The length in bits.
        bits: usize,
    },
    /// The key is longer than any in use, and would only cost time.
    TooLong {
        /// The length in bits.
        bits: usize,
    },
    /// It is a key of another kind than the algorithm takes.
    Unsuited {
        /// Its kind.
        kind: KeyKind,
    },
    /// The public half is not in the file, and the backend does not work it out.
    NoPublicHalf,
    /// There are no random bytes to make a key of.
    NoEntropy,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the key file is neither PEM nor DER nor a JWK",
            Self::OpenSsh => "the key file is OpenSSH's; ssh-keygen -p -m PEM rewrites it",
            Self::Putty => "the key file is PuTTY's; its key generator exports PEM",
            Self::ServiceAccount => {
                "the file is a service account's; the key is the text `private_key` in it"
            }
            Self::ClientSecret => "the file is that of an OAuth client, which holds no key",
            Self::Json => "the key file is JSON, but no JWK",
            Self::JwkSet => "the key file is a set of JWKs, and one key is needed",
            Self::Certificate => {
                "the key file is a certificate; openssl x509 -pubkey -noout prints its public key"
            }
            Self::CertificateRequest => "the key file is a certificate request",
            Self::PublicKey => "the key file holds a public key, and a private one is needed",
            Self::PrivateKey => "the key file holds a private key, and a public one is needed",
            Self::Encrypted => "the private key is under a password; openssl pkey takes it off",
            Self::Pkcs12 => "the key file is PKCS#12, which is read with its password",
            Self::NotPkcs12 => "the key file is not PKCS#12, and is read without a password",
            Self::Password => "the password is not that of the key file",
            Self::OtherPem => "the key file holds PEM that is no key",
            Self::Unsupported => "the key is of a kind that is not known here",
            Self::Malformed => "the key file is broken",
            Self::Refused => "the parts of the key do not belong together",
            Self::TooShort { bits } => return write!(f, "a key of {bits} bits is too short to be safe"),
            Self::TooLong { bits } => return write!(f, "a key of {bits} bits is too long"),
            Self::Unsuited { kind } => {
                return write!(f, "a key of the kind {kind} does not suit the algorithm");
            }
            Self::NoPublicHalf => "the key file lacks the public half, which this backend does not work out",
            Self::NoEntropy => "there are no random bytes to make a key of",
        })
    }
}
