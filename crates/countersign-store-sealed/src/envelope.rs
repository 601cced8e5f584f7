//! What is in the envelope of one record.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use countersign_store::{Error, ErrorKind, form};
use countersign_token::{Credential, Grant, Key, Record, Revision, Secret};
use zeroize::Zeroizing;

use crate::{
    cipher,
    header::StoreId,
    ring::{KeyId, Ring},
};

/// The version of both envelopes.
pub(crate) const VERSION: u8 = 1;

/// The envelope of `form`, which is the stored form of `key` at `revision`.
pub(crate) fn seal(
    store: &StoreId,
    ring: &Ring,
    key: &Key,
    revision: Revision,
    form: &Secret,
) -> Result<Secret, Error> {
    let data = ring.newest();
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&data.id);
    cipher::seal(
        &data.key,
        &associated(store, &data.id, key, revision),
        form.expose().as_bytes(),
        &mut bytes,
    )?;
    Ok(encode(&bytes))
}

/// An envelope that was read, and not opened so far.
pub(crate) struct Envelope {
    pub(crate) id: KeyId,
    sealed: Vec<u8>,
}

impl Envelope {
    /// The envelope that `record` is.
    pub(crate) fn of(record: &Record) -> Result<Self, Error> {
        let bytes = bytes(&record.credential)?;
        let mangled = || undecryptable("its envelope is incomplete or changed");
        let rest = bytes.get(1..).ok_or_else(mangled)?;
        let (id, sealed) = rest.split_first_chunk().ok_or_else(mangled)?;
        Ok(Self { id: *id, sealed: sealed.to_vec() })
    }

    /// The record in it, when it is that of the same key and revision as `outer`.
    pub(crate) fn open(&self, store: &StoreId, ring: &Ring, outer: &Record) -> Result<Record, Error> {
        let Some(data_key) = ring.get(&self.id) else {
            return Err(undecryptable("it was encrypted with a key that this store does not have"));
        };
        let associated = associated(store, &self.id, &outer.key, outer.revision);
        let plain = cipher::open(data_key, &associated, &self.sealed)
            .ok_or_else(|| undecryptable("it was changed, or moved from where it was written"))?;
        let record = form::read(&outer.key, &text(plain)?)?;
        if record.revision == outer.revision {
            Ok(record)
        } else {
            Err(Error::new(ErrorKind::Corrupt).because("it is the record of another revision"))
        }
    }
}

/// The bytes of a sealed credential, of this version.
pub(crate) fn bytes(credential: &Credential) -> Result<Vec<u8>, Error> {
    let Grant::Sealed { envelope } = &credential.grant else {
        return Err(Error::new(ErrorKind::Insecure).because("it is not sealed"));
    };
    let bytes = STANDARD_NO_PAD
        .decode(envelope.expose())
        .map_err(|_| undecryptable("its envelope is incomplete or changed"))?;
    match bytes.first() {
        Some(&VERSION) => Ok(bytes),
        Some(version) if *version > VERSION => Err(Error::new(ErrorKind::TooNew)),
        _ => Err(undecryptable("its envelope is incomplete or changed")),
    }
}

pub(crate) fn encode(bytes: &[u8]) -> Secret {
    Secret::new(STANDARD_NO_PAD.encode(bytes))
}

pub(crate) fn undecryptable(reason: &'static str) -> Error {
    Error::new(ErrorKind::Undecryptable).because(reason)
}

/// The only part of variable length is the last one, so that no two lists of parts are the same bytes.
fn associated(store: &StoreId, id: &KeyId, key: &Key, revision: Revision) -> Vec<u8> {
    let mut bytes = b"countersign sealed record".to_vec();
    bytes.push(VERSION);
    bytes.extend_from_slice(store);
    bytes.extend_from_slice(id);
    bytes.extend_from_slice(&revision.number().to_be_bytes());
    bytes.extend_from_slice(key.to_text().as_bytes());
    bytes
}

fn text(mut plain: Zeroizing<Vec<u8>>) -> Result<Secret, Error> {
    String::from_utf8(core::mem::take(&mut *plain)).map(Secret::new).map_err(|error| {
        drop(Zeroizing::new(error.into_bytes()));
        Error::new(ErrorKind::Corrupt).because("it is not UTF-8")
    })
}
