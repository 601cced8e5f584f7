/// How many bytes come before one of these; eight are looked at together.
#[inline]
pub(super) fn bytes_before(bytes: &[u8], one: u8, other: u8) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    // The top bit of each byte that is zero, and perhaps of some after the first of them.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let [all_one, all_other] = [one, other].map(|byte| u64::from_ne_bytes([byte; 8]));
    let (eights, rest) = bytes.as_chunks();
    for (index, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let found = zeros(word ^ all_one) | zeros(word ^ all_other);
        if found != 0 {
            return index.wrapping_mul(8).wrapping_add(found.trailing_zeros() as usize / 8);
        }
    }
    let before = rest.iter().take_while(|byte| **byte != one && **byte != other).count();
    bytes.len().saturating_sub(rest.len()).saturating_add(before)
}
