//! The signature methods (RFC 5849 §3.4), one file each.

mod hmac_sha1;
mod plaintext;

use alloc::string::String;

use countersign_token::Secret;
use countersign_wire::percent;

pub use hmac_sha1::HmacSha1;
pub use plaintext::Plaintext;

use crate::{Algorithm, Error, Parameter, ParameterFault};

/// A method together with the secrets, ready to sign.
#[derive(Clone)]
pub(crate) enum Method {
    HmacSha1(HmacSha1),
    Plaintext(Plaintext),
}

impl Method {
    pub(crate) fn new(algorithm: Algorithm, client: &Secret, token: Option<&Secret>) -> Result<Self, Error> {
        match algorithm {
            Algorithm::HmacSha1 => Ok(Self::HmacSha1(HmacSha1::new(client, token))),
            Algorithm::Plaintext => Ok(Self::Plaintext(Plaintext::new(client, token))),
            Algorithm::HmacSha256
            | Algorithm::HmacSha512
            | Algorithm::RsaSha1
            | Algorithm::RsaSha256
            | Algorithm::RsaSha512 => {
                Err(Error::parameter(Parameter::SignatureMethod, ParameterFault::Unsupported))
            }
        }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::HmacSha1(_) => Algorithm::HmacSha1,
            Self::Plaintext(_) => Algorithm::Plaintext,
        }
    }

    pub(crate) fn sign_to(&self, base_string: &str, out: &mut String) {
        match self {
            Self::HmacSha1(method) => method.sign_to(base_string, out),
            Self::Plaintext(method) => out.push_str(method.signature().expose()),
        }
    }

    pub(crate) fn verify(&self, base_string: &str, signature: &str) -> bool {
        match self {
            Self::HmacSha1(method) => method.verify(base_string, signature),
            Self::Plaintext(method) => method.verify(signature),
        }
    }
}

/// The key of the symmetric methods (RFC 5849 §3.4.2): both secrets encoded, and always the `&` between.
fn shared_secret(client: &Secret, token: Option<&Secret>) -> Secret {
    let token = token.map_or("", Secret::expose);
    let longest = client.expose().len().saturating_add(token.len()).saturating_mul(3);
    // Sized ahead, so that growing leaves no copy behind that is not wiped.
    let mut key = String::with_capacity(longest.saturating_add(1));
    percent::encode_to(client.expose().as_bytes(), &mut key);
    key.push('&');
    percent::encode_to(token.as_bytes(), &mut key);
    Secret::new(key)
}
