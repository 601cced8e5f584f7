use core::fmt;
use std::{path::Path, sync::Arc};

use countersign_store::{Error, ErrorKind, KeySource, SealKey};
use countersign_token::Secret;
use zeroize::Zeroizing;

use crate::{
    Cause, Keyring, lease,
    locks::{Held, Locks},
    name::Name,
};

/// What the value begins with; the key follows in hexadecimal digits.
///
/// It is text, because not every Secret Service keeps bytes.
const FORM: &str = "countersign-key-v1:";
/// What it begins with in any version.
const FAMILY: &str = "countersign-key-v";

/// The key of a sealed store, as one entry of a keyring.
///
/// The entry fits in every keyring, and is written once, so a refresh neither waits for the keyring nor asks
/// the user for anything. A first key is made under a lock file: of several programs that begin at a time
/// one makes it and the others use it.
/// Each method answers within the one [deadline](Keyring::deadline) of its keyring, whatever it waits for.
///
/// ```
/// use countersign_store::{KeySource, SealKey};
/// use countersign_store_keyring::{Keyring, KeyringKey};
///
/// # let directory = std::env::temp_dir().join(format!("countersign-key-doc-{}", std::process::id()));
/// let source = KeyringKey::open(Keyring::memory(), "my-app", "credentials", &directory)?;
/// assert!(source.load()?.is_none());
/// source.create(&SealKey::new([7; 32]))?;
/// assert!(source.load()?.is_some_and(|key| key.ct_eq(&SealKey::new([7; 32]))));
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Security
///
/// With the entry everything is lost that was encrypted to it: a keyring that is not
/// [permanent](crate::Persistence::is_permanent) is no place for it.
#[derive(Clone)]
pub struct KeyringKey {
    keyring: Keyring,
    name: Name,
    locks: Locks,
}

impl KeyringKey {
    /// The key called `name`, of `service` in `keyring`, with its lock file in `directory`.
    ///
    /// The directory may be that of a [`KeyringStore`](crate::KeyringStore). It is created with the first key
    /// when it is absent. The keyring is not asked for anything.
    ///
    /// # Errors
    /// As [`KeyringStore::open`](crate::KeyringStore::open).
    pub fn open(
        keyring: Keyring,
        service: &str,
        name: &str,
        directory: impl AsRef<Path>,
    ) -> Result<Self, Error> {
        let locks = Locks::open(directory.as_ref())?;
        Ok(Self { keyring, name: Name::of_data_key(service, name), locks })
    }

    /// The keyring that the key is in.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Deletes the key, also when there is none. Nothing that was encrypted to it opens again.
    ///
    /// # Errors
    /// As [`replace`](KeySource::replace).
    pub fn delete(&self) -> Result<(), Error> {
        let keyring = self.keyring.for_one_answer();
        let lock = self.lock(&keyring)?;
        keyring.delete(&self.name, lock)
    }

    fn lock(&self, keyring: &Keyring) -> Result<Held, Error> {
        self.locks.lock(&self.name, keyring.left())
    }

    fn find(&self, keyring: &Keyring) -> Result<Option<SealKey>, Error> {
        let value = keyring.get_surely(&self.name)?;
        let key = value.map(|value| read(&lease::text(value)?)).transpose();
        key.map_err(|error| self.here(error))
    }

    fn keep(&self, keyring: &Keyring, key: &SealKey, lock: &Held) -> Result<(), Error> {
        keyring.set(&self.name, write(key), Arc::clone(lock))?;
        // What is encrypted to it cannot be had again, so it is not enough that nobody complained.
        match self.find(keyring)? {
            Some(kept) if kept.ct_eq(key) => Ok(()),
            _ => Err(self.here(Cause::Changed.into_error())),
        }
    }

    fn here(&self, error: Error) -> Error {
        self.keyring.place(&self.name, error)
    }
}

impl KeySource for KeyringKey {
    fn load(&self) -> Result<Option<SealKey>, Error> {
        self.find(&self.keyring.for_one_answer())
    }

    fn create(&self, key: &SealKey) -> Result<(), Error> {
        let keyring = self.keyring.for_one_answer();
        let lock = self.lock(&keyring)?;
        if self.find(&keyring)?.is_some() {
            return Err(self.here(Error::new(ErrorKind::Conflict)));
        }
        self.keep(&keyring, key, &lock)
    }

    fn replace(&self, key: &SealKey) -> Result<(), Error> {
        let keyring = self.keyring.for_one_answer();
        let lock = self.lock(&keyring)?;
        self.keep(&keyring, key, &lock)
    }
}

impl fmt::Debug for KeyringKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringKey")
            .field("keyring", &self.keyring)
            .field("entry", &self.name.user)
            .finish_non_exhaustive()
    }
}

fn write(key: &SealKey) -> Zeroizing<Vec<u8>> {
    let length = FORM.len().saturating_add(SealKey::LENGTH.saturating_mul(2));
    let mut value = Zeroizing::new(Vec::with_capacity(length));
    value.extend_from_slice(FORM.as_bytes());
    for byte in key.expose() {
        for nibble in [byte >> 4, byte & 15] {
            value.push(match nibble {
                0..=9 => nibble.wrapping_add(b'0'),
                _ => nibble.wrapping_add(b'a' - 10),
            });
        }
    }
    value
}

fn read(value: &Secret) -> Result<SealKey, Error> {
    let value = value.expose();
    let corrupt = || Error::new(ErrorKind::Corrupt).because("it is not the form of a key");
    let Some(digits) = value.strip_prefix(FORM) else {
        let is_newer = value
            .strip_prefix(FAMILY)
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(version, _)| version.parse::<u32>().is_ok_and(|version| version > 1));
        return Err(if is_newer { Error::new(ErrorKind::TooNew) } else { corrupt() });
    };
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    if pairs.len() != SealKey::LENGTH || !rest.is_empty() {
        return Err(corrupt());
    }
    let mut bytes = Zeroizing::new([0; SealKey::LENGTH]);
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high).zip(nibble(*low)).map(|(high, low)| high << 4 | low).ok_or_else(corrupt)?;
    }
    Ok(SealKey::new(*bytes))
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a' - 10),
        _ => None,
    }
}
