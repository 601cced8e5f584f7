//! The signature methods (RFC 5849 §3.4), one file each.

mod contract;
mod from_fn;
mod hmac;
mod plaintext;
#[cfg(feature = "rsa")]
pub(crate) mod rsa;

use alloc::{string::String, sync::Arc};

use countersign_token::Secret;
use countersign_wire::flow::Entropy;
use zeroize::Zeroize;

pub use contract::SignatureMethod;
pub use from_fn::{FromFn, from_fn};
pub use hmac::{HmacSha1, HmacSha256, HmacSha512};
pub use plaintext::Plaintext;

use crate::{
    Algorithm, Error, Parameter, ParameterFault, Signature,
    encoding::{ONCE, Piece, look_up},
    room::{is_plain, write},
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

    /// Part by part, so that no copy is left behind that is not wiped.
    fn each(self, mut each: impl FnMut(&[u8])) {
        for (index, secret) in [self.client, self.token].into_iter().enumerate() {
            if index > 0 {
                each(b"&");
            }
            if is_plain(secret.as_bytes()) {
                each(secret.as_bytes());
                continue;
            }
            let mut part = [0; PART];
            for bytes in secret.as_bytes().chunks((PART - Piece::WIDTH) / 3) {
                let length = bytes.iter().fold(0, |at, byte| write(&mut part, at, look_up(&ONCE, *byte)));
                each(part.get(..length).unwrap_or_default());
            }
            part.zeroize();
        }
    }

    fn len(self) -> usize {
        let sum = |secret: &str| secret.bytes().map(|byte| look_up(&ONCE, byte).len()).sum::<usize>();
        let encoded = |secret: &str| if is_plain(secret.as_bytes()) { secret.len() } else { sum(secret) };
        encoded(self.client).saturating_add(1).saturating_add(encoded(self.token))
    }

    fn text(self) -> Secret {
        // Sized ahead, so that growing leaves no copy behind that is not wiped.
        let mut text = String::with_capacity(self.len());
        self.each(|part| text.push_str(core::str::from_utf8(part).unwrap_or_default()));
        Secret::new(text)
    }
}

/// How much of the key is encoded at once, in bytes: any ordinary secret.
const PART: usize = 128;
