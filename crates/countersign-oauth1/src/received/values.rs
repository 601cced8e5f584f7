use core::ops::Range;

use crate::words::bytes_before;
use crate::{Parameter, encoding::unescaped, room::Room};

/// Where a text is in the room of a received request.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(super) const fn new(start: usize, length: usize) -> Self {
        Self { start, end: start.saturating_add(length) }
    }

    /// Keeps a text.
    #[inline]
    pub(super) fn keep(text: &[u8], room: &mut Room) -> Self {
        let start = room.len();
        if !text.is_empty() {
            room.push_bytes(text);
        }
        Self { start, end: room.len() }
    }

    /// Keeps the bytes that a text stands for; the error is the offset of a broken percent-encoding.
    pub(super) fn keep_decoded(text: &[u8], plus: Plus, room: &mut Room) -> Result<Self, usize> {
        let start = room.len();
        let mut rest = text;
        while !rest.is_empty() {
            let (as_it_is, special) =
                rest.split_at_checked(bytes_before(rest, [b'%', b'+'])).unwrap_or((rest, &[]));
            room.push_bytes(as_it_is);
            rest = match special {
                [b'%', high, low, after @ ..] => {
                    let position = text.len().saturating_sub(special.len());
                    room.push_bytes(&[unescaped(*high, *low).ok_or(position)?]);
                    after
                }
                [b'%', ..] => return Err(text.len().saturating_sub(special.len())),
                [_, after @ ..] => {
                    room.push_bytes(&[plus as u8]);
                    after
                }
                [] => &[],
            };
        }
        Ok(Self::since(start, room))
    }

    /// What is in the room from here on.
    pub(super) fn since(start: usize, room: &Room) -> Self {
        Self { start, end: room.len() }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start..self.end
    }

    pub(super) fn bytes(self, room: &Room) -> &[u8] {
        room.get(self.range())
    }

    pub(super) fn text(self, room: &Room) -> &str {
        room.text(self.range())
    }
}

/// What a plus stands for.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Plus {
    /// Itself, as in a header (RFC 5849 §3.6).
    Itself = b'+',
    /// A space, as in a form.
    Space = b' ',
}

/// Where the decoded values of the protocol's parameters and of `realm` are.
#[derive(Clone, Copy)]
pub(super) struct Values {
    /// By the parameter's number; what is not there begins behind its end.
    spans: [Span; 12],
}

impl Values {
    /// Keeps where a value is, unless there is one already, and answers whether it is the first.
    pub(super) fn keep(&mut self, parameter: Parameter, span: Span) -> bool {
        match self.spans.get_mut(parameter as usize) {
            Some(place) if place.start > place.end => {
                *place = span;
                true
            }
            _ => false,
        }
    }

    #[inline]
    pub(super) fn get(&self, parameter: Parameter) -> Option<Span> {
        self.spans.get(parameter as usize).copied().filter(|span| span.start <= span.end)
    }

    /// A value that says something: an empty one counts as none.
    pub(super) fn filled<'a>(&self, parameter: Parameter, room: &'a Room) -> Option<&'a [u8]> {
        self.get(parameter).map(|span| span.bytes(room)).filter(|value| !value.is_empty())
    }
}

impl Default for Values {
    fn default() -> Self {
        Self { spans: [Span { start: 1, end: 0 }; 12] }
    }
}
