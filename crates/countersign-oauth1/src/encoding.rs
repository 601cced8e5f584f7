//! Percent-encoding once (RFC 5849 §3.6), as parameters are sent, and twice, as they are signed.
//!
//! The base string encodes the normalised parameters once more (RFC 5849 §3.4.1.1), so names and values end
//! up encoded twice: what is unreserved stays, every other byte becomes `%25` and two digits.

use countersign_wire::percent;

/// What each byte becomes.
pub(crate) type Table = [Piece; 256];

/// Up to seven bytes to write, and in the last place how many.
///
/// All eight are written each time and the place moves on by that many, which takes no branch for a byte.
#[derive(Clone, Copy)]
pub(crate) struct Piece(u64);

impl Piece {
    /// How many bytes are written at once.
    pub(crate) const WIDTH: usize = 8;

    /// The longest encoding of a byte.
    pub(crate) const LONGEST: usize = 5;

    const fn new(length: u8, bytes: [u8; 5]) -> Self {
        let [a, b, c, d, e] = bytes;
        Self(u64::from_le_bytes([a, b, c, d, e, 0, 0, length]))
    }

    /// The bytes, of which the last are not part of it.
    pub(crate) const fn bytes(self) -> [u8; Self::WIDTH] {
        self.0.to_le_bytes()
    }

    /// How many bytes are part of it; none of a byte that is for somebody else to read.
    pub(crate) const fn len(self) -> usize {
        (self.0 >> 56) as usize
    }
}

/// What separates names from values, encoded once more with the rest.
pub(crate) const EQUALS: Piece = Piece::new(3, *b"%3D\0\0");

/// What ends a parameter, encoded once more with the rest.
pub(crate) const AMPERSAND: Piece = Piece::new(3, *b"%26\0\0");

/// Encoded once.
pub(crate) static ONCE: Table = table(false);

/// Encoded twice.
pub(crate) static TWICE: Table = table(true);

/// Encoded twice what a form means: `+` is a space, and `&`, `=` and `%` are for the reader of the form.
pub(crate) static FORM: Table = form();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn table(twice: bool) -> Table {
    let hex = *b"0123456789ABCDEF";
    let mut table = [Piece(0); 256];
    let mut byte = 0;
    while byte < 256 {
        let (high, low) = (hex[byte >> 4], hex[byte & 15]);
        table[byte] = if percent::is_unreserved(byte as u8) {
            Piece::new(1, [byte as u8, 0, 0, 0, 0])
        } else if twice {
            Piece::new(5, [b'%', b'2', b'5', high, low])
        } else {
            Piece::new(3, [b'%', high, low, 0, 0])
        };
        byte += 1;
    }
    table
}

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn form() -> Table {
    let mut table = table(true);
    table[b'+' as usize] = table[b' ' as usize];
    table[b'&' as usize] = Piece(0);
    table[b'=' as usize] = Piece(0);
    table[b'%' as usize] = Piece(0);
    table
}

/// What a byte becomes.
#[inline]
pub(crate) fn look_up(table: &Table, byte: u8) -> Piece {
    table.get(usize::from(byte)).copied().unwrap_or(Piece(0))
}

/// The digits of base64 (RFC 4648 §4).
static DIGITS64: [u8; 64] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The same, encoded once.
static BASE64: [Piece; 64] = base64();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn base64() -> [Piece; 64] {
    let once = table(false);
    let mut table = [Piece(0); 64];
    let mut digit = 0;
    while digit < 64 {
        table[digit] = once[DIGITS64[digit] as usize];
        digit += 1;
    }
    table
}

/// The encoding of what three bytes are in base64.
#[inline]
pub(crate) fn base64_of(three: [u8; 3]) -> [Piece; 4] {
    bits_of(three).map(|bits| BASE64.get(bits).copied().unwrap_or(Piece(0)))
}

/// Three bytes six bits at a time.
#[inline]
fn bits_of([a, b, c]: [u8; 3]) -> [usize; 4] {
    let bits = u32::from_be_bytes([0, a, b, c]);
    [18, 12, 6, 0].map(|shift| (bits >> shift & 63) as usize)
}

/// Writes bytes in base64 over equals signs, as many as it has characters.
pub(crate) fn base64_to(bytes: &[u8], out: &mut [u8]) {
    for (some, place) in bytes.chunks(3).zip(out.chunks_mut(4)) {
        let three = [0, 1, 2].map(|at: usize| some.get(at).copied().unwrap_or_default());
        let digits = bits_of(three).map(|bits| DIGITS64.get(bits).copied().unwrap_or_default());
        place
            .iter_mut()
            .zip(digits)
            .take(some.len().wrapping_add(1))
            .for_each(|(place, digit)| *place = digit);
    }
}

/// The filling of base64, encoded once.
pub(crate) const FILLING: Piece = Piece::new(3, *b"%3D\0\0");

/// The byte that two hexadecimal digits stand for, and what it becomes when it is encoded twice: nothing, unless
/// both are digits.
#[inline]
pub(crate) fn of_escape(high: u8, low: u8) -> (u16, Piece) {
    let of = |table: &[u16; 256], digit| table.get(usize::from(digit)).copied().unwrap_or(NO_BYTE);
    let byte = of(&HIGH, high) | of(&LOW, low);
    // The mask changes nothing: it shows the compiler that the table goes as far.
    (byte, ESCAPED.get(usize::from(byte & 511)).copied().unwrap_or(Piece(0)))
}

/// The value of what is no digit: a bit that no byte has.
const NO_BYTE: u16 = 256;

static HIGH: [u16; 256] = places(4);
static LOW: [u16; 256] = places(0);

/// The value of each digit in its place.
#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn places(shift: u32) -> [u16; 256] {
    let (digits, mut table) = (digits(), [NO_BYTE; 256]);
    let mut byte = 0;
    while byte < 256 {
        if digits[byte] < NO_DIGIT {
            table[byte] = (digits[byte] as u16) << shift;
        }
        byte += 1;
    }
    table
}

/// Encoded twice, and nothing for what is no byte.
static ESCAPED: [Piece; 512] = escaped();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn escaped() -> [Piece; 512] {
    let (twice, mut table) = (table(true), [Piece(0); 512]);
    let mut byte = 0;
    while byte < 256 {
        table[byte] = twice[byte];
        byte += 1;
    }
    table
}

/// What two hexadecimal digits stand for.
#[inline]
pub(crate) fn unescaped(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| DIGITS.get(usize::from(byte)).copied().unwrap_or(NO_DIGIT);
    let (high, low) = (digit(high), digit(low));
    ((high | low) < NO_DIGIT).then_some(high << 4 | low)
}

/// The value of a byte that is no digit: a bit that no digit has.
const NO_DIGIT: u8 = 16;

static DIGITS: [u8; 256] = digits();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn digits() -> [u8; 256] {
    let mut table = [NO_DIGIT; 256];
    let mut digit = 0_u8;
    while digit < 16 {
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
}
