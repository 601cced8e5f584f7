/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// Which bytes of a block do not stand for themselves, a bit for each, the first byte's the lowest.
///
/// It is a function of its own, or else the compiler takes the bytes one by one.
#[inline(never)]
pub(super) fn reserved(block: &[u8; BLOCK]) -> u64 {
    let (sixteens, _) = block.as_chunks();
    sixteens.iter().rev().fold(0, |bits, some| bits << 16 | u64::from(of_sixteen(some)))
}

/// The same of sixteen bytes.
#[inline]
fn of_sixteen(bytes: &[u8; 16]) -> u16 {
    let bits: [u8; 16] = core::array::from_fn(|at| {
        let byte = bytes.get(at).copied().unwrap_or_default();
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        // From the hyphen to the digits everything but the slash.
        let other = (byte.wrapping_sub(b'-') < 13) & (byte != b'/');
        if letter | other | (byte == b'_') | (byte == b'~') { 0 } else { 1 << (at % 8) }
    });
    // Processors add up eight bytes with one instruction, which is what makes this fast.
    let sum = |some: &[u8]| some.iter().fold(0_u8, |sum, bit| sum.wrapping_add(*bit));
    let (low, high) = bits.split_at(8);
    u16::from_le_bytes([sum(low), sum(high)])
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
