//! Codes, tokens and identifiers from the host's entropy.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_token::Secret;
use countersign_wire::flow::{Env, NoEntropy};

/// 256 random bits in base64url: 43 characters.
pub(crate) fn secret(env: &Env<'_>) -> Result<Secret, NoEntropy> {
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes::<32>(env)?)))
}

/// 128 random bits in base64url: 22 characters, for what a person may have to copy.
pub(crate) fn short(env: &Env<'_>) -> Result<Secret, NoEntropy> {
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes::<16>(env)?)))
}

/// Random bytes.
pub(crate) fn bytes<const N: usize>(env: &Env<'_>) -> Result<[u8; N], NoEntropy> {
    let mut out = [0; N];
    env.entropy.fill(&mut out)?;
    Ok(out)
}
