use alloc::{string::String, vec::Vec};
use core::ops::Range;

use crate::encoding::{Piece, Table, look_up};

/// Text that is written from front to back, in memory that is kept and wiped.
///
/// Everything in it is ASCII but what [`push`](Self::push) was given.
#[derive(Clone, Default)]
pub(crate) struct Room {
    /// All that was ever in use; only the front of it is.
    bytes: Vec<u8>,
    used: usize,
}

impl Room {
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.used = 0;
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.used
    }

    /// Forgets what was written since.
    #[inline]
    pub(crate) fn truncate(&mut self, length: usize) {
        self.used = self.used.min(length);
    }

    /// Allocates for so many bytes more.
    pub(crate) fn reserve(&mut self, more: usize) {
        let needed = self.used.saturating_add(more);
        self.bytes.reserve(needed.saturating_sub(self.bytes.len()));
    }

    /// The next bytes, at least so many.
    #[inline]
    pub(crate) fn spare(&mut self, more: usize) -> &mut [u8] {
        let needed = self.used.saturating_add(more);
        if self.bytes.len() < needed {
            self.bytes.resize(needed, 0);
        }
        self.bytes.get_mut(self.used..).unwrap_or_default()
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
        if let Some(place) = self.spare(bytes.len()).get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.advance(bytes.len());
    }

    /// Appends one piece.
    #[inline]
    pub(crate) fn put(&mut self, piece: Piece) {
        let written = write(self.spare(Piece::WIDTH), 0, piece);
        self.advance(written);
    }

    /// Appends the encoding of a text.
    pub(crate) fn encode(&mut self, text: &str, table: &Table) {
        self.encode_until(text.as_bytes(), table);
    }

    /// Appends the encoding of bytes up to the first that the table leaves to the caller, and answers how many
    /// there were.
    #[inline]
    pub(crate) fn encode_until(&mut self, bytes: &[u8], table: &Table) -> usize {
        let spare = self.spare(bytes.len().saturating_mul(Piece::LONGEST).saturating_add(Piece::WIDTH));
        let mut at = 0;
        let mut ended = bytes.len();
        for (index, byte) in bytes.iter().enumerate() {
            let piece = look_up(table, *byte);
            if piece.len() == 0 {
                ended = index;
                break;
            }
            at = write(spare, at, piece);
        }
        self.advance(at);
        ended
    }

    /// Appends a copy of what is there already.
    #[inline]
    pub(crate) fn push_within(&mut self, range: Range<usize>) {
        let length = range.len();
        self.spare(length);
        if range.start <= range.end && range.end <= self.used {
            self.bytes.copy_within(range, self.used);
            self.advance(length);
        }
    }

    #[inline]
    pub(crate) fn get(&self, range: Range<usize>) -> &[u8] {
        self.bytes.get(range).unwrap_or_default()
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
        bytes.get_mut(self.used..).unwrap_or_default().fill(0);
        bytes.truncate(self.used);
        String::from_utf8(bytes).unwrap_or_default()
    }
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
        // Byte by byte it would take as long as the signature.
        self.bytes.fill(0);
        core::hint::black_box(&self.bytes);
    }
}
