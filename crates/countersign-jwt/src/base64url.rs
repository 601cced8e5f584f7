//! Base64 with the alphabet of URLs and without padding (RFC 7515 §2).

use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// Writes bytes as base64url.
///
/// ```
/// assert_eq!(countersign_jwt::base64url::encode([0xfb, 0xff, 0x01, 0x02]), "-_8BAg");
/// ```
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Writes bytes as base64url at the end of a text.
pub(crate) fn encode_into(bytes: &[u8], out: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, out);
}

/// Reads base64url; padding, white space, letters of another alphabet and bits left over at the end are refused.
///
/// ```
/// use countersign_jwt::base64url::decode;
///
/// assert_eq!(decode("AQ"), Some(vec![1]));
/// // The same byte in three ways that are not the one way to write it.
/// assert_eq!((decode("AQ=="), decode("AR"), decode("AQ\n")), (None, None, None));
/// ```
pub fn decode(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
