use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The 32 bytes that open a sealed store: wiped when dropped, never printed.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; Self::LENGTH]>);

impl SealKey {
    /// Its length in bytes.
    pub const LENGTH: usize = 32;

    /// A key from what a source kept.
    pub fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes in clear, for the source that keeps them.
    pub fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Whether `other` is the same key, in the same time wherever the two differ.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}
