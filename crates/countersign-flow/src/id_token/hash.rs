use alloc::string::String;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_jwt::Algorithm;
use countersign_token::Secret;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// The left half of the hash of a token or code, by the algorithm of the ID token: `at_hash` and `c_hash`
/// (OpenID Connect Core §3.1.3.6, §3.3.2.11).
pub fn left_half(algorithm: Algorithm, value: &Secret) -> String {
    let value = value.expose();
    match algorithm {
        Algorithm::Rs384 | Algorithm::Es384 => half(&Sha384::digest(value)),
        // Ed25519 hashes with SHA-512 inside, and so do those who write these claims beside it.
        Algorithm::Rs512 | Algorithm::EdDsa => half(&Sha512::digest(value)),
        _ => half(&Sha256::digest(value)),
    }
}

fn half(hash: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(hash.get(..hash.len() / 2).unwrap_or_default())
}
