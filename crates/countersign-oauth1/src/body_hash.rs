use alloc::string::String;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

use crate::Algorithm;

/// The hash of a body that is no form, sent as `oauth_body_hash` (OAuth Request Body Hash 1.0, draft 4).
///
/// It follows the signature method: SHA-1 where the draft was written for, the method's own hash where
/// servers have added stronger ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyHash {
    /// SHA-1, for HMAC-SHA1, RSA-SHA1 and methods of another name.
    Sha1,
    /// SHA-256, for methods whose name ends in `-SHA256`.
    Sha256,
    /// SHA-512, for methods whose name ends in `-SHA512`.
    Sha512,
}

impl BodyHash {
    /// The hash that goes with a signature method; PLAINTEXT has none, for it signs nothing.
    pub fn of_method(name: &str) -> Option<Self> {
        if name == Algorithm::Plaintext.as_str() {
            None
        } else if name.ends_with("-SHA256") {
            Some(Self::Sha256)
        } else if name.ends_with("-SHA512") {
            Some(Self::Sha512)
        } else {
            Some(Self::Sha1)
        }
    }

    /// The value of `oauth_body_hash` for a body, the empty one included.
    ///
    /// ```
    /// use countersign_oauth1::BodyHash;
    ///
    /// assert_eq!(BodyHash::Sha1.of_body(b"Hello World!"), "Lve95gjOVATpfV8EL5X4nxwjKHE=");
    /// ```
    pub fn of_body(self, body: &[u8]) -> String {
        match self {
            Self::Sha1 => STANDARD.encode(Sha1::digest(body)),
            Self::Sha256 => STANDARD.encode(Sha256::digest(body)),
            Self::Sha512 => STANDARD.encode(Sha512::digest(body)),
        }
    }
}
