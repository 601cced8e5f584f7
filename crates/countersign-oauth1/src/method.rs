//! The signature methods (RFC 5849 §3.4), one file each.

mod contract;
mod from_fn;
mod hmac;
mod keyed;
mod plaintext;
#[cfg(feature = "rsa")]
pub(crate) mod rsa;

use alloc::{string::String, sync::Arc};

use countersign_token::Secret;
use countersign_wire::{flow::Entropy, percent};

pub use contract::SignatureMethod;
pub use from_fn::{FromFn, from_fn};
pub use hmac::{HmacSha1, HmacSha256, HmacSha512};
pub use plaintext::Plaintext;

use crate::{
    Algorithm, Error, Parameter, ParameterFault, Signature,
    encoding::{ONCE, Piece, look_up},
    room::{is_plain, wipe, write},
};

/// A method together with its key, ready to sign.
#[derive(Clone)]
pub(crate) enum Method {
    HmacSha1(HmacSha1),
    HmacSha256(HmacSha256),
    HmacSha512(HmacSha512),
    Plaintext(Plaintext),
    Own(Arc<dyn SignatureMethod>),
}

impl Method {
    /// The method of this name under shared secrets.
    pub(crate) fn new(algorithm: Algorithm, client: &Secret, token: Option<&Secret>) -> Result<Self, Error> {
        match algorithm {
            Algorithm::HmacSha1 => Ok(Self::HmacSha1(HmacSha1::new(client, token))),
            Algorithm::HmacSha256 => Ok(Self::HmacSha256(HmacSha256::new(client, token))),
            Algorithm::HmacSha512 => Ok(Self::HmacSha512(HmacSha512::new(client, token))),
            Algorithm::Plaintext => Ok(Self::Plaintext(Plaintext::new(client, token))),
            Algorithm::RsaSha1 | Algorithm::RsaSha256 | Algorithm::RsaSha512 | Algorithm::Own => {
                Err(Error::parameter(Parameter::SignatureMethod, ParameterFault::Unsupported))
            }
        }
    }

    /// The signature over a base string, which is ASCII.
    pub(crate) fn sign(&self, base_string: &[u8], entropy: &dyn Entropy) -> Result<Signature, Error> {
        match self {
            Self::HmacSha1(method) => Ok(Signature::of_ascii(&method.encoded(base_string))),
            Self::HmacSha256(method) => Ok(Signature::of_ascii(&method.encoded(base_string))),
            Self::HmacSha512(method) => Ok(Signature::of_ascii(&method.encoded(base_string))),
            Self::Plaintext(_) | Self::Own(_) => {
                self.inner().sign(core::str::from_utf8(base_string).unwrap_or_default(), entropy)
            }
        }
    }

    /// Whether the signature shows the secrets.
    pub(crate) fn shows_secrets(&self) -> bool {
        match self {
            Self::HmacSha1(_) | Self::HmacSha256(_) | Self::HmacSha512(_) => false,
            Self::Plaintext(_) => true,
            Self::Own(method) => method.shows_secrets(),
        }
    }

    /// What signs and verifies.
    pub(crate) fn inner(&self) -> &dyn SignatureMethod {
        match self {
            Self::HmacSha1(method) => method,
            Self::HmacSha256(method) => method,
            Self::HmacSha512(method) => method,
            Self::Plaintext(method) => method,
            Self::Own(method) => &**method,
        }
    }
}

/// The key of the symmetric methods (RFC 5849 §3.4.2): both secrets encoded, and always the `&` between.
#[derive(Clone, Copy)]
struct SharedSecret<'a> {
    client: &'a str,
    token: &'a str,
}

impl<'a> SharedSecret<'a> {
    fn new(client: &'a Secret, token: Option<&'a Secret>) -> Self {
        Self { client: client.expose(), token: token.map_or("", Secret::expose) }
    }

    /// Hands out the key in memory that is wiped, and its length, without allocation for secrets of ordinary
    /// length; what follows the key is room.
    fn with<T>(self, job: impl FnOnce(&mut [u8], usize) -> T) -> T {
        let mut key = [0; SHORT];
        let longest = self.client.len().saturating_add(self.token.len()).saturating_mul(3);
        if longest > SHORT - 1 - Piece::WIDTH {
            let mut key = self.text().expose().as_bytes().to_vec();
            let length = key.len();
            let made = job(&mut key, length);
            wipe(&mut key);
            return made;
        }
        let mut length = 0;
        for (index, secret) in [self.client, self.token].into_iter().enumerate() {
            if index > 0 {
                length = put(&mut key, length, b"&");
            }
            length = match is_plain(secret.as_bytes()) {
                true => put(&mut key, length, secret.as_bytes()),
                false => secret.bytes().fold(length, |at, byte| write(&mut key, at, look_up(&ONCE, byte))),
            };
        }
        let made = job(&mut key, length);
        wipe(&mut key);
        made
    }

    fn text(self) -> Secret {
        // Sized ahead, so that growing leaves no copy behind that is not wiped.
        let length = |secret: &str| secret.bytes().map(|byte| look_up(&ONCE, byte).len()).sum::<usize>();
        let sum = length(self.client).saturating_add(1).saturating_add(length(self.token));
        let mut text = String::with_capacity(sum);
        percent::encode_to(self.client.as_bytes(), &mut text);
        text.push('&');
        percent::encode_to(self.token.as_bytes(), &mut text);
        Secret::new(text)
    }
}

/// How long a key may be that takes no allocation, in bytes.
const SHORT: usize = 320;

/// Copies bytes to a place, and answers where they end.
fn put(room: &mut [u8], at: usize, bytes: &[u8]) -> usize {
    let end = at.saturating_add(bytes.len());
    if let Some(place) = room.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
    end
}
