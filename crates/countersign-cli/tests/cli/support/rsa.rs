//! RSA keys to sign with, made for this or published as examples.

use std::{fs, path::Path};

use countersign_token::json::Value;

use super::{get, text};

fn vectors() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/vectors/oauth1/rsa.json");
    Value::parse(&fs::read(path).unwrap()).unwrap()
}

/// A private key of 2048 bits, as PKCS#8.
pub(crate) fn private_key() -> String {
    text(get(&vectors(), "keys"), "synthetic_rsa2048_pkcs8").to_owned()
}

/// The wiki's example: its private key of 1024 bits, its public key, and the signature of its request.
pub(crate) fn published() -> [String; 3] {
    let vectors = vectors();
    let case = &get(&vectors, "published").as_array().unwrap()[0];
    let public_key = text(get(&vectors, "keys"), "gdata_suite_rsa1024_spki");
    [text(case, "pem"), public_key, text(case, "signature")].map(ToOwned::to_owned)
}
