use alloc::string::String;

use sha2::{Digest, Sha256};

use super::Material;
use crate::base64url;

/// RFC 7638 §3: the members that make the key, by name, without white space, hashed.
pub(super) fn of(material: &Material) -> String {
    let mut members = material.members();
    members.sort_unstable();
    let mut hash = Sha256::new();
    for (index, (name, value)) in members.iter().enumerate() {
        let before = if index == 0 { "{\"" } else { ",\"" };
        // No name or value here has a character that JSON escapes.
        for part in [before, name, "\":\"", value, "\""] {
            hash.update(part);
        }
    }
    hash.update("}");
    base64url::encode(hash.finalize())
}
