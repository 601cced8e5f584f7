use core::fmt;

/// What is wrong with a key, or with the file it should be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// There is no PEM block, and nothing else that is known.
    NotPem,
    /// It is binary DER, which has to be written as PEM.
    Der,
    /// It is an OpenSSH key.
    OpenSsh,
    /// It is a PuTTY key.
    Putty,
    /// It is JSON, as the key files of service accounts are.
    Json,
    /// It is a certificate, not the public key in it.
    Certificate,
    /// It is a request for a certificate.
    CertificateRequest,
    /// It is a public key, and a private one is needed.
    PublicKey,
    /// It is a private key, and a public one is needed.
    PrivateKey,
    /// It is a private key under a password.
    Encrypted,
    /// It is a key of another kind than RSA.
    NotRsa,
    /// It is a PEM block of another kind.
    OtherPem,
    /// It is the right kind of file, but broken.
    Malformed,
    /// The modulus is too short to be safe.
    TooShort {
        /// The length of the modulus.
        bits: usize,
    },
    /// The modulus is longer than any key in use, and would only cost time.
    TooLong {
        /// The length of the modulus.
        bits: usize,
    },
    /// It is a public key, which checks signatures and makes none.
    VerifyOnly,
    /// The stamp has no random bytes to blind the key with, or its source gave none.
    NoEntropy,
    /// The key is out of reach, or refuses to sign.
    Unavailable,
}

impl fmt::Display for KeyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPem => "the key file holds no PEM block",
            Self::Der => "the key file is binary DER, not PEM",
            Self::OpenSsh => "the key file is OpenSSH's; ssh-keygen -p -m PEM rewrites it",
            Self::Putty => "the key file is PuTTY's; its key generator exports PEM",
            Self::Json => "the key file is JSON; the key is a text in it",
            Self::Certificate => {
                "the key file is a certificate; openssl x509 -pubkey -noout prints its public key"
            }
            Self::CertificateRequest => "the key file is a certificate request",
            Self::PublicKey => "the key file holds a public key, and a private one is needed",
            Self::PrivateKey => "the key file holds a private key, and a public one is needed",
            Self::Encrypted => "the private key is under a password; openssl pkey takes it off",
            Self::NotRsa => "the key is not an RSA key",
            Self::OtherPem => "the key file holds PEM that is no key",
            Self::Malformed => "the key file is broken",
            Self::TooShort { bits } => return write!(f, "an RSA key of {bits} bits is too short to be safe"),
            Self::TooLong { bits } => return write!(f, "an RSA key of {bits} bits is too long"),
            Self::VerifyOnly => "a public key checks signatures and makes none",
            Self::NoEntropy => "there are no random bytes to blind the key with",
            Self::Unavailable => "the key is out of reach, or refuses to sign",
        })
    }
}
