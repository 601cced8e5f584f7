use alloc::vec::Vec;
use core::fmt;

use crate::{base_string::Entry, room::Room};

/// Room that a signer works in, kept between signatures so that none of them allocates once it is warm.
///
/// It is wiped when it is dropped: a PLAINTEXT signature is the secrets themselves.
#[derive(Default)]
pub struct Scratch {
    /// The header, and behind it, until it is signed, the base string.
    pub(crate) room: Room,
    pub(crate) index: Vec<Entry>,
}

impl Scratch {
    /// Room that is empty, and grows with the first signature.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn clear(&mut self) {
        let Self { room, index } = self;
        room.clear();
        index.clear();
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch(..)")
    }
}
