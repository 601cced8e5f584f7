use countersign_token::json::Value;

use super::times;
use crate::{ClaimFault, Claims, Error};

type IsRight = fn(&Value) -> bool;

/// The claims of RFC 7519 §4.1 and of OpenID Connect Core §2, and the type that each has to have.
const TYPES: [(&str, IsRight); 15] = [
    ("iss", is_text),
    ("sub", is_text),
    ("aud", is_text_or_texts),
    ("exp", is_time),
    ("nbf", is_time),
    ("iat", is_time),
    ("jti", is_text),
    ("auth_time", is_time),
    ("nonce", is_text),
    ("acr", is_text),
    ("amr", is_texts),
    ("azp", is_text),
    ("at_hash", is_text),
    ("c_hash", is_text),
    ("sid", is_text),
];

/// A claim of another type than its own is refused: to read it as absent would skip its check.
pub(super) fn check(claims: &Claims) -> Result<(), Error> {
    for (name, is_right) in TYPES {
        if claims.get(name).is_some_and(|value| !is_right(value)) {
            return Err(Error::Claim { name, fault: ClaimFault::Mistyped });
        }
    }
    Ok(())
}

fn is_text(value: &Value) -> bool {
    value.as_text().is_some()
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().all(is_text))
}

fn is_text_or_texts(value: &Value) -> bool {
    is_text(value) || is_texts(value)
}

fn is_time(value: &Value) -> bool {
    times::read(value).is_some()
}
