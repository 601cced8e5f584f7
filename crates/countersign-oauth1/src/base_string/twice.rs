//! Percent-encoding applied twice in one pass.
//!
//! The base string encodes the normalised parameters once more (RFC 5849 §3.4.1.1), so names and values end
//! up encoded twice: what is unreserved stays, every other byte becomes `%25` and two digits.

use alloc::string::String;

use countersign_wire::percent;

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

/// Appends the double encoding of `text`.
pub(crate) fn encode_twice(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        rest = copy_unreserved(rest, out);
        let mut chars = rest.chars();
        let Some(char) = chars.next() else { return };
        push_char(char, out);
        rest = chars.as_str();
    }
}

/// Appends the double encoding of what `text`, a name or value of a query or form, decodes to.
///
/// The bytes need not be UTF-8 once decoded. Answers the offset of a `%` without two digits.
pub(super) fn recode_twice(text: &str, out: &mut String) -> Result<(), usize> {
    let mut rest = text;
    loop {
        rest = copy_unreserved(rest, out);
        let mut chars = rest.chars();
        match chars.next() {
            None => return Ok(()),
            Some('+') => push_byte(b' ', out),
            Some('%') => {
                let mut digit = || chars.next().and_then(|char| char.to_digit(16));
                let byte = digit()
                    .and_then(|high| Some(high << 4 | digit()?))
                    .and_then(|byte| u8::try_from(byte).ok());
                match byte {
                    Some(byte) => push_byte(byte, out),
                    None => return Err(text.len().saturating_sub(rest.len())),
                }
            }
            Some(char) => push_char(char, out),
        }
        rest = chars.as_str();
    }
}

/// Copies the run of unreserved characters at the front and answers what follows it.
fn copy_unreserved<'a>(text: &'a str, out: &mut String) -> &'a str {
    let end = text.bytes().position(|byte| !percent::is_unreserved(byte)).unwrap_or(text.len());
    let (run, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    out.push_str(run);
    rest
}

fn push_char(char: char, out: &mut String) {
    for byte in char.encode_utf8(&mut [0; 4]).bytes() {
        push_byte(byte, out);
    }
}

fn push_byte(byte: u8, out: &mut String) {
    if percent::is_unreserved(byte) {
        out.push(char::from(byte));
    } else {
        out.push_str("%25");
        for nibble in [byte >> 4, byte & 15] {
            out.extend(HEX.get(usize::from(nibble)));
        }
    }
}
