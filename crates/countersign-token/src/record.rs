use alloc::{format, string::String, vec::Vec};
use core::fmt;

use self::checksum::crc32;
use crate::{
    Credential, Key, Secret,
    json::{JsonError, Value},
};

mod checksum;
mod read;
mod write;

/// The version of the stored form without a checksum.
const BARE: i128 = 1;

/// The version of the stored form with a checksum, which is the newest.
const CHECKED: i128 = 2;

/// How often a record has been saved; a save names the revision it replaces.
///
/// Revision zero is that of a record that does not exist yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Revision(u64);

impl Revision {
    /// The revision of what does not exist.
    pub const ABSENT: Self = Self(0);

    /// A revision from its number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The revision of the next save.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// A credential as it is stored: under its key, with its revision.
///
/// The form is JSON, one object, described in `docs/stored-record.md`; members that this version does
/// not know are kept and written back.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The grant it belongs to.
    pub key: Key,
    /// The credential.
    pub credential: Credential,
    /// How often it has been saved.
    pub revision: Revision,
}

/// A stored form is not one that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordError {
    /// Not JSON.
    Json(JsonError),
    /// JSON, but a member is missing or has the wrong type.
    Member {
        /// The member, as a path such as `tokens.obtained_at`.
        name: &'static str,
    },
    /// Its checksum is not that of the rest: it was damaged, or changed by hand.
    Checksum,
    /// Written by a later version of this crate: only that version may change it.
    TooNew {
        /// The version it names.
        version: i128,
    },
    /// Not what [`Record::to_blob`] wrote, or cut short or changed on the way.
    Blob,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::Member { name } => write!(f, "member {name} is missing or has the wrong type"),
            Self::Checksum => f.write_str("the checksum does not match"),
            Self::TooNew { version } => {
                write!(f, "record version {version} is newer than {CHECKED}, the newest known here")
            }
            Self::Blob => f.write_str("not a complete record blob"),
        }
    }
}

impl core::error::Error for RecordError {}

const BLOB: &str = "countersign-1:";

impl Record {
    /// A record for the first save, or for comparison in a test.
    pub fn new(key: Key, credential: Credential, revision: Revision) -> Self {
        Self { key, credential, revision }
    }

    /// The stored form: JSON on indented lines, ended by a line feed.
    ///
    /// It is for those who notice damage by other means; see [`to_checked_json`](Self::to_checked_json).
    pub fn to_json(&self) -> Secret {
        let json = write::record(self, BARE).to_json_pretty();
        let mut text = String::with_capacity(json.expose().len() + 1);
        text.push_str(json.expose());
        text.push('\n');
        Secret::new(text)
    }

    /// The stored form with a checksum, for a store that would not notice a changed byte.
    ///
    /// [`from_json`](Self::from_json) reads it too, and refuses it when any byte of it was changed.
    pub fn to_checked_json(&self) -> Secret {
        checksum::add(&write::record(self, CHECKED).to_json_pretty())
    }

    /// Reads the stored form, with a checksum or without.
    ///
    /// # Errors
    /// [`RecordError`] names the member that is wrong and never shows a value.
    pub fn from_json(text: &[u8]) -> Result<Self, RecordError> {
        let is_checked = checksum::verify(text)?;
        read::record(Value::parse(text).map_err(RecordError::Json)?, is_checked)
    }

    /// One line of text that carries the record to another program or machine, with a checksum.
    ///
    /// It holds the secrets in clear.
    pub fn to_blob(&self) -> Secret {
        let json = write::record(self, BARE).to_json();
        Secret::new(format!("{BLOB}{:08x}:{}", crc32(json.expose().as_bytes()), json.expose()))
    }

    /// Reads what [`to_blob`](Self::to_blob) wrote; white space around it does not matter.
    ///
    /// # Errors
    /// [`RecordError::Blob`] when it is incomplete or changed.
    pub fn from_blob(blob: &Secret) -> Result<Self, RecordError> {
        let text = blob.expose().trim().strip_prefix(BLOB).ok_or(RecordError::Blob)?;
        let (sum, json) = text.split_once(':').ok_or(RecordError::Blob)?;
        if sum != format!("{:08x}", crc32(json.as_bytes())) {
            return Err(RecordError::Blob);
        }
        Self::from_json(json.as_bytes())
    }
}

fn texts<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    Value::Array(items.map(Value::text).collect::<Vec<_>>())
}
