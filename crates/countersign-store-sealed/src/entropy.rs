//! What the operating system's generator is asked for.

use countersign_store::{Error, ErrorKind, SealKey};
use zeroize::Zeroizing;

/// A new key.
pub(crate) fn generate() -> Result<SealKey, Error> {
    let mut bytes = Zeroizing::new([0; SealKey::LENGTH]);
    fill(bytes.as_mut_slice())?;
    Ok(SealKey::new(*bytes))
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
