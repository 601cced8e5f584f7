use alloc::string::String;
use core::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_token::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use super::shared_secret;

/// HMAC-SHA1 (RFC 5849 §3.4.2) with the key worked in once.
///
/// ```
/// use countersign_oauth1::HmacSha1;
/// use countersign_token::Secret;
///
/// let method = HmacSha1::new(&Secret::new("cs"), Some(&Secret::new("ts")));
/// assert_eq!(method.sign("bs"), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
/// assert!(method.verify("bs", "VZVjXceV7JgPq/dOTnNmEfO0Fv8="));
/// ```
#[derive(Clone)]
pub struct HmacSha1(Hmac<Sha1>);

impl HmacSha1 {
    /// The method under a client's secret and the token's; no token is an empty secret.
    pub fn new(client: &Secret, token: Option<&Secret>) -> Self {
        let key = shared_secret(client, token);
        let key = key.expose().as_bytes();
        // RFC 2104 §2: a key longer than a block is hashed first, a shorter one is filled up with zeros.
        let mut block = [0; 64];
        if key.len() > block.len() {
            fill(&mut block, &Sha1::digest(key));
        } else {
            fill(&mut block, key);
        }
        let keyed = Hmac::new(&block.into());
        block.zeroize();
        Self(keyed)
    }

    /// The value of `oauth_signature` over a base string.
    pub fn sign(&self, base_string: &str) -> String {
        let mut out = String::with_capacity(28);
        self.sign_to(base_string, &mut out);
        out
    }

    /// Whether a signature holds, in time that does not depend on it.
    pub fn verify(&self, base_string: &str, signature: &str) -> bool {
        self.encoded(base_string).as_slice().ct_eq(signature.as_bytes()).into()
    }

    pub(super) fn sign_to(&self, base_string: &str, out: &mut String) {
        out.extend(self.encoded(base_string).map(char::from));
    }

    /// The code in base64: 20 bytes are 28 characters.
    fn encoded(&self, base_string: &str) -> [u8; 28] {
        let mut mac = self.0.clone();
        mac.update(base_string.as_bytes());
        let mut text = [0; 28];
        // The one error is an output too short, and 28 is the length to the byte.
        let _ = STANDARD.encode_slice(mac.finalize().into_bytes(), &mut text);
        text
    }
}

fn fill(block: &mut [u8; 64], bytes: &[u8]) {
    for (slot, byte) in block.iter_mut().zip(bytes) {
        *slot = *byte;
    }
}

impl fmt::Debug for HmacSha1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacSha1(..)")
    }
}
