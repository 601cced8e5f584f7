//! Parameters collected and normalised (RFC 5849 §3.4.1.3).

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::{
    encoding::{AMPERSAND, EQUALS, FORM, TWICE, look_up, unescaped},
    parameter::{Met, Parameter},
    room::{AT_ONCE, Room, Window},
};

/// A parameter in the room: its name, `%3D`, its value and `%26`, all in their double encoding.
///
/// Encoding twice keeps the order of encoding once, because `%` sorts before every unreserved character and
/// its second encoding begins with `%` again. So each parameter is encoded once, in one pass, and only the
/// index is moved.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    /// The first bytes of the name, which settle most comparisons.
    prefix: u64,
    start: usize,
    /// Where the name ends.
    middle: usize,
    /// Where the ampersand after the value ends.
    end: usize,
}

impl Entry {
    fn name<'a>(&self, room: &'a Room) -> &'a [u8] {
        room.get(self.start..self.middle)
    }

    fn value<'a>(&self, room: &'a Room) -> &'a [u8] {
        let start = self.middle.saturating_add(EQUALS.len());
        room.get(start..self.end.saturating_sub(AMPERSAND.len()))
    }
}

impl Entry {
    /// Compares two names that begin alike, and then the values.
    fn compare(&self, other: &Self, room: &Room) -> Ordering {
        let is_short = |entry: &Self| entry.middle.saturating_sub(entry.start) <= size_of::<u64>();
        // Short names that begin alike are the same.
        let by_name = match is_short(self) && is_short(other) {
            true => Ordering::Equal,
            false => self.name(room).cmp(other.name(room)),
        };
        let value = |entry: &Self| {
            let start = entry.middle.saturating_add(EQUALS.len());
            let length = entry.end.saturating_sub(AMPERSAND.len()).saturating_sub(start);
            first_bytes(room.eight(start), length)
        };
        by_name
            .then_with(|| value(self).cmp(&value(other)))
            .then_with(|| self.value(room).cmp(other.value(room)))
    }
}

/// The first bytes of a name as a number that sorts as they do.
fn prefix(name: &str) -> u64 {
    let mut first = [0; 8];
    first.iter_mut().zip(name.bytes()).for_each(|(place, byte)| *place = byte);
    u64::from_be_bytes(first)
}

/// Of eight bytes those that belong to a name of this length.
fn first_bytes(eight: [u8; 8], length: usize) -> u64 {
    let beyond = u32::try_from(length.saturating_mul(8)).ok().and_then(|bits| u64::MAX.checked_shr(bits));
    u64::from_be_bytes(eight) & !beyond.unwrap_or(0)
}

/// A pair that is being read: where it starts in the room, and where its name ends, or [`NONE`].
struct Open {
    start: usize,
    middle: usize,
}

/// No place in the room.
const NONE: usize = usize::MAX;

/// As much as is read at once, not ending within an escape unless the whole does.
fn some_of(rest: &[u8]) -> (&[u8], &[u8]) {
    match rest.split_at_checked(AT_ONCE) {
        Some(([.., b'%'], _)) => rest.split_at_checked(AT_ONCE - 1),
        Some(([.., b'%', _], _)) => rest.split_at_checked(AT_ONCE - 2),
        whole => whole,
    }
    .unwrap_or((rest, &[]))
}

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
        self.index.push(Entry { prefix: 0, start, middle, end: self.room.len() });
        self.enter_since(first, &mut Met::default());
    }

    /// Adds the parameters of a query or form body and answers which of the protocol's are among them.
    ///
    /// A name without `=` has an empty value, `+` is a space, empty pairs count for nothing. The decoded
    /// bytes need not be UTF-8. The error is the offset of a broken percent-encoding.
    pub(crate) fn encoded(&mut self, source: &str) -> Result<Met, usize> {
        let (mut met, first) = (Met::default(), self.index.len());
        let mut open = Open { start: self.room.len(), middle: NONE };
        let mut rest = source.as_bytes();
        while !rest.is_empty() {
            let (ahead, beyond) = some_of(rest);
            let read = self.stretch(ahead, beyond.is_empty(), &mut open, &mut met);
            read.map_err(|offset| source.len().saturating_sub(rest.len()).saturating_add(offset))?;
            rest = beyond;
        }
        self.enter_since(first, &mut met);
        Ok(met)
    }

    /// Reads on, wherever in a pair that is; the error is the offset of a broken percent-encoding.
    fn stretch(&mut self, ahead: &[u8], is_last: bool, open: &mut Open, met: &mut Met) -> Result<(), usize> {
        let Self { room, index, has_oauth: _ } = self;
        let begins = room.len();
        let Some(mut window) = room.window() else { return Err(0) };
        let Open { mut start, mut middle } = *open;
        let mut close = |window: &mut Window<'_>, start: &mut usize, middle: &mut usize| {
            let length = begins.wrapping_add(window.len());
            if length > *start {
                if *middle == NONE {
                    *middle = length;
                    window.put(EQUALS);
                }
                window.put(AMPERSAND);
                let end = begins.wrapping_add(window.len());
                index.push(Entry { prefix: 0, start: *start, middle: *middle, end });
                (*start, *middle) = (end, NONE);
            }
        };
        let mut bytes = ahead.iter();
        while let Some(byte) = window.put_while(&mut bytes, &FORM) {
            match byte {
                b'%' => {
                    let rest = bytes.as_slice();
                    let broken = || ahead.len().saturating_sub(rest.len()).saturating_sub(1);
                    let Some(([high, low], rest)) = rest.split_first_chunk() else { return Err(broken()) };
                    let Some(byte) = unescaped(*high, *low) else { return Err(broken()) };
                    met.note_decoded(byte);
                    window.put(look_up(&TWICE, byte));
                    bytes = rest.iter();
                }
                b'&' => close(&mut window, &mut start, &mut middle),
                b'=' if middle == NONE => {
                    middle = begins.wrapping_add(window.len());
                    window.put(EQUALS);
                }
                byte => window.put(look_up(&TWICE, byte)),
            }
        }
        if is_last {
            close(&mut window, &mut start, &mut middle);
        }
        *open = Open { start, middle };
        let written = window.len();
        room.advance(written);
        Ok(())
    }

    /// Completes the entries from the `first`th on, but for the signature, which does not sign itself.
    fn enter_since(&mut self, first: usize, met: &mut Met) {
        let mut is_signed = true;
        for entry in self.index.get_mut(first..).unwrap_or_default() {
            let length = entry.middle.saturating_sub(entry.start);
            entry.prefix = first_bytes(self.room.eight(entry.start), length);
            if entry.prefix >> 16 == OAUTH {
                self.has_oauth = true;
                met.note(self.room.text(entry.start..entry.middle));
                is_signed &= entry.name(self.room) != Parameter::Signature.as_str().as_bytes();
            }
        }
        if !is_signed {
            let room = &*self.room;
            self.index.retain(|entry| entry.name(room) != Parameter::Signature.as_str().as_bytes());
        }
    }

    /// Sorts by encoded name, then by encoded value (RFC 5849 §3.4.1.3.2).
    pub(crate) fn sort(&mut self) {
        let Self { room, index, has_oauth: _ } = self;
        // Numbers first, and then the few that begin alike.
        index.sort_unstable_by_key(|entry| entry.prefix);
        for alike in index.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if alike.len() > 1 {
                alike.sort_unstable_by(|a, b| a.compare(b, room));
            }
        }
    }

    /// Appends the sorted parameters whose names come before `bound`, from the `next`th on.
    pub(crate) fn append_before(&mut self, bound: &str, next: &mut usize) {
        let Self { room, index, has_oauth: _ } = self;
        let first = prefix(bound);
        let rest = index.get(*next..).unwrap_or_default();
        let count = rest.partition_point(|entry| {
            entry.prefix < first || (entry.prefix == first && entry.name(room) < bound.as_bytes())
        });
        room.push_all_within(rest.iter().take(count).map(|entry| (entry.start, entry.end)));
        *next = next.saturating_add(count);
    }

    /// Appends the sorted parameters from the `next`th on.
    pub(crate) fn append_rest(&mut self, next: usize) {
        let rest = self.index.get(next..).unwrap_or_default();
        self.room.push_all_within(rest.iter().map(|entry| (entry.start, entry.end)));
    }
}

/// `oauth_`, with which the protocol's names begin.
const OAUTH: u64 = u64::from_be_bytes(*b"\0\0oauth_");
