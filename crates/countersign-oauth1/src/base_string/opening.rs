use core::ops::Range;

use crate::{
    encoding::{AMPERSAND, EQUALS, TWICE, look_up},
    parameter::Parameter,
    room::Room,
};

/// What a parameter begins with in the base string, in a block that is copied as a whole.
pub(crate) struct Opening {
    pub(crate) parameter: Parameter,
    block: [u8; 32],
    length: usize,
}

/// Of each parameter that a signature covers, in the order of the base string.
pub(crate) static OPENINGS: [Opening; 9] = openings();

#[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const fn openings() -> [Opening; 9] {
    let mut openings = [const { Opening { parameter: Parameter::Other, block: [0; 32], length: 0 } }; 9];
    let mut index = 0;
    while index < openings.len() {
        openings[index] = Opening::of(Parameter::SIGNED[index]);
        index += 1;
    }
    openings
}

impl Opening {
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
    pub(crate) const fn of(parameter: Parameter) -> Self {
        let name = parameter.as_str().as_bytes();
        let length = name.len() + EQUALS.len();
        let mut block = [0; 32];
        let mut at = 0;
        while at < length {
            block[at] = if at < name.len() { name[at] } else { EQUALS.bytes()[at - name.len()] };
            at += 1;
        }
        Self { parameter, block, length }
    }

    /// Appends the parameter with a value that stays as it is, and answers where the value is.
    #[inline]
    pub(crate) fn write(&self, value: &[u8], room: &mut Room) -> usize {
        let start = room.len().saturating_add(self.length);
        let end = self.length.saturating_add(value.len());
        // Room is made once for all three, and the blocks may reach beyond what is theirs.
        let place = room.spare(end.saturating_add(self.block.len()));
        if let Some(block) = place.first_chunk_mut() {
            *block = self.block;
        }
        if let Some(place) = place.get_mut(self.length..end) {
            place.copy_from_slice(value);
        }
        if let Some(ampersand) = place.get_mut(end..).and_then(<[u8]>::first_chunk_mut) {
            *ampersand = AMPERSAND.bytes();
        }
        room.advance(end.saturating_add(AMPERSAND.len()));
        start
    }

    /// Appends the parameter with the double encoding of what is in the room already.
    pub(crate) fn write_within(&self, decoded: Range<usize>, room: &mut Room) {
        room.push_bytes(self.block.get(..self.length).unwrap_or_default());
        for at in decoded {
            let byte = room.get(at..at.saturating_add(1)).first().copied().unwrap_or_default();
            room.put(look_up(&TWICE, byte));
        }
        room.put(AMPERSAND);
    }
}
