//! The last step by a recipe: the code over a base string, and how it is written.

use alloc::{format, string::String, vec::Vec};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use countersign_token::Secret;
use countersign_wire::percent;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{
    expected::Expected,
    recipe::{Digest, Output, Recipe},
};
use crate::{Algorithm, SignatureMethod};

/// How this side signs.
#[derive(Clone, Copy)]
pub(super) enum Signing<'a> {
    Hmac(Digest),
    Plaintext,
    /// By a key that cannot be got wrong, because it is no text.
    Own(&'a dyn SignatureMethod),
}

impl Signing<'_> {
    /// The method of shared secrets by this name.
    pub(super) const fn new(algorithm: Algorithm) -> Option<Self> {
        match algorithm {
            Algorithm::HmacSha1 => Some(Self::Hmac(Digest::Sha1)),
            Algorithm::HmacSha256 => Some(Self::Hmac(Digest::Sha256)),
            Algorithm::HmacSha512 => Some(Self::Hmac(Digest::Sha512)),
            Algorithm::Plaintext => Some(Self::Plaintext),
            Algorithm::RsaSha1 | Algorithm::RsaSha256 | Algorithm::RsaSha512 | Algorithm::Own => None,
        }
    }

    /// The hash of an HMAC, if it is one by this recipe.
    fn digest(self, recipe: &Recipe) -> Option<Digest> {
        match self {
            Self::Hmac(digest) => Some(recipe.digest.unwrap_or(digest)),
            Self::Plaintext => recipe.digest,
            Self::Own(_) => None,
        }
    }

    /// Whether the recipe leads to the expected signature.
    pub(super) fn reproduces(
        self,
        recipe: &Recipe,
        base_string: [&str; 2],
        key: &Secret,
        expected: &Expected,
    ) -> bool {
        if let Some(digest) = self.digest(recipe) {
            return expected
                .code(recipe.output)
                .is_some_and(|expected| code(digest, key, base_string) == expected);
        }
        match self {
            Self::Own(method) => expected
                .standard(recipe.output)
                .is_some_and(|expected| method.verify(&base_string.concat(), expected.expose())),
            _ => expected.text(recipe.output).is_some_and(|expected| expected.ct_eq(key)),
        }
    }

    /// The signature by the recipe, unless only the holder of another key can make it.
    pub(super) fn sign(self, recipe: &Recipe, base_string: &str, key: &Secret) -> Option<Secret> {
        let code = match (self.digest(recipe), self) {
            (Some(digest), _) => code(digest, key, [base_string, ""]),
            (None, Self::Own(_)) => return None,
            (None, _) if recipe.output == Output::PercentEncoded => {
                return Some(percent::encode(key.expose()).into());
            }
            (None, _) => return Some(key.clone()),
        };
        let hex = || code.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Some(Secret::new(match recipe.output {
            Output::Base64 => STANDARD.encode(&code),
            Output::Unpadded => STANDARD_NO_PAD.encode(&code),
            Output::UrlSafe => URL_SAFE_NO_PAD.encode(&code),
            Output::Hex => hex(),
            Output::Base64OfHex => STANDARD.encode(hex()),
            Output::PercentEncoded => percent::encode(&STANDARD.encode(&code)),
        }))
    }
}

fn code(digest: Digest, key: &Secret, base_string: [&str; 2]) -> Vec<u8> {
    match digest {
        Digest::Sha1 => mac::<Hmac<Sha1>>(key, base_string),
        Digest::Sha256 => mac::<Hmac<Sha256>>(key, base_string),
        Digest::Sha512 => mac::<Hmac<Sha512>>(key, base_string),
    }
}

fn mac<M: Mac + KeyInit>(key: &Secret, base_string: [&str; 2]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key.expose().as_bytes()) else { return Vec::new() };
    for part in base_string {
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().to_vec()
}
