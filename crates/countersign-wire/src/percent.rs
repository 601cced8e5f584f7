//! Percent-encoding as RFC 3986 §2.1 and, byte for byte, RFC 5849 §3.6 define it.
//!
//! ```
//! use countersign_wire::percent;
//!
//! assert_eq!(percent::encode("a b/~é"), "a%20b%2F~%C3%A9");
//! assert_eq!(percent::decode("a%20b%2f~")?, "a b/~");
//! # Ok::<(), countersign_wire::Error>(())
//! ```

use alloc::{string::String, vec::Vec};

use crate::Error;

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

/// Whether a byte stands for itself: `ALPHA / DIGIT / "-" / "." / "_" / "~"`.
pub const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Encodes every byte that is not unreserved as `%` and two upper-case digits.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    encode_to(text.as_bytes(), &mut out);
    out
}

/// Appends the encoding of `bytes` to `out`.
pub fn encode_to(bytes: &[u8], out: &mut String) {
    for &byte in bytes {
        if is_unreserved(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.extend(HEX.get(usize::from(nibble)));
            }
        }
    }
}

/// Decodes escapes in either case; everything else stands for itself, `+` included.
///
/// # Errors
/// [`Error::PercentEncoding`] for a `%` without two digits, [`Error::NotUtf8`] for bytes that are no text.
pub fn decode(text: &str) -> Result<String, Error> {
    String::from_utf8(decode_bytes(text)?).map_err(|_| Error::NotUtf8)
}

/// Decodes escapes to bytes, which need not be text.
///
/// # Errors
/// [`Error::PercentEncoding`] for a `%` without two digits.
pub fn decode_bytes(text: &str) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().enumerate();
    while let Some((position, byte)) = bytes.next() {
        if byte == b'%' {
            let mut nibble = || {
                let (_, digit) = bytes.next()?;
                char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
            };
            let decoded = nibble().and_then(|high| Some(high << 4 | nibble()?));
            out.push(decoded.ok_or(Error::PercentEncoding { position })?);
        } else {
            out.push(byte);
        }
    }
    Ok(out)
}
