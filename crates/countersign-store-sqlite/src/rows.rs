//! The tables: which rows a record is, and what is in them.

use std::collections::BTreeSet;

use countersign_store::{Error, ErrorKind};
use countersign_token::{Key, Record, Revision, Secret};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    checksum,
    database::{Failure, Schema},
    halves::Halves,
};

/// Schemas are only ever added to: the entry at `n` takes a database from version `n` to `n + 1`.
pub(crate) const SCHEMA: Schema = Schema {
    // "CsSt"
    application_id: 0x4373_5374,
    migrations: &[include_str!("rows/1.sql")],
};

/// A record with the rows it was read from.
pub(crate) struct Stored {
    pub(crate) record: Record,
    halves: Halves,
}

const SELECT: &str = "
    SELECT c.form, c.sum, t.form, t.sum, t.revision
    FROM (SELECT ?1 AS key) AS k
    LEFT JOIN credentials AS c ON c.key = k.key
    LEFT JOIN access_tokens AS t ON t.key = k.key";

/// The record of `key`.
///
/// Each table has an index of its own, so a key that damage hides in one of them is found in the other.
pub(crate) fn read(connection: &Connection, key: &Key) -> Result<Option<Stored>, Failure> {
    let text = key.to_text();
    let row = |row: &Row<'_>| {
        let sums = (row.get::<_, Option<i64>>(1)?, row.get::<_, Option<i64>>(3)?);
        Ok((secret(row, 0)?, secret(row, 2)?, sums, row.get::<_, Option<i64>>(4)?))
    };
    let (credential, tokens, sums, revision) = match connection.query_row(SELECT, [&text], row)? {
        (None, None, _, _) => return Ok(None),
        (Some(credential), Some(tokens), (Some(first), Some(second)), Some(revision)) => {
            (credential, tokens, (first, second), revision)
        }
        _ => return Err(corrupt("a table lacks its row").into()),
    };
    let halves = Halves { credential, tokens };
    if sums != halves.sums(&text, revision) {
        return Err(corrupt("a checksum is wrong").into());
    }
    let revision = Revision::new(revision.cast_unsigned());
    Ok(Some(Stored { record: halves.join(key, revision)?, halves }))
}

/// Puts the rows of `halves` in the place of those of `stored`.
pub(crate) fn write(
    connection: &Connection,
    key: &Key,
    stored: Option<&Stored>,
    halves: &Halves,
    revision: Revision,
) -> Result<(), Failure> {
    let text = key.to_text();
    let revision = revision.number().cast_signed();
    let (first, second) = halves.sums(&text, revision);
    let (credential, tokens) = (halves.credential.expose(), halves.tokens.expose());
    let (credentials, access_tokens) = match stored {
        None => (
            "INSERT INTO credentials (form, sum, key) VALUES (?1, ?2, ?3)",
            "INSERT INTO access_tokens (form, sum, revision, key) VALUES (?1, ?2, ?3, ?4)",
        ),
        Some(_) => (
            "UPDATE credentials SET form = ?1, sum = ?2 WHERE key = ?3",
            "UPDATE access_tokens SET form = ?1, sum = ?2, revision = ?3 WHERE key = ?4",
        ),
    };
    // A refresh that rotates nothing leaves the long-lived row alone.
    if stored.is_none_or(|stored| stored.halves.credential.expose() != credential) {
        one(connection.execute(credentials, params![credential, first, text])?)?;
    }
    one(connection.execute(access_tokens, params![tokens, second, revision, text])?)
}

/// Removes the rows of `key`.
pub(crate) fn delete(connection: &Connection, key: &Key) -> Result<(), Failure> {
    let text = key.to_text();
    one(connection.execute("DELETE FROM access_tokens WHERE key = ?1", [&text])?)?;
    one(connection.execute("DELETE FROM credentials WHERE key = ?1", [&text])?)
}

/// The keys that have a record.
pub(crate) fn keys(connection: &Connection) -> Result<Vec<Key>, Failure> {
    // One transaction, so that both tables are seen at one moment.
    let transaction = connection.unchecked_transaction()?;
    let texts = |sql| -> Result<BTreeSet<String>, Failure> {
        let mut statement = transaction.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    let keys = texts("SELECT key FROM credentials")?;
    if keys != texts("SELECT key FROM access_tokens")? {
        return Err(corrupt("its tables do not have the same keys").into());
    }
    keys.iter()
        .map(|text| {
            Key::from_text(text)
                .map_err(|error| corrupt("it has a key of no known form").because(error).into())
        })
        .collect()
}

/// Looks for damage in the database itself; that of records is found by reading them.
pub(crate) fn check(connection: &Connection) -> Result<(), Failure> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(Error::new(ErrorKind::Corrupt).because(found).into());
    }
    let orphan = connection.query_row("PRAGMA foreign_key_check", [], |_| Ok(())).optional()?;
    match orphan {
        Some(()) => Err(corrupt("an access token belongs to no credential").into()),
        None => Ok(()),
    }
}

impl Halves {
    /// The checksums of both rows; the second covers the first, so that rows of two saves do not match.
    fn sums(&self, key: &str, revision: i64) -> (i64, i64) {
        let first = checksum::of(&[key.as_bytes(), self.credential.expose().as_bytes()]);
        let second =
            checksum::of(&[&first.to_le_bytes(), &revision.to_le_bytes(), self.tokens.expose().as_bytes()]);
        (first, second)
    }
}

fn secret(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Secret>> {
    // Borrowed from SQLite, so that no other copy is left behind.
    Ok(row.get_ref(column)?.as_str_or_null()?.map(Secret::new))
}

fn one(changed: usize) -> Result<(), Failure> {
    if changed == 1 { Ok(()) } else { Err(corrupt("a table lacks its row").into()) }
}

fn corrupt(reason: &'static str) -> Error {
    Error::new(ErrorKind::Corrupt).because(reason)
}
