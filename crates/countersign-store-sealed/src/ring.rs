use countersign_store::{Error, SealKey};
use zeroize::Zeroizing;

use crate::entropy;

/// The data keys of a store, the oldest first; the last one encrypts, all of them decrypt.
///
/// There is more than one only while records are being encrypted anew.
#[derive(Clone)]
pub(crate) struct Ring {
    older: Vec<DataKey>,
    newest: DataKey,
}

/// The key of records, with the name that they call it by.
#[derive(Clone)]
pub(crate) struct DataKey {
    pub(crate) id: KeyId,
    pub(crate) key: SealKey,
}

pub(crate) type KeyId = [u8; 8];

const ENTRY: usize = 8 + SealKey::LENGTH;

impl DataKey {
    fn generate() -> Result<Self, Error> {
        Ok(Self { id: entropy::random()?, key: entropy::generate()? })
    }
}

impl Ring {
    pub(crate) fn generate() -> Result<Self, Error> {
        Ok(Self { older: Vec::new(), newest: DataKey::generate()? })
    }

    /// The same keys, and one more that encrypts from now on.
    pub(crate) fn grown(&self) -> Result<Self, Error> {
        Ok(Self { older: self.iter().cloned().collect(), newest: DataKey::generate()? })
    }

    /// The last key alone.
    pub(crate) fn shrunk(&self) -> Self {
        Self { older: Vec::new(), newest: self.newest.clone() }
    }

    pub(crate) fn is_single(&self) -> bool {
        self.older.is_empty()
    }

    pub(crate) fn newest(&self) -> &DataKey {
        &self.newest
    }

    pub(crate) fn get(&self, id: &KeyId) -> Option<&SealKey> {
        self.iter().find(|data| data.id == *id).map(|data| &data.key)
    }

    fn iter(&self) -> impl Iterator<Item = &DataKey> {
        self.older.iter().chain([&self.newest])
    }

    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(ENTRY.saturating_mul(self.iter().count())));
        for data in self.iter() {
            bytes.extend_from_slice(&data.id);
            bytes.extend_from_slice(data.key.expose());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (entries, rest) = bytes.as_chunks::<ENTRY>();
        let mut older = Vec::with_capacity(entries.len());
        for entry in entries {
            let (id, rest) = entry.split_first_chunk()?;
            let (key, _) = rest.split_first_chunk()?;
            older.push(DataKey { id: *id, key: SealKey::new(*key) });
        }
        let newest = older.pop()?;
        rest.is_empty().then_some(Self { older, newest })
    }
}
