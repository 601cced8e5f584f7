use alloc::{string::String, vec::Vec};
use core::ops::Range;

use crate::encoding::{FILLING, ONCE, Piece, Table, base64_of, look_up};

/// Text that is written from front to back, in memory that is kept and wiped.
///
/// Everything in it is ASCII but what [`push`](Self::push) was given.
#[derive(Clone, Default)]
pub(crate) struct Room {
    /// All that was ever in use and some more; only the front of it is in use.
    bytes: Vec<u8>,
    used: usize,
    /// How much was in use before some of it was forgotten.
    most: usize,
}

impl Room {
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.used
    }

    /// Forgets what was written since.
    #[inline]
    pub(crate) fn truncate(&mut self, length: usize) {
        self.most = self.most.max(self.used);
        self.used = self.used.min(length);
    }

    /// Allocates for so many bytes more.
    pub(crate) fn reserve(&mut self, more: usize) {
        let needed = self.used.saturating_add(more);
        if needed > self.bytes.capacity() {
            self.relocate(needed);
        }
    }

    /// The next bytes, at least so many.
    #[inline]
    pub(crate) fn spare(&mut self, more: usize) -> &mut [u8] {
        let needed = self.used.saturating_add(more);
        if self.bytes.len() < needed {
            self.grow(needed);
        }
        self.bytes.get_mut(self.used..).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        if needed > self.bytes.capacity() {
            self.relocate(needed.max(self.bytes.len().saturating_mul(2)));
        }
        // Not all that is allocated: each byte of it is written and wiped once more.
        self.bytes.resize(needed.saturating_add(STEP).min(self.bytes.capacity()), 0);
    }

    /// Moves to memory of this size, and answers the old one, wiped: growing a `Vec` would leave it to the next
    /// owner as it is.
    fn relocate(&mut self, capacity: usize) -> Vec<u8> {
        let mut larger = Vec::with_capacity(capacity);
        larger.extend_from_slice(&self.bytes);
        let mut old = core::mem::replace(&mut self.bytes, larger);
        wipe(&mut old);
        old
    }

    /// Takes so many of the spare bytes as written.
    #[inline]
    pub(crate) fn advance(&mut self, written: usize) {
        self.used = self.used.saturating_add(written).min(self.bytes.len());
    }

    #[inline]
    pub(crate) fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    #[inline]
    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) {
        let end = self.used.saturating_add(bytes.len());
        if self.bytes.len() < end {
            self.grow(end);
        }
        if let Some(place) = self.bytes.get_mut(self.used..end) {
            place.copy_from_slice(bytes);
            self.used = end;
        }
    }

    /// The bytes that are written from here on, and so many of the spare ones.
    pub(crate) fn since_with(&mut self, start: usize, more: usize) -> &mut [u8] {
        self.spare(more);
        self.bytes.get_mut(start..self.used.saturating_add(more)).unwrap_or_default()
    }

    /// Appends one piece.
    #[inline]
    pub(crate) fn put(&mut self, piece: Piece) {
        let end = self.used.saturating_add(Piece::WIDTH);
        if self.bytes.len() < end {
            self.grow(end);
        }
        if let Some(place) = self.bytes.get_mut(self.used..end) {
            place.copy_from_slice(&piece.bytes());
            self.used = self.used.saturating_add(piece.len());
        }
    }

    /// Appends the encoding of a text.
    pub(crate) fn encode(&mut self, text: &str, table: &Table) {
        self.encode_bytes(text.as_bytes(), table);
    }

    /// Appends the encoding of bytes.
    pub(crate) fn encode_bytes(&mut self, bytes: &[u8], table: &Table) {
        if is_plain(bytes) {
            self.push_bytes(bytes);
        } else {
            self.encode_each(bytes, table);
        }
    }

    /// Appends the encoding of bytes some of which do not stand for themselves.
    pub(crate) fn encode_each(&mut self, bytes: &[u8], table: &Table) {
        for some in bytes.chunks(AT_ONCE) {
            // There is a window whenever there is memory.
            let Some(mut window) = self.window() else { return };
            some.iter().for_each(|byte| window.put(look_up(table, *byte)));
            let end = window.len();
            self.advance_to(end);
        }
    }

    /// Appends the encoding of what bytes are in base64 (RFC 4648 §4).
    pub(crate) fn encode_base64(&mut self, bytes: &[u8]) {
        for some in bytes.chunks(AT_ONCE / 4 * 3) {
            let Some(mut window) = self.window() else { return };
            let (threes, rest) = some.as_chunks::<3>();
            for three in threes {
                for piece in base64_of(*three) {
                    window.put(piece);
                }
            }
            let last = match rest {
                [a] => base64_of([*a, 0, 0]),
                [a, b] => base64_of([*a, *b, 0]),
                _ => [FILLING; 4],
            };
            for (index, piece) in last.into_iter().enumerate().take(if rest.is_empty() { 0 } else { 4 }) {
                window.put(if index <= rest.len() { piece } else { FILLING });
            }
            let end = window.len();
            self.advance_to(end);
        }
    }

    /// Room for as many pieces as are encoded at once.
    #[inline]
    pub(crate) fn window(&mut self) -> Option<Window<'_>> {
        let begins = self.used;
        self.spare(WINDOW).first_chunk_mut().map(|place| Window { place, begins, at: 0 })
    }

    /// Takes what was written as far as there.
    #[inline]
    pub(crate) fn advance_to(&mut self, end: usize) {
        self.used = end.min(self.bytes.len());
    }

    /// Appends a copy of what is there already.
    #[inline]
    pub(crate) fn push_within(&mut self, start: usize, length: usize) {
        let needed = self.used.saturating_add(length.max(BLOCK));
        if self.bytes.len() < needed {
            self.grow(needed);
        }
        // Most are short, and a copy of known length takes no call.
        if length <= BLOCK
            && let Some(block) = self.bytes.get(start..).and_then(<[u8]>::first_chunk::<BLOCK>).copied()
            && let Some(place) = self.bytes.get_mut(self.used..).and_then(<[u8]>::first_chunk_mut)
        {
            *place = block;
        } else if let Some((written, spare)) = self.bytes.split_at_mut_checked(self.used)
            && let Some(text) = written.get(start..start.saturating_add(length))
            && let Some(place) = spare.get_mut(..length)
        {
            place.copy_from_slice(text);
        }
        self.used = self.used.saturating_add(length);
    }

    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    /// The eight bytes from here on, whether they are written or not.
    pub(crate) fn eight(&self, start: usize) -> [u8; 8] {
        self.bytes.get(start..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default()
    }

    /// What is written from here on.
    pub(crate) fn from(&self, start: usize) -> &[u8] {
        self.get(start..self.used)
    }

    pub(crate) fn text(&self, range: Range<usize>) -> &str {
        core::str::from_utf8(self.get(range)).unwrap_or_default()
    }

    /// The text, handed out in its own memory; what else it held is overwritten, for fields of a form may be
    /// passwords.
    pub(crate) fn into_text(mut self) -> String {
        let mut bytes = core::mem::take(&mut self.bytes);
        let end = self.most.saturating_add(WINDOW).min(bytes.len());
        wipe(bytes.get_mut(self.used..end).unwrap_or_default());
        bytes.truncate(self.used);
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// A length that is copied as a whole, in bytes.
const BLOCK: usize = 64;

/// How much more is made ready than is asked for, in bytes.
const STEP: usize = 512;

/// How many bytes are encoded at once.
const AT_ONCE: usize = 64;

/// How far beyond its place a copy reaches, in bytes.
pub(crate) const REACH: usize = 16;

/// The room that so many bytes may take, with what is written beyond it.
///
/// Most is taken by names of one reserved byte without a value, which get both `=` and `&`.
const WINDOW: usize = 512 + REACH;
const _: () = assert!((AT_ONCE / 2 + 1) * (Piece::LONGEST + 6) < 512 && REACH >= Piece::WIDTH);

/// A stretch of the room that what becomes of [`AT_ONCE`] bytes fits into.
pub(crate) struct Window<'a> {
    place: &'a mut [u8; WINDOW],
    begins: usize,
    at: usize,
}

impl Window<'_> {
    #[inline]
    pub(crate) fn put(&mut self, piece: Piece) {
        // The mask changes nothing: it shows the compiler that the piece fits.
        let at = self.at & 511;
        if let Some(place) = self.place.get_mut(at..at.wrapping_add(Piece::WIDTH)) {
            place.copy_from_slice(&piece.bytes());
        }
        self.at = self.at.wrapping_add(piece.len());
    }

    /// Copies so many bytes of a block, and others that are overwritten.
    #[inline]
    pub(crate) fn copy(&mut self, block: &[u8; AT_ONCE + REACH], from: usize, length: usize) {
        self.copy_some(block, from, 0);
        // Almost all that stands between two reserved bytes is copied by now.
        let mut copied = REACH;
        while copied < length {
            self.copy_some(block, from, copied);
            copied = copied.wrapping_add(REACH);
        }
        self.at = self.at.wrapping_add(length);
    }

    #[inline]
    fn copy_some(&mut self, block: &[u8; AT_ONCE + REACH], from: usize, copied: usize) {
        let (at, from) = (self.at.wrapping_add(copied) & 511, from.wrapping_add(copied) & (AT_ONCE - 1));
        if let Some(bytes) = block.get(from..from.wrapping_add(REACH))
            && let Some(place) = self.place.get_mut(at..at.wrapping_add(REACH))
        {
            place.copy_from_slice(bytes);
        }
    }

    /// Where the room is written to.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.begins.wrapping_add(self.at)
    }
}

/// Whether all of it stands for itself; without a table, so that sixteen bytes are looked at together.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    match (bytes.as_chunks(), bytes.last_chunk()) {
        ((sixteens, _), Some(last)) => are_plain(sixteens, last),
        (_, None) => bytes.iter().all(|byte| look_up(&ONCE, *byte).len() == 1),
    }
}

/// The last sixteen overlap with those before.
#[inline(never)]
fn are_plain(sixteens: &[[u8; 16]], last: &[u8; 16]) -> bool {
    let mut odd = [0; 16];
    for bytes in sixteens.iter().chain([last]) {
        odd = core::array::from_fn(|at| {
            let byte = bytes.get(at).copied().unwrap_or_default();
            let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
            // From the hyphen to the digits everything but the slash.
            let other = (byte.wrapping_sub(b'-') < 13) & (byte != b'/');
            let is_plain = letter | other | (byte == b'_') | (byte == b'~');
            odd.get(at).copied().unwrap_or_default() | u8::from(!is_plain)
        });
    }
    odd == [0; 16]
}

/// Writes all bytes of a piece and answers where the next one goes.
#[inline]
pub(crate) fn write(spare: &mut [u8], at: usize, piece: Piece) -> usize {
    if let Some(place) = spare.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = piece.bytes();
    }
    at.wrapping_add(piece.len())
}

impl Drop for Room {
    fn drop(&mut self) {
        wipe(&mut self.bytes);
    }
}

/// Overwrites bytes, not one by one, which would take as long as the signature.
pub(crate) fn wipe(bytes: &mut [u8]) {
    // To fill nothing at no place can take as long as a hash: the processor looks up a page that is not there.
    if bytes.is_empty() {
        return;
    }
    bytes.fill(0);
    core::hint::black_box(bytes);
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn what_is_outgrown_is_wiped() {
        let mut room = Room::default();
        room.push("a secret");
        let old = room.relocate(4096);
        assert!(old.len() >= 8 && old.iter().all(|byte| *byte == 0), "{old:?}");
        assert_eq!(room.from(0), b"a secret");
        assert!(room.bytes.capacity() >= 4096);
    }

    #[test]
    fn room_grows_by_the_way_that_wipes() {
        // Whatever grows keeps what it holds, and grows by doubling, so that many small pieces cost little.
        let mut room = Room::default();
        let mut moves = 0;
        for number in 0..4096_usize {
            let before = room.bytes.as_ptr();
            room.push("0123456789abcdef");
            moves += usize::from(before != room.bytes.as_ptr());
            assert_eq!(room.len(), (number + 1) * 16);
        }
        assert!(moves < 20, "{moves}");
        assert!(room.from(0).chunks(16).all(|chunk| chunk == b"0123456789abcdef"));
        room.reserve(1 << 20);
        assert_eq!(room.from(65_520), b"0123456789abcdef");
    }
}
