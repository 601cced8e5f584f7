//! Percent-encoding once (RFC 5849 §3.6), as parameters are sent, and twice, as they are signed.
//!
//! The base string encodes the normalised parameters once more (RFC 5849 §3.4.1.1), so names and values end
//! up encoded twice: what is unreserved stays, every other byte becomes `%25` and two digits.

use alloc::string::String;

use countersign_wire::percent;

/// Every byte as `%25` and two digits, one after the other; without the `25` it is encoded once.
const ESCAPES: &str = match core::str::from_utf8(&escapes()) {
    Ok(text) => text,
    Err(_) => "",
};

/// The length of one escape.
const LENGTH: usize = 5;

/// Which bytes stand for themselves.
const UNRESERVED: [bool; 256] = unreserved();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn escapes() -> [u8; 256 * LENGTH] {
    let hex = *b"0123456789ABCDEF";
    let mut table = [0; 256 * LENGTH];
    let mut byte = 0;
    while byte < 256 {
        let escape = [b'%', b'2', b'5', hex[byte >> 4], hex[byte & 15]];
        let mut place = 0;
        while place < LENGTH {
            table[byte * LENGTH + place] = escape[place];
            place += 1;
        }
        byte += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn unreserved() -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = percent::is_unreserved(byte as u8);
        byte += 1;
    }
    table
}

/// Whether a byte stands for itself.
pub(crate) fn is_plain(byte: u8) -> bool {
    UNRESERVED.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Appends the encoding of `text`.
pub(crate) fn encode_once(text: &str, out: &mut String) {
    encode(text, out, |byte, out| {
        let escape = escape(byte);
        out.push('%');
        out.push_str(escape.get(3..).unwrap_or_default());
    });
}

/// Appends the double encoding of `text`.
pub(crate) fn encode_twice(text: &str, out: &mut String) {
    encode(text, out, |byte, out| out.push_str(escape(byte)));
}

/// Copies what stands for itself in runs, and leaves each other byte to `write`.
fn encode(text: &str, out: &mut String, write: impl Fn(u8, &mut String)) {
    let mut rest = text;
    loop {
        let end = rest.bytes().position(|byte| !is_plain(byte)).unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(run);
        let mut chars = after.chars();
        let Some(char) = chars.next() else { return };
        for byte in char.encode_utf8(&mut [0; 4]).bytes() {
            write(byte, out);
        }
        rest = chars.as_str();
    }
}

/// The double encoding of a byte that does not stand for itself.
fn escape(byte: u8) -> &'static str {
    let start = usize::from(byte).saturating_mul(LENGTH);
    ESCAPES.get(start..start.saturating_add(LENGTH)).unwrap_or_default()
}

/// Appends the double encoding of one byte.
pub(crate) fn push_twice(byte: u8, out: &mut String) {
    if is_plain(byte) {
        out.push(char::from(byte));
    } else {
        out.push_str(escape(byte));
    }
}

/// The encoding of `text`, byte by byte.
pub(crate) fn encoded_bytes(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().flat_map(|byte| {
        let escape = escape(byte).as_bytes();
        let (first, digits) = match escape {
            [percent, _, _, digits @ ..] if !is_plain(byte) => (*percent, digits),
            _ => (byte, [].as_slice()),
        };
        [first].into_iter().chain(digits.iter().copied())
    })
}
