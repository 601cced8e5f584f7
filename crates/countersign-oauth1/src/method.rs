//! The signature methods (RFC 5849 §3.4), one file each.

mod contract;
mod from_fn;
mod hmac;
mod plaintext;
#[cfg(feature = "rsa")]
pub(crate) mod rsa;

use alloc::{string::String, sync::Arc};

use countersign_token::Secret;

pub use contract::SignatureMethod;
pub use from_fn::{FromFn, from_fn};
pub use hmac::{HmacSha1, HmacSha256, HmacSha512};
pub use plaintext::Plaintext;

use crate::{Algorithm, Error, Parameter, ParameterFault, encoding::encoded_bytes};

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

    /// Byte by byte, so that no copy is left behind that is not wiped.
    fn bytes(self) -> impl Iterator<Item = u8> {
        encoded_bytes(self.client).chain([b'&']).chain(encoded_bytes(self.token))
    }

    fn len(self) -> usize {
        self.bytes().count()
    }

    fn text(self) -> Secret {
        // Sized ahead, so that growing leaves no copy behind that is not wiped.
        let mut text = String::with_capacity(self.len());
        text.extend(self.bytes().map(char::from));
        Secret::new(text)
    }
}
