//! Parameters collected and normalised (RFC 5849 §3.4.1.3).

use alloc::vec::Vec;

use crate::{
    encoding::{AMPERSAND, EQUALS, FORM, TWICE, look_up, unescaped},
    parameter::{Met, Parameter},
    room::{AT_ONCE, Room},
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
        let mut met = Met::default();
        self.enter(&mut met, start, middle);
    }

    /// Adds the parameters of a query or form body and answers which of the protocol's are among them.
    ///
    /// A name without `=` has an empty value, `+` is a space, empty pairs count for nothing. The decoded
    /// bytes need not be UTF-8. The error is the offset of a broken percent-encoding.
    pub(crate) fn encoded(&mut self, source: &str) -> Result<Met, usize> {
        let mut met = Met::default();
        let bytes = source.as_bytes();
        let mut position = 0_usize;
        while position < bytes.len() {
            position = self.pair(bytes, position, &mut met)?;
        }
        Ok(met)
    }

    /// Adds the pair that begins here, and answers where the next one does.
    fn pair(&mut self, source: &[u8], begins: usize, met: &mut Met) -> Result<usize, usize> {
        let start = self.room.len();
        let mut middle = None;
        let mut position = begins;
        let mut open = true;
        while open {
            let ahead = source.get(position..).unwrap_or_default();
            let ahead = ahead.get(..AT_ONCE).unwrap_or(ahead);
            let length = self.room.len();
            let Some(mut window) = self.room.window() else { return Err(position) };
            let mut next = 0_usize;
            while let Some(byte) = ahead.get(next) {
                let mut piece = look_up(&FORM, *byte);
                if piece.len() == 0 {
                    piece = match byte {
                        b'&' => break,
                        b'=' if middle.is_none() => {
                            middle = Some(length.saturating_add(window.len()));
                            EQUALS
                        }
                        b'%' => {
                            let at = position.saturating_add(next);
                            let digit = |place| source.get(at.saturating_add(place)).copied().ok_or(at);
                            let byte = unescaped(digit(1)?, digit(2)?).ok_or(at)?;
                            met.note_decoded(byte);
                            next = next.saturating_add(2);
                            look_up(&TWICE, byte)
                        }
                        byte => look_up(&TWICE, *byte),
                    };
                }
                window.put(piece);
                next = next.wrapping_add(1);
            }
            // It ends with the source or an ampersand, and goes on when only what is looked at once has ended.
            open = next >= AT_ONCE;
            position = position.saturating_add(next);
            let written = window.len();
            self.room.advance(written);
        }
        if self.room.len() > start {
            let middle = middle.unwrap_or_else(|| {
                let middle = self.room.len();
                self.room.put(EQUALS);
                middle
            });
            self.room.put(AMPERSAND);
            self.enter(met, start, middle);
        }
        Ok(position.saturating_add(1))
    }

    /// Indexes what has been appended since `start`, unless it is the signature, which does not sign itself.
    fn enter(&mut self, met: &mut Met, start: usize, middle: usize) {
        let prefix = first_bytes(self.room.eight(start), middle.saturating_sub(start));
        if prefix >> 16 == OAUTH {
            self.has_oauth = true;
            let name = self.room.text(start..middle);
            met.note(name);
            if name == Parameter::Signature.as_str() {
                self.room.truncate(start);
                return;
            }
        }
        self.index.push(Entry { prefix, start, middle, end: self.room.len() });
    }

    /// Sorts by encoded name, then by encoded value (RFC 5849 §3.4.1.3.2).
    pub(crate) fn sort(&mut self) {
        let Self { room, index, has_oauth: _ } = self;
        // Numbers first, and then the few that begin alike.
        index.sort_unstable_by_key(|entry| entry.prefix);
        for alike in index.chunk_by_mut(|a, b| a.prefix == b.prefix) {
            if alike.len() > 1 {
                alike.sort_unstable_by(|a, b| {
                    let by_name = a.name(room).cmp(b.name(room));
                    by_name.then_with(|| a.value(room).cmp(b.value(room)))
                });
            }
        }
    }

    /// Appends the sorted parameters whose names come before `bound`, from the `next`th on.
    pub(crate) fn append_before(&mut self, bound: &str, next: &mut usize) {
        let first = prefix(bound);
        while let Some(entry) = self.index.get(*next) {
            if entry.prefix > first || (entry.prefix == first && entry.name(self.room) >= bound.as_bytes()) {
                return;
            }
            self.room.push_within(entry.start..entry.end);
            *next = next.saturating_add(1);
        }
    }

    /// Appends the sorted parameters from the `next`th on.
    pub(crate) fn append_rest(&mut self, next: usize) {
        for entry in self.index.get(next..).unwrap_or_default() {
            self.room.push_within(entry.start..entry.end);
        }
    }
}

/// `oauth_`, with which the protocol's names begin.
const OAUTH: u64 = u64::from_be_bytes(*b"\0\0oauth_");
