/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// Which bytes of a block do not stand for themselves, a bit for each, the first byte's the lowest.
#[inline]
pub(super) fn reserved(block: &[u8; BLOCK]) -> u64 {
    let marks = marks(block);
    let (eights, _) = marks.as_chunks();
    // The product moves eight ones that are eight bits apart next to each other, into the highest byte.
    let gathered = |marks: &[u8; 8]| u64::from_le_bytes(*marks).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().rev().fold(0, |bits, marks| bits << 8 | gathered(marks))
}

/// A one in the place of each byte that does not stand for itself.
///
/// It is a function of its own, or else the compiler takes the bytes one by one.
#[inline(never)]
fn marks(block: &[u8; BLOCK]) -> [u8; BLOCK] {
    let mut marks = [0; BLOCK];
    for (mark, &byte) in marks.iter_mut().zip(block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        // From the hyphen to the digits everything but the slash.
        let other = (byte.wrapping_sub(b'-') < 13) & (byte != b'/');
        *mark = u8::from(!(letter | other | (byte == b'_') | (byte == b'~')));
    }
    marks
}

#[cfg(test)]
mod tests {
    use countersign_wire::percent;

    use super::{BLOCK, reserved};

    #[test]
    fn bits_tell_what_bytes_tell() {
        for first in 0..=u8::MAX {
            let block: [u8; BLOCK] =
                core::array::from_fn(|at| first.wrapping_add((at as u8).wrapping_mul(37)));
            for (at, byte) in block.iter().enumerate() {
                let is_reserved = reserved(&block) >> at & 1 == 1;
                assert_eq!(is_reserved, !percent::is_unreserved(*byte), "{byte} at {at}");
            }
        }
    }
}
