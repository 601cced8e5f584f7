use countersign_store::{Error, ErrorKind, SealKey};

use super::StoreId;
use crate::{Cost, cipher, envelope::VERSION, ring::Ring};

/// How the key of a slot is had.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Lock {
    /// It is what the source keeps.
    Source,
    /// It is derived from a passphrase.
    Passphrase { salt: [u8; 16], cost: Cost },
}

/// The data keys, encrypted to one key.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) lock: Lock,
    sealed: Vec<u8>,
}

impl Lock {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Source => vec![0],
            Self::Passphrase { salt, cost } => {
                let mut bytes = vec![1];
                bytes.extend_from_slice(salt);
                for number in cost.numbers() {
                    bytes.extend_from_slice(&number.to_be_bytes());
                }
                bytes
            }
        }
    }

    fn from_bytes(rest: &mut &[u8]) -> Option<Self> {
        match take::<1>(rest)? {
            [0] => Some(Self::Source),
            [1] => {
                let salt = take(rest)?;
                let mut number = || take(rest).map(u32::from_be_bytes);
                // Out of bounds is as good as changed: nobody has written it.
                let cost = Cost::new(number()?, number()?, number()?)?;
                Some(Self::Passphrase { salt, cost })
            }
            _ => None,
        }
    }
}

impl Slot {
    pub(crate) fn seal(store: &StoreId, lock: &Lock, key: &SealKey, ring: &Ring) -> Result<Self, Error> {
        let mut sealed = Vec::new();
        cipher::seal(key, &associated(store, lock), &ring.to_bytes(), &mut sealed)?;
        Ok(Self { lock: lock.clone(), sealed })
    }

    pub(crate) fn open(&self, store: &StoreId, key: &SealKey) -> Option<Ring> {
        Ring::from_bytes(&cipher::open(key, &associated(store, &self.lock), &self.sealed)?)
    }

    pub(super) fn to_bytes(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let length = u16::try_from(self.sealed.len()).map_err(|_| Error::new(ErrorKind::TooBig))?;
        out.extend_from_slice(&self.lock.to_bytes());
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&self.sealed);
        Ok(())
    }

    pub(super) fn from_bytes(rest: &mut &[u8]) -> Option<Self> {
        let lock = Lock::from_bytes(rest)?;
        let length = u16::from_be_bytes(take(rest)?);
        let (sealed, after) = rest.split_at_checked(length.into())?;
        *rest = after;
        Some(Self { lock, sealed: sealed.to_vec() })
    }
}

fn associated(store: &StoreId, lock: &Lock) -> Vec<u8> {
    let mut bytes = b"countersign sealed keys".to_vec();
    bytes.push(VERSION);
    bytes.extend_from_slice(store);
    bytes.extend_from_slice(&lock.to_bytes());
    bytes
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*taken)
}
