/// FNV-1a over parts, each with its length: one changed byte always changes it.
///
/// It finds damage, which SQLite's pages have no checksum for, and is no protection against intent.
pub(crate) fn of(parts: &[&[u8]]) -> i64 {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        let length = (part.len() as u64).to_le_bytes();
        for byte in length.iter().chain(*part) {
            sum = (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    sum.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn parts_are_not_joined() {
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_eq!(of(&[]).cast_unsigned(), 0xcbf2_9ce4_8422_2325);
    }
}
