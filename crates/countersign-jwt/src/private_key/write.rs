use alloc::{string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_token::Secret;
use zeroize::Zeroizing;

use super::{Numbers, der as read};
use crate::{
    der::{self, BIT_STRING, CONTEXT_1, NULL, OCTET_STRING, OID, SEQUENCE},
    jwk::{Material, material::Curve},
};

/// Letters in a line of PEM (RFC 7468 §2).
const LINE: usize = 64;

/// The key as PKCS#8 in PEM; nothing for a shared secret.
pub(super) fn pem(numbers: &Numbers) -> Option<Secret> {
    let der = pkcs8(numbers)?;
    let text = Zeroizing::new(STANDARD.encode(&*der));
    let mut pem = String::with_capacity(text.len() + text.len() / LINE + 64);
    pem.push_str("-----BEGIN PRIVATE KEY-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END PRIVATE KEY-----\n");
    Some(Secret::new(pem))
}

/// `PrivateKeyInfo` (RFC 5208 §5).
fn pkcs8(numbers: &Numbers) -> Option<Zeroizing<Vec<u8>>> {
    let mut algorithm = Vec::new();
    let mut key = Zeroizing::new(Vec::with_capacity(2048));
    match numbers {
        Numbers::Rsa { pkcs1, public: _ } => {
            der::write(&mut algorithm, OID, read::RSA);
            der::write(&mut algorithm, NULL, &[]);
            key.extend_from_slice(pkcs1);
        }
        Numbers::Ec { curve, scalar, public } => {
            der::write(&mut algorithm, OID, read::EC);
            let curve = match curve {
                Curve::P256 => read::P256,
                Curve::P384 => read::P384,
            };
            der::write(&mut algorithm, OID, curve);
            let inner = sec1(scalar, public.as_ref());
            der::write(&mut key, SEQUENCE, &inner);
        }
        Numbers::Ed25519 { seed, public: _ } => {
            der::write(&mut algorithm, OID, read::ED25519);
            der::write(&mut key, OCTET_STRING, seed.as_slice());
        }
        Numbers::Hmac(_) => return None,
    }
    let mut inner = Zeroizing::new(Vec::with_capacity(key.len() + 64));
    der::write_number(&mut inner, &[0]);
    der::write(&mut inner, SEQUENCE, &algorithm);
    der::write(&mut inner, OCTET_STRING, &key);
    Some(der::wrap(SEQUENCE, &inner))
}

/// What is in an `ECPrivateKey` (RFC 5915 §3) whose curve stands outside.
pub(crate) fn sec1(scalar: &[u8], public: Option<&Material>) -> Zeroizing<Vec<u8>> {
    let mut inner = Zeroizing::new(Vec::with_capacity(256));
    der::write_number(&mut inner, &[1]);
    der::write(&mut inner, OCTET_STRING, scalar);
    if let Some(point) = public.and_then(Material::to_point) {
        let mut bits = Vec::new();
        der::write(&mut bits, BIT_STRING, &[&[0], point.as_slice()].concat());
        der::write(&mut inner, CONTEXT_1, &bits);
    }
    inner
}
