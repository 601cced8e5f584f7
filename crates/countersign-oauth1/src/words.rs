/// How many bytes come before one of those that are wanted; eight are looked at together.
#[inline]
pub(crate) fn bytes_before<const N: usize>(bytes: &[u8], wanted: [u8; N]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = ONES << 7;
    let is_wanted = |byte: u8| wanted.iter().fold(false, |any, wanted| any | (byte == *wanted));
    let mut before = 0_usize;
    let (eights, rest) = bytes.as_chunks();
    for eight in eights {
        let word = u64::from_le_bytes(*eight);
        let found = wanted.iter().fold(0, |found, wanted| {
            // The top bit of each byte that is zero, and perhaps of some after the first of them.
            let differs = word ^ u64::from_ne_bytes([*wanted; 8]);
            found | (differs.wrapping_sub(ONES) & !differs & TOPS)
        });
        if found != 0 {
            return before.wrapping_add(found.trailing_zeros() as usize / 8);
        }
        before = before.wrapping_add(eight.len());
    }
    before.wrapping_add(rest.iter().take_while(|byte| !is_wanted(**byte)).count())
}
