use core::cmp::Ordering;

use super::collected::first_bytes;
use crate::room::Room;

/// A parameter in the room: its name, `%3D`, its value and `%26`, all in their double encoding.
///
/// It is one number, so that sorting moves and compares little: the first bytes of the name, which settle most
/// comparisons, above where it starts, above how long it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry(u128);

/// How many bits the length has. The start has the others, more than any memory has bytes.
const LENGTH: u32 = 22;

/// A length that does not fit, or the greatest that does.
const LONG: u64 = (1 << LENGTH) - 1;

impl Entry {
    /// An entry that has not been told its prefix, and in its place keeps the length of its name.
    #[inline]
    pub(super) fn unsorted(start: usize, middle: usize, end: usize) -> Self {
        let length = (end.wrapping_sub(start) as u64).min(LONG);
        let place = (start as u64) << LENGTH | length;
        Self(u128::from(middle.wrapping_sub(start) as u64) << 64 | u128::from(place))
    }

    /// The entry ready to be sorted.
    #[inline]
    pub(super) fn with_prefix(self, room: &Room) -> Self {
        let prefix = first_bytes(room.eight(self.start()), self.prefix());
        Self(u128::from(prefix) << 64 | u128::from(self.place()))
    }

    #[inline]
    pub(super) fn prefix(self) -> u64 {
        (self.0 >> 64) as u64
    }

    #[inline]
    fn place(self) -> u64 {
        self.0 as u64
    }

    #[inline]
    pub(super) fn start(self) -> usize {
        (self.place() >> LENGTH) as usize
    }

    /// How many bytes it has in the room.
    #[inline]
    pub(super) fn length(self, room: &Room) -> usize {
        let length = self.place() & LONG;
        if length < LONG { length as usize } else { self.find(b"%26", room).saturating_add(3) }
    }

    /// How many bytes come before this, which is in no name and no value, for their `%` is encoded again.
    fn find(self, separator: &[u8; 3], room: &Room) -> usize {
        let text = room.from(self.start());
        text.windows(separator.len()).position(|window| window == separator).unwrap_or(text.len())
    }

    /// Where the name ends.
    pub(super) fn middle(self, room: &Room) -> usize {
        self.start().saturating_add(self.find(b"%3D", room))
    }

    pub(super) fn name(self, room: &Room) -> &[u8] {
        room.get(self.start()..self.middle(room))
    }

    /// Compares the names, which begin alike, and then the values.
    pub(super) fn compare<'r>(self, other: Self, room: &'r Room) -> Ordering {
        let [ours, theirs] = [self, other].map(|entry| {
            let start = entry.start();
            room.get(start..start.wrapping_add(entry.length(room)))
        });
        // Names that begin alike are alike as far as the prefix goes, which ends with zeros after a shorter name.
        let known = (u64::BITS.wrapping_sub(self.prefix().trailing_zeros())).div_ceil(8) as usize;
        let rest = |text: &'r [u8]| text.get(known..).unwrap_or_default();
        let at = match (rest(ours).first_chunk(), rest(theirs).first_chunk()) {
            // Most differ soon.
            (Some(a), Some(b)) if a != b => {
                let differing = u64::from_be_bytes(*a) ^ u64::from_be_bytes(*b);
                Some(differing.leading_zeros() as usize / 8)
            }
            _ => rest(ours).iter().zip(rest(theirs)).position(|(a, b)| a != b),
        };
        let Some(at) = at.map(|at| at.wrapping_add(known)) else { return Ordering::Equal };
        let order = ours.get(at).cmp(&theirs.get(at));
        // Where a name or a value ends, its `%3D` or `%26` comes before the other's `%25`.
        match ours.get(..at) {
            Some([.., b'%'] | [.., b'%', b'2']) => order.reverse(),
            _ => order,
        }
    }
}
