//! The one cipher, with its nonce in front.

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::AeadInOut};
use countersign_store::{Error, ErrorKind, SealKey};
use zeroize::Zeroizing;

use crate::entropy;

pub(crate) const NONCE: usize = 24;
pub(crate) const TAG: usize = 16;

/// Puts a fresh nonce and the ciphertext of `plain` at the end of `out`.
///
/// A nonce of 24 bytes may be random: no two of them ever meet.
pub(crate) fn seal(key: &SealKey, associated: &[u8], plain: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let nonce: [u8; NONCE] = entropy::random()?;
    // Room for the tag too, so that no plaintext stays behind in a buffer that was outgrown.
    let mut buffer = Zeroizing::new(Vec::with_capacity(plain.len().saturating_add(TAG)));
    buffer.extend_from_slice(plain);
    cipher(key)
        .encrypt_in_place(&XNonce::from(nonce), associated, &mut *buffer)
        .map_err(|_| Error::new(ErrorKind::TooBig))?;
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&buffer);
    Ok(())
}

/// What [`seal`] put there, when nothing of it is different.
pub(crate) fn open(key: &SealKey, associated: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    let mut buffer = Zeroizing::new(text.to_vec());
    cipher(key).decrypt_in_place(&XNonce::from(*nonce), associated, &mut *buffer).ok()?;
    Some(buffer)
}

fn cipher(key: &SealKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}
