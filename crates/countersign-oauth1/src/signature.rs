use alloc::string::String;
use core::fmt;

use countersign_token::Secret;

/// The longest signature that needs no allocation: HMAC-SHA512 in base64.
const SHORT: usize = 88;

/// The value of `oauth_signature`, as it is before it is percent-encoded.
///
/// It is made of a text. That of PLAINTEXT is the secrets themselves, so it is shown by no `Debug`.
#[derive(Clone)]
pub struct Signature(Kept);

#[derive(Clone)]
enum Kept {
    /// ASCII, which is no secret.
    Short {
        bytes: [u8; SHORT],
        length: usize,
    },
    Long(Secret),
}

impl Signature {
    /// A code in ASCII that is no secret; without allocation when it is short.
    pub(crate) fn of_ascii(code: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..code.len()) {
            Some(place) => {
                place.copy_from_slice(code);
                Self(Kept::Short { bytes, length: code.len() })
            }
            None => Self(Kept::Long(Secret::new(String::from_utf8_lossy(code)))),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Kept::Short { bytes, length } => bytes.get(..*length).unwrap_or_default(),
            Kept::Long(text) => text.expose().as_bytes(),
        }
    }

    /// The signature as a text.
    pub fn expose(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl From<String> for Signature {
    fn from(text: String) -> Self {
        Self(Kept::Long(text.into()))
    }
}

impl From<&str> for Signature {
    fn from(text: &str) -> Self {
        Self(Kept::Long(text.into()))
    }
}

impl From<Secret> for Signature {
    fn from(text: Secret) -> Self {
        Self(Kept::Long(text))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(..)")
    }
}
