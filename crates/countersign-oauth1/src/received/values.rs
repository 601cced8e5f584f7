use alloc::borrow::Cow;

use countersign_wire::percent;

use crate::{Error, Parameter, Place, room::Room};

/// Where a text is in the room of a received request.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Keeps a text.
    pub(super) fn keep(text: &str, room: &mut Room) -> Self {
        let start = room.len();
        room.push(text);
        Self { start, end: room.len() }
    }

    /// What is in the room from here on.
    pub(super) fn since(start: usize, room: &Room) -> Self {
        Self { start, end: room.len() }
    }

    pub(super) fn of(self, room: &Room) -> &str {
        room.text(self.start..self.end)
    }
}

/// The decoded values of the protocol's parameters and of `realm`.
#[derive(Clone, Copy, Default)]
pub(super) struct Values {
    spans: [Option<Span>; 12],
}

impl Values {
    /// Keeps a value, and answers whether it is the first.
    pub(super) fn keep(&mut self, parameter: Parameter, value: &str, room: &mut Room) -> bool {
        match self.spans.get_mut(parameter as usize) {
            Some(place @ None) => {
                *place = Some(Span::keep(value, room));
                true
            }
            _ => false,
        }
    }

    pub(super) fn get<'a>(&self, parameter: Parameter, room: &'a Room) -> Option<&'a str> {
        self.spans.get(parameter as usize).copied().flatten().map(|span| span.of(room))
    }

    /// A value that says something: an empty one counts as none.
    pub(super) fn filled<'a>(&self, parameter: Parameter, room: &'a Room) -> Option<&'a str> {
        self.get(parameter, room).filter(|value| !value.is_empty())
    }
}

/// A name or value of the header, decoded (RFC 5849 §3.6).
pub(super) fn decoded(text: &str, position: usize) -> Result<Cow<'_, str>, Error> {
    if !text.contains('%') {
        return Ok(Cow::Borrowed(text));
    }
    percent::decode(text).map(Cow::Owned).map_err(|error| match error {
        countersign_wire::Error::PercentEncoding { position: offset } => {
            Error::Header { position: position.saturating_add(offset) }
        }
        _ => Error::NotUtf8 { place: Place::Header },
    })
}
