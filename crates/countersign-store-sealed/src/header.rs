//! The record of the data keys.

use countersign_store::{Error, SealKey};
use countersign_token::{Credential, Key, Secret};

use crate::{
    entropy,
    envelope::{self, VERSION, undecryptable},
    ring::Ring,
};

mod slot;

pub(crate) use slot::{Lock, Slot};

pub(crate) type StoreId = [u8; 16];

/// The issuer of the keys that no grant may have.
const RESERVED: &str = "countersign:sealed-store";

/// Two while one key takes the place of another. More is not written, and would be work for nothing.
const MAX_SLOTS: usize = 2;

/// The data keys of a store, encrypted to each key that opens it.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) store: StoreId,
    pub(crate) slots: Vec<Slot>,
}

/// The key of the record that holds the data keys.
pub(crate) fn key() -> Key {
    Key::new(RESERVED, "", "keys")
}

/// A key whose lease is that of changing the data keys, and which never has a record.
pub(crate) fn rekey_key() -> Key {
    Key::new(RESERVED, "", "rekey")
}

/// A key that never has a record either, whose deletion makes the inner store tidy up.
pub(crate) fn traces_key() -> Key {
    Key::new(RESERVED, "", "traces")
}

pub(crate) fn is_reserved(key: &Key) -> bool {
    key.issuer == RESERVED
}

impl Header {
    /// The header of a store that has nothing so far.
    pub(crate) fn fresh() -> Result<Self, Error> {
        Ok(Self { store: entropy::random()?, slots: Vec::new() })
    }

    /// The same store, with `ring` encrypted to each of these keys and to no other.
    pub(crate) fn locked(&self, ring: &Ring, with: &[(&Lock, &SealKey)]) -> Result<Self, Error> {
        let slots = with.iter().map(|(lock, key)| Slot::seal(&self.store, lock, key, ring));
        Ok(Self { store: self.store, slots: slots.collect::<Result<_, _>>()? })
    }

    pub(crate) fn read(credential: &Credential) -> Result<Self, Error> {
        let bytes = envelope::bytes(credential)?;
        Self::from_bytes(&bytes)
            .ok_or_else(|| undecryptable("the record of its keys is incomplete or changed"))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (store, rest) = bytes.get(1..)?.split_first_chunk()?;
        let (count, mut rest) = rest.split_first()?;
        let count = usize::from(*count);
        let mut slots = Vec::new();
        for _ in 0..count.min(MAX_SLOTS) {
            slots.push(Slot::from_bytes(&mut rest)?);
        }
        (count <= MAX_SLOTS && rest.is_empty()).then_some(Self { store: *store, slots })
    }

    pub(crate) fn write(&self) -> Result<Secret, Error> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.store);
        bytes.push(u8::try_from(self.slots.len()).unwrap_or(u8::MAX));
        for slot in &self.slots {
            slot.to_bytes(&mut bytes)?;
        }
        Ok(envelope::encode(&bytes))
    }
}
