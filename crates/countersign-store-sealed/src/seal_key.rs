use core::fmt;

use countersign_store::{Error, ErrorKind};
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

    /// A new key from the operating system's generator.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when there is none.
    pub fn generate() -> Result<Self, Error> {
        let mut key = Self::new([0; Self::LENGTH]);
        fill(key.0.as_mut_slice())?;
        Ok(key)
    }

    /// The bytes in clear, for the source that keeps them.
    pub fn expose(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Whether `other` is the same key, in the same time wherever the two differ.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8; Self::LENGTH] {
        &mut self.0
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(..)")
    }
}

/// Random bytes that are no secret: identifiers, salts, nonces.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes)
        .map_err(|_| Error::new(ErrorKind::Unavailable).because("the operating system has no random numbers"))
}
