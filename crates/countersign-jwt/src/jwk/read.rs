use alloc::{borrow::ToOwned, string::String, vec::Vec};

use countersign_token::json::{Object, Value};

use super::{Jwk, Material, material::Curve};
use crate::{KeyFault, base64url};

/// What only a private key has (RFC 7518 §6).
const PRIVATE: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

pub(super) fn public(value: &Value) -> Result<Jwk, KeyFault> {
    let object = object(value)?;
    if PRIVATE.iter().any(|name| object.get(name).is_some()) {
        return Err(KeyFault::PrivateKey);
    }
    described(object, material(object)?)
}

/// A JWK, or what the JSON is instead.
pub(crate) fn object(value: &Value) -> Result<&Object, KeyFault> {
    let object = value.as_object().ok_or(KeyFault::Json)?;
    if object.get("kty").is_some() {
        return Ok(object);
    }
    let kind = object.get("type").and_then(Value::as_text);
    Err(if object.get("keys").is_some() {
        KeyFault::JwkSet
    } else if kind == Some("service_account") || object.get("private_key").is_some() {
        KeyFault::ServiceAccount
    } else if object.get("installed").is_some() || object.get("web").is_some() {
        KeyFault::ClientSecret
    } else {
        KeyFault::Json
    })
}

/// The public numbers.
pub(crate) fn material(object: &Object) -> Result<Material, KeyFault> {
    let curve = || text(object, "crv");
    match text(object, "kty")? {
        "RSA" => Material::rsa(&number(object, "n")?, &number(object, "e")?),
        "EC" => {
            let curve = Curve::from_name(curve()?).ok_or(KeyFault::Unsupported)?;
            let (x, y) = (number(object, "x")?, number(object, "y")?);
            if x.len() != curve.length() || y.len() != curve.length() {
                return Err(KeyFault::Malformed);
            }
            Ok(Material::Ec { curve, x, y })
        }
        "OKP" if curve()? == "Ed25519" => Material::ed25519(&number(object, "x")?),
        "oct" => Err(KeyFault::PrivateKey),
        _ => Err(KeyFault::Unsupported),
    }
}

/// What the key says about itself.
pub(crate) fn described(object: &Object, material: Material) -> Result<Jwk, KeyFault> {
    let optional = |name| match object.get(name) {
        None => Ok(None),
        Some(value) => value.as_text().map(|text| Some(text.to_owned())).ok_or(KeyFault::Malformed),
    };
    let operations = match object.get("key_ops") {
        None => None,
        Some(value) => {
            let items = value.as_array().ok_or(KeyFault::Malformed)?.iter();
            let items = items.map(|item| item.as_text().map(str::to_owned).ok_or(KeyFault::Malformed));
            Some(items.collect::<Result<Vec<String>, _>>()?)
        }
    };
    Ok(Jwk {
        material,
        key_id: optional("kid")?,
        algorithm: optional("alg")?,
        usage: optional("use")?,
        operations,
    })
}

fn text<'a>(object: &'a Object, name: &str) -> Result<&'a str, KeyFault> {
    object.get(name).and_then(Value::as_text).ok_or(KeyFault::Malformed)
}

/// The bytes of a member in base64url.
pub(crate) fn number(object: &Object, name: &str) -> Result<Vec<u8>, KeyFault> {
    base64url::decode(text(object, name)?).ok_or(KeyFault::Malformed)
}
