use core::fmt;

/// A signature method by its name on the wire (RFC 5849 §3.4).
///
/// The methods beside RFC 5849's three are those that servers added in the same manner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `HMAC-SHA1` (RFC 5849 §3.4.2), which every server knows.
    HmacSha1,
    /// `HMAC-SHA256`.
    HmacSha256,
    /// `HMAC-SHA512`.
    HmacSha512,
    /// `RSA-SHA1` (RFC 5849 §3.4.3).
    RsaSha1,
    /// `RSA-SHA256`.
    RsaSha256,
    /// `RSA-SHA512`.
    RsaSha512,
    /// `PLAINTEXT` (RFC 5849 §3.4.4): the secrets themselves, for TLS only.
    Plaintext,
    /// A method that is not the crate's, of whatever name.
    Own,
}

impl Algorithm {
    pub(crate) const NAMED: [Self; 7] = [
        Self::HmacSha1,
        Self::HmacSha256,
        Self::HmacSha512,
        Self::RsaSha1,
        Self::RsaSha256,
        Self::RsaSha512,
        Self::Plaintext,
    ];

    /// The value of `oauth_signature_method`; of [`Own`](Self::Own) a word that stands for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaSha512 => "RSA-SHA512",
            Self::Plaintext => "PLAINTEXT",
            Self::Own => "own",
        }
    }

    /// The method of this name, in exactly this spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::from_bytes(name.as_bytes())
    }

    pub(crate) fn from_bytes(name: &[u8]) -> Option<Self> {
        Self::NAMED.into_iter().find(|algorithm| algorithm.as_str().as_bytes() == name)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
