//! Credentials as text: for another machine, for a piece of paper, for another store.
//!
//! The text is lines of 64 characters that survive terminals, mail and chat: white space, line ends, quoting
//! marks and other wrapping do not matter, nor does what stands before and after. Every line carries a
//! checksum that also counts its place, so that what was mangled is told by its line.
//!
//! It is here, and not in a crate of its own, because what encrypts a record for the road is what encrypts it
//! in a store: one cipher and one derivation of keys from passphrases.
//! The form is in `docs/stored-record.md` byte by byte.
//!
//! ```
//! use countersign_store_sealed::{Cost, export::{self, Export}};
//! use countersign_token::{ClientCredentials, Credential, Key, Record, Revision, Secret};
//!
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1_two_legged(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
//! let record = Record::new(key.clone(), credential, Revision::new(1));
//! let passphrase = Secret::new("correct horse battery staple");
//! # let cost = Cost::new(8, 1, 1).unwrap();
//! # /*
//! let cost = Cost::default();
//! # */
//!
//! let text = export::sealed(&[record], &passphrase, cost)?;
//! let quoted = text.expose().replace('\n', "\r\n> ");
//!
//! let export = Export::parse(&quoted)?;
//! assert!(export.is_sealed());
//! assert_eq!(export.open(Some(&passphrase))?[0].key, key);
//!
//! let mangled = text.expose().replacen('\n', "\nA", 1);
//! assert_eq!(Export::parse(&mangled).err(), Some(export::Error::Line { line: 2 }));
//! # Ok::<(), export::Error>(())
//! ```

mod error;
mod lines;

use core::fmt;

use countersign_token::{Record, Secret};
use zeroize::Zeroizing;

use crate::{Cost, SealKey, cipher, entropy};

pub use error::Error;

/// The version of the form that is written.
const VERSION: u8 = 1;

const CLEAR: u8 = 0;
const SEALED: u8 = 1;

const SALT: usize = 16;

/// The records as text, in clear: whoever sees it can use them.
///
/// # Errors
/// [`Error::TooBig`].
pub fn clear(records: &[Record]) -> Result<Secret, Error> {
    let body = body(records);
    write(CLEAR, &body)
}

/// The records as text that the passphrase opens, which is used byte by byte.
///
/// # Errors
/// [`Error::TooBig`], and [`Error::Unavailable`] without random numbers or the memory that `cost` takes.
pub fn sealed(records: &[Record], passphrase: &Secret, cost: Cost) -> Result<Secret, Error> {
    let salt: [u8; SALT] = entropy::random().map_err(|_| Error::Unavailable)?;
    let key = derive(cost, passphrase, &salt)?;
    let mut rest = salt.to_vec();
    for number in cost.numbers() {
        rest.extend_from_slice(&number.to_be_bytes());
    }
    let associated = associated(&rest);
    cipher::seal(&key, &associated, &body(records), &mut rest).map_err(|_| Error::Unavailable)?;
    write(SEALED, &rest)
}

/// An export that was read, every line of it whole, and not opened so far.
#[derive(Clone)]
pub struct Export {
    sealed: bool,
    rest: Zeroizing<Vec<u8>>,
}

impl Export {
    /// Reads the text of an export, with anything around it.
    ///
    /// # Errors
    /// [`Error`] says what is wrong and in which line of `text`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let payload = lines::read(text)?;
        let incomplete = Error::Incomplete;
        let (kind, rest) = payload.split_first().ok_or(incomplete.clone())?;
        let (length, rest) = rest.split_first_chunk().ok_or(incomplete.clone())?;
        if usize::try_from(u32::from_be_bytes(*length)) != Ok(rest.len()) {
            return Err(incomplete);
        }
        let sealed = match *kind {
            CLEAR => false,
            SEALED => true,
            _ => return Err(Error::TooNew),
        };
        Ok(Self { sealed, rest: Zeroizing::new(rest.to_vec()) })
    }

    /// Whether it takes a passphrase to open it.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// The records; a passphrase that is not needed is not used.
    ///
    /// # Errors
    /// [`Error::PassphraseNeeded`], [`Error::Undecryptable`], [`Error::Record`], [`Error::Unavailable`].
    pub fn open(&self, passphrase: Option<&Secret>) -> Result<Vec<Record>, Error> {
        if !self.sealed {
            return records(&self.rest);
        }
        let passphrase = passphrase.ok_or(Error::PassphraseNeeded)?;
        let head = SALT.saturating_add(12);
        let (head, sealed) = self.rest.split_at_checked(head).ok_or(Error::Incomplete)?;
        let (salt, numbers) = head.split_first_chunk::<SALT>().ok_or(Error::Incomplete)?;
        let mut numbers = numbers.as_chunks().0.iter().map(|number| u32::from_be_bytes(*number));
        let mut number = || numbers.next().unwrap_or_default();
        // Out of bounds is as good as changed: nobody has written it.
        let cost = Cost::new(number(), number(), number()).ok_or(Error::Undecryptable)?;
        let key = derive(cost, passphrase, salt)?;
        records(&cipher::open(&key, &associated(head), sealed).ok_or(Error::Undecryptable)?)
    }
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sealed, rest: _ } = self;
        f.debug_struct("Export").field("sealed", sealed).finish_non_exhaustive()
    }
}

/// A line for each record, with a checksum of its own.
fn body(records: &[Record]) -> Zeroizing<Vec<u8>> {
    let blobs: Vec<Secret> = records.iter().map(Record::to_blob).collect();
    // With all the room it needs, so that no copy stays behind in a buffer that was outgrown.
    let length =
        blobs.iter().fold(0_usize, |sum, blob| sum.saturating_add(blob.expose().len()).saturating_add(1));
    let mut body = Zeroizing::new(Vec::with_capacity(length));
    for blob in blobs {
        body.extend_from_slice(blob.expose().as_bytes());
        body.push(b'\n');
    }
    body
}

fn records(body: &[u8]) -> Result<Vec<Record>, Error> {
    let lines = body.strip_suffix(b"\n").map(|body| body.split(|byte| *byte == b'\n'));
    let mut records = Vec::new();
    for (index, line) in lines.into_iter().flatten().enumerate() {
        let number = index.saturating_add(1);
        let blob = core::str::from_utf8(line).map_err(|_| Error::Text { number })?;
        let record = Record::from_blob(&Secret::new(blob));
        records.push(record.map_err(|error| Error::Record { number, error })?);
    }
    if records.is_empty() && !body.is_empty() {
        return Err(Error::Incomplete);
    }
    Ok(records)
}

fn write(kind: u8, rest: &[u8]) -> Result<Secret, Error> {
    let length = u32::try_from(rest.len()).map_err(|_| Error::TooBig)?;
    let mut payload = Zeroizing::new(Vec::with_capacity(rest.len().saturating_add(5)));
    payload.push(kind);
    payload.extend_from_slice(&length.to_be_bytes());
    payload.extend_from_slice(rest);
    lines::write(&payload)
}

fn derive(cost: Cost, passphrase: &Secret, salt: &[u8]) -> Result<SealKey, Error> {
    cost.derive(passphrase, salt).map_err(|_| Error::Unavailable)
}

fn associated(head: &[u8]) -> Vec<u8> {
    let mut bytes = b"countersign export".to_vec();
    bytes.push(VERSION);
    bytes.extend_from_slice(head);
    bytes
}
