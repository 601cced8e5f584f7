//! Parameters collected and normalised (RFC 5849 §3.4.1.3).

use alloc::vec::Vec;

use super::{
    entry::Entry,
    reserved::{BLOCK, reserved},
    sort::sort,
};
use crate::{
    encoding::{AMPERSAND, EQUALS, FORM, TWICE, look_up, of_escape},
    parameter::{Met, Parameter},
    room::{REACH, Room, Window},
};

/// The first bytes of a name as a number that sorts as they do.
fn prefix(name: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
    u64::from_be_bytes(first)
}

/// Of eight bytes those that belong to a name of this length.
#[inline]
pub(super) fn first_bytes(eight: [u8; 8], length: u64) -> u64 {
    let bits = length.min(8).wrapping_mul(8) as u32;
    u64::from_be_bytes(eight) & !u64::MAX.checked_shr(bits).unwrap_or(0)
}

/// A pair that is being read: where it starts in the room, and where its name ends, or [`NONE`].
struct Open {
    start: usize,
    middle: usize,
}

/// No place in the room.
const NONE: usize = usize::MAX;

/// The parameters of one request: their double encodings in a room, and an index to sort.
pub(crate) struct Collected<'a> {
    pub(crate) room: &'a mut Room,
    pub(crate) index: &'a mut Vec<Entry>,
    /// Whether a name begins as the protocol's do.
    has_oauth: bool,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(room: &'a mut Room, index: &'a mut Vec<Entry>) -> Self {
        Self { room, index, has_oauth: false }
    }

    pub(crate) fn has_oauth(&self) -> bool {
        self.has_oauth
    }

    /// Adds a parameter by its decoded name and value.
    pub(crate) fn decoded(&mut self, name: &str, value: &str) {
        let start = self.room.len();
        self.room.encode(name, &TWICE);
        let middle = self.room.len();
        self.room.put(EQUALS);
        self.room.encode(value, &TWICE);
        self.room.put(AMPERSAND);
        let first = self.index.len();
        self.index.push(Entry::unsorted(start, middle, self.room.len()));
        self.enter_since(first, &mut Met::default());
    }

    /// Adds the parameters of a query or form body and answers which of the protocol's are among them.
    ///
    /// A name without `=` has an empty value, `+` is a space, empty pairs count for nothing. The decoded
    /// bytes need not be UTF-8. The error is the offset of a broken percent-encoding.
    pub(crate) fn encoded(&mut self, source: &str) -> Result<Met, usize> {
        if source.is_empty() {
            return Ok(Met::default());
        }
        let (mut met, first) = (Met::default(), self.index.len());
        let mut open = Open { start: self.room.len(), middle: NONE };
        let (mut rest, mut read) = (source.as_bytes(), 0);
        while !rest.is_empty() {
            let own = rest.len().min(BLOCK);
            let beyond = match rest.first_chunk() {
                Some(block) => self.block(block, own, read, &mut open, &mut met),
                None => {
                    // What follows the last is no digit, nor is there anything to encode.
                    let mut block = [b'-'; BLOCK + REACH];
                    if let Some(place) = block.get_mut(..rest.len()) {
                        place.copy_from_slice(rest);
                    }
                    self.block(&block, own, read, &mut open, &mut met)
                }
            };
            let before = source.len().saturating_sub(rest.len());
            read = beyond.map_err(|offset| before.saturating_add(offset))?;
            rest = rest.get(BLOCK..).unwrap_or_default();
        }
        if let Some(mut window) = self.room.window() {
            self.index.extend(open.close(&mut window));
            let end = window.len();
            self.room.advance_to(end);
        }
        self.enter_since(first, &mut met);
        Ok(met)
    }

    /// Reads the next block, of which some bytes are read already, and answers how many of the bytes after it
    /// are read with it; the error is the offset of a broken percent-encoding.
    fn block(
        &mut self,
        block: &[u8; BLOCK + REACH],
        own: usize,
        read: usize,
        open: &mut Open,
        met: &mut Met,
    ) -> Result<usize, usize> {
        let Self { room, index, has_oauth: _ } = self;
        let Some(mut window) = room.window() else { return Err(0) };
        let (mut from, mut decoded) = (read, 0_u16);
        let (bytes, _) = block.split_first_chunk().unwrap_or((&[0; BLOCK], &[]));
        let mut reserved = reserved(bytes);
        while reserved != 0 {
            // The mask changes nothing: it shows the compiler that the byte is there.
            let at = reserved.trailing_zeros() as usize & (BLOCK - 1);
            reserved &= reserved.wrapping_sub(1);
            // Even if there is nothing to copy: to find that out costs more where it is hard to foresee.
            window.copy(block, from, at.wrapping_sub(from));
            from = at.wrapping_add(1);
            let byte = block.get(at).copied().unwrap_or_default();
            if byte == b'%' {
                let digit = |at: usize| block.get(at).copied().unwrap_or_default();
                let (byte, piece) = of_escape(digit(from), digit(from.wrapping_add(1)));
                if piece.len() == 0 {
                    return Err(at);
                }
                decoded |= byte;
                window.put(piece);
                from = at.wrapping_add(3);
                continue;
            }
            let piece = look_up(&FORM, byte);
            if piece.len() > 0 {
                window.put(piece);
                continue;
            }
            match byte {
                b'=' if open.middle == NONE => {
                    open.middle = window.len();
                    window.put(EQUALS);
                }
                b'=' => window.put(look_up(&TWICE, byte)),
                _ => index.extend(open.close(&mut window)),
            }
        }
        if from < own {
            window.copy(block, from, own.wrapping_sub(from));
            from = own;
        }
        let end = window.len();
        room.advance_to(end);
        met.note_decoded(decoded as u8);
        Ok(from.wrapping_sub(own))
    }

    /// Completes the entries from the `first`th on, but for the signature, which does not sign itself.
    fn enter_since(&mut self, first: usize, met: &mut Met) {
        let Self { room, index, has_oauth } = self;
        let mut is_signed = true;
        for entry in index.get_mut(first..).unwrap_or_default() {
            *entry = entry.with_prefix(room);
            if entry.prefix() >> 16 == OAUTH {
                *has_oauth = true;
                met.note(room.text(entry.start()..entry.middle(room)));
                is_signed &= entry.name(room) != Parameter::Signature.as_str().as_bytes();
            }
        }
        if !is_signed {
            index.retain(|entry| entry.name(room) != Parameter::Signature.as_str().as_bytes());
        }
    }

    /// Sorts by encoded name, then by encoded value (RFC 5849 §3.4.1.3.2).
    ///
    /// Encoding twice keeps the order of encoding once, because `%` sorts before every unreserved character
    /// and its second encoding begins with `%` again. So each parameter is encoded once, in one pass, and only
    /// the index is moved.
    pub(crate) fn sort(&mut self) {
        sort(self.index, self.room);
    }

    /// Appends the sorted parameters whose names come before `bound`, from the `next`th on.
    pub(crate) fn append_before(&mut self, bound: &str, next: &mut usize) {
        let Self { room, index, has_oauth: _ } = self;
        let first = prefix(bound);
        let rest = index.get(*next..).unwrap_or_default();
        let count = rest.partition_point(|entry| {
            entry.prefix() < first || (entry.prefix() == first && entry.name(room) < bound.as_bytes())
        });
        append(rest.get(..count).unwrap_or_default(), room);
        *next = next.saturating_add(count);
    }

    /// Appends the sorted parameters from the `next`th on.
    pub(crate) fn append_rest(&mut self, next: usize) {
        let Self { room, index, has_oauth: _ } = self;
        append(index.get(next..).unwrap_or_default(), room);
    }
}

/// Appends parameters that are in the room already.
fn append(entries: &[Entry], room: &mut Room) {
    let Some(first) = entries.first() else { return };
    let (mut start, mut end) = (first.start(), first.start());
    for entry in entries {
        let next = entry.start();
        // What was brought in order is copied at once.
        if next != end {
            room.push_within(start, end.wrapping_sub(start));
            start = next;
        }
        end = next.wrapping_add(entry.length(room));
    }
    room.push_within(start, end.wrapping_sub(start));
}

/// `oauth_`, with which the protocol's names begin.
const OAUTH: u64 = u64::from_be_bytes(*b"\0\0oauth_");

impl Open {
    /// Ends the pair, with all that it is encoded with, unless there is none.
    #[inline]
    fn close(&mut self, window: &mut Window<'_>) -> Option<Entry> {
        let length = window.len();
        if length == self.start {
            return None;
        }
        if self.middle == NONE {
            self.middle = length;
            window.put(EQUALS);
        }
        window.put(AMPERSAND);
        let entry = Entry::unsorted(self.start, self.middle, window.len());
        (self.start, self.middle) = (window.len(), NONE);
        Some(entry)
    }
}
