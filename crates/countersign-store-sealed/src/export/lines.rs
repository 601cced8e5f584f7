//! Bytes as lines that are hard to mangle without its being noticed.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use countersign_token::Secret;
use zeroize::Zeroizing;

use super::{Error, VERSION};

/// What an export begins with, before the number of its version and a colon.
const HEAD: &str = "countersign-export-";

/// The bytes in a line, which are 60 characters, and the characters of its checksum.
const BYTES: usize = 45;
const CHARACTERS: usize = 60;
const SUM: usize = 4;
const LINE: usize = CHARACTERS + SUM;

/// What ends the last line.
const END: char = '.';

/// The largest export there is, in characters.
const LARGEST: usize = 64 << 20;

/// The head, then `payload` in lines.
pub(super) fn write(payload: &[u8]) -> Result<Secret, Error> {
    let lines = payload.len().div_ceil(BYTES);
    let length = lines.saturating_mul(LINE.saturating_add(1)).saturating_add(HEAD.len()).saturating_add(16);
    if length > LARGEST {
        return Err(Error::TooBig);
    }
    let mut text = Zeroizing::new(String::with_capacity(length));
    text.push_str(HEAD);
    text.push_str(&VERSION.to_string());
    text.push(':');
    for (index, bytes) in payload.chunks(BYTES).enumerate() {
        text.push('\n');
        let start = text.len();
        STANDARD_NO_PAD.encode_string(bytes, &mut text);
        let sum = checksum(index, text.get(start..).unwrap_or_default().as_bytes());
        STANDARD_NO_PAD.encode_string(sum, &mut text);
    }
    text.push(END);
    text.push('\n');
    Ok(Secret::new(core::mem::take(&mut *text)))
}

/// The bytes that [`write`] made the text of.
pub(super) fn read(text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    if text.len() > LARGEST {
        return Err(Error::TooBig);
    }
    let mut rest = Symbols::new(text);
    rest.seek_head().ok_or(Error::NoHead)?;
    match rest.version()? {
        version if version == u32::from(VERSION) => {}
        0 => return Err(Error::NoHead),
        _ => return Err(Error::TooNew),
    }
    let mut payload = Zeroizing::new(Vec::with_capacity(text.len() / LINE * BYTES + BYTES));
    let mut block = Zeroizing::new(String::with_capacity(LINE));
    let (mut index, mut begun) = (0_usize, rest.line);
    loop {
        let symbol = rest.next();
        let is_end = symbol == Some(END);
        match symbol {
            Some(symbol) if !is_end => {
                if block.is_empty() {
                    // Where it begins: it may have been wrapped into the next line.
                    begun = rest.line;
                }
                if !is_base64(symbol) {
                    return Err(Error::Line { line: rest.line });
                }
                block.push(symbol);
            }
            None => return Err(Error::Incomplete),
            Some(_) => {}
        }
        if block.len() == LINE || (is_end && !block.is_empty()) {
            take(&block, index, &mut payload).ok_or(Error::Line { line: begun })?;
            index = index.saturating_add(1);
            zeroize::Zeroize::zeroize(&mut *block);
        }
        if is_end {
            break;
        }
    }
    match rest.seek_head() {
        Some(()) => Err(Error::Several { line: rest.line }),
        None => Ok(payload),
    }
}

/// Adds the bytes of a line, when its checksum is right.
fn take(block: &str, index: usize, payload: &mut Vec<u8>) -> Option<()> {
    let (data, sum) = block.split_at_checked(block.len().checked_sub(SUM)?)?;
    let expected = STANDARD_NO_PAD.encode(checksum(index, data.as_bytes()));
    if data.is_empty() || sum != expected {
        return None;
    }
    STANDARD_NO_PAD.decode_vec(data, payload).ok()
}

/// The characters that count, with the line they are in.
struct Symbols<'a> {
    rest: core::str::Chars<'a>,
    line: usize,
    /// The line of the character after this one.
    next_line: usize,
}

impl<'a> Symbols<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), line: 1, next_line: 1 }
    }

    /// Goes to what comes after the next head.
    fn seek_head(&mut self) -> Option<()> {
        let head = HEAD.as_bytes();
        let mut seen = 0_usize;
        loop {
            let character = self.next()?;
            if head.get(seen).is_some_and(|wanted| char::from(*wanted) == character) {
                seen = seen.saturating_add(1);
                if seen == head.len() {
                    return Some(());
                }
            } else {
                // Its first letter comes again only in places from which nothing is lost by beginning anew.
                seen = usize::from(head.first().is_some_and(|first| char::from(*first) == character));
            }
        }
    }

    /// The number before the colon.
    fn version(&mut self) -> Result<u32, Error> {
        let mut number = 0_u32;
        loop {
            match self.next() {
                Some(':') => return Ok(number),
                Some(digit) => {
                    let digit = digit.to_digit(10).ok_or(Error::NoHead)?;
                    number = number.saturating_mul(10).saturating_add(digit);
                }
                None => return Err(Error::Incomplete),
            }
        }
    }
}

impl Iterator for Symbols<'_> {
    type Item = char;

    /// Passes over white space, what marks a quotation, and the `=` with which mail wraps lines.
    fn next(&mut self) -> Option<char> {
        loop {
            let character = self.rest.next()?;
            self.line = self.next_line;
            match character {
                '\n' => self.next_line = self.next_line.saturating_add(1),
                '>' | '|' | '=' | '\u{feff}' | '\u{200b}' | '\u{00ad}' => {}
                other if other.is_whitespace() => {}
                other => return Some(other),
            }
        }
    }
}

fn is_base64(symbol: char) -> bool {
    symbol.is_ascii_alphanumeric() || matches!(symbol, '+' | '/')
}

/// CRC-24 (RFC 4880 §6.1) of the line's number, from 0, and its characters.
///
/// It finds what terminals, mailers and people do, and is no protection against intent.
fn checksum(index: usize, characters: &[u8]) -> [u8; 3] {
    let index = u32::try_from(index).unwrap_or(u32::MAX).to_be_bytes();
    let mut crc = 0x00b7_04ce_u32;
    for byte in index.iter().chain(characters) {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc = (crc << 1) ^ if crc & 0x0080_0000 != 0 { 0x0186_4cfb } else { 0 };
        }
    }
    let [_, high, middle, low] = crc.to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::checksum;

    /// The check value of CRC-24/OPENPGP is that of `123456789` alone; four bytes of index go before it here.
    #[test]
    fn the_checksum_counts_the_place() {
        assert_eq!(checksum(0x3132_3334, b"56789"), [0x21, 0xcf, 0x02]);
        assert_ne!(checksum(0, b"AAAA"), checksum(1, b"AAAA"));
    }
}
