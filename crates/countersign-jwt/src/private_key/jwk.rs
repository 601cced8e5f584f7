use alloc::{borrow::ToOwned, string::String, vec::Vec};

use countersign_token::json::{Object, Value};
use zeroize::Zeroizing;

use super::{Numbers, PrivateKey, der::scalar_of};
use crate::{
    KeyFault,
    der::{self, SEQUENCE},
    jwk::{Material, read},
};

/// A JWK with its private members (RFC 7518 §6), and its name.
pub(super) fn private(file: &[u8]) -> Result<(Numbers, Option<String>), KeyFault> {
    let value = Value::parse(file).map_err(|_| KeyFault::Malformed)?;
    let object = read::object(&value)?;
    let key_id = match object.get("kid") {
        None => None,
        Some(value) => Some(value.as_text().ok_or(KeyFault::Malformed)?.to_owned()),
    };
    Ok((numbers(object)?, key_id))
}

/// What JSON is that is no key.
pub(super) fn instead(text: &str) -> KeyFault {
    match Value::parse(text.as_bytes()) {
        Ok(value) => read::object(&value).err().unwrap_or(KeyFault::Json),
        Err(_) => KeyFault::Json,
    }
}

fn numbers(object: &Object) -> Result<Numbers, KeyFault> {
    if object.get("kty").and_then(Value::as_text) == Some("oct") {
        return PrivateKey::hmac(&secret(object, "k")?);
    }
    let public = read::material(object)?;
    if object.get("d").is_none() {
        return Err(KeyFault::PublicKey);
    }
    if object.get("oth").is_some() {
        return Err(KeyFault::Unsupported);
    }
    let d = secret(object, "d")?;
    match &public {
        Material::Rsa { modulus, exponent } => {
            let mut inner = Zeroizing::new(Vec::with_capacity(modulus.len() * 5 + 64));
            der::write_number(&mut inner, &[0]);
            der::write_number(&mut inner, modulus);
            der::write_number(&mut inner, exponent);
            der::write_number(&mut inner, &d);
            for name in ["p", "q", "dp", "dq", "qi"] {
                der::write_number(&mut inner, &secret(object, name)?);
            }
            Ok(Numbers::Rsa { pkcs1: der::wrap(SEQUENCE, &inner), public })
        }
        Material::Ec { curve, .. } => {
            let (curve, scalar) = (*curve, scalar_of(*curve, &d)?);
            Ok(Numbers::Ec { curve, scalar, public: Some(public) })
        }
        Material::Ed25519(public) => {
            let seed = d.as_slice().try_into().map_err(|_| KeyFault::Malformed)?;
            Ok(Numbers::Ed25519 { seed: Zeroizing::new(seed), public: Some(*public) })
        }
    }
}

fn secret(object: &Object, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    read::number(object, name).map(Zeroizing::new)
}
