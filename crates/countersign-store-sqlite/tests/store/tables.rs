//! The tables as the documentation of the schema has them, written without the store.

use std::path::Path;

use countersign_token::{
    Key,
    json::{Object, Value},
};
use rusqlite::{Connection, params};

/// FNV-1a over parts, each after its length, as eight bytes with the least first.
pub(crate) fn sum(parts: &[&[u8]]) -> i64 {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(*part);
    }
    let sum = bytes.into_iter().fold(14_695_981_039_346_656_037, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(1_099_511_628_211)
    });
    sum as i64
}

/// Puts the record of `key` there, whose stored form is `form`, or what is left of one.
pub(crate) fn plant(database: &Path, key: &Key, form: &str) {
    let (form, tokens, revision) = match Value::parse(form.as_bytes()) {
        Ok(Value::Object(mut object)) => {
            let tokens = object.remove("tokens").unwrap_or(Value::Array(Vec::new()));
            let revision = object.remove("revision").and_then(|number| number.as_integer()).unwrap_or(1);
            (text(object), tokens.to_json().expose().to_owned(), i64::try_from(revision).unwrap())
        }
        _ => (form.to_owned(), String::from("[]"), 1),
    };
    let key = key.to_text();
    let first = sum(&[key.as_bytes(), form.as_bytes()]);
    let second = sum(&[&first.to_le_bytes(), &revision.to_le_bytes(), tokens.as_bytes()]);
    let connection = Connection::open(database).unwrap();
    connection
        .execute(
            "INSERT OR REPLACE INTO credentials (key, sum, form) VALUES (?1, ?2, ?3)",
            params![key, first, form],
        )
        .unwrap();
    connection
        .execute(
            "INSERT OR REPLACE INTO access_tokens (key, revision, sum, form) VALUES (?1, ?2, ?3, ?4)",
            params![key, revision, second, tokens],
        )
        .unwrap();
}

fn text(object: Object) -> String {
    Value::Object(object).to_json().expose().to_owned()
}
