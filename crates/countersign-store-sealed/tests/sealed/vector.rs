//! The construction, written a second time from its description, and fixtures that no code of this crate made.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead, aead::Payload};
use countersign_store::{ErrorKind, MemoryStore, Store};
use countersign_store_sealed::{MemoryKeySource, SealKey, SealedStore, Unlock};
use countersign_token::{Key, Record, Revision};

use crate::place::{envelope, header_key, key, mark, plant, save};

/// The data key of a store that one key of a source opens.
pub(crate) struct Data {
    store: Vec<u8>,
    id: Vec<u8>,
    key: [u8; 32],
}

impl Data {
    pub(crate) fn of(inner: &MemoryStore, with: &[u8; 32]) -> Self {
        let bytes = STANDARD_NO_PAD.decode(envelope(inner, &header_key())).unwrap();
        let (head, slot) = bytes.split_at(18);
        assert_eq!((head[0], head[17]), (1, 1), "version, and number of slots");
        let store = head[1..17].to_vec();
        assert_eq!(slot[..3], [0, 0, 80], "a key as it is, and the length of what is sealed");
        let associated = [b"countersign sealed keys\x01", &store[..], &[0]].concat();
        let ring = open(with, &associated, &slot[3..]);
        assert_eq!(ring.len(), 40, "one data key");
        Self { store, id: ring[..8].to_vec(), key: ring[8..].try_into().unwrap() }
    }

    /// The envelope of the record of the keys: this data key, in a store of another identifier.
    fn header_of(&self, store: &[u8; 16], with: &[u8; 32]) -> String {
        let aad = [b"countersign sealed keys\x01", &store[..], &[0]].concat();
        let msg = &[&self.id[..], &self.key].concat()[..];
        let cipher = XChaCha20Poly1305::new(with.into());
        let sealed = cipher.encrypt(&XNonce::from([8; 24]), Payload { msg, aad: &aad }).unwrap();
        STANDARD_NO_PAD.encode([&[1], &store[..], &[1, 0, 0, 80], &[8; 24], &sealed].concat())
    }

    fn associated(&self, key: &Key, revision: Revision) -> Vec<u8> {
        let revision = revision.number().to_be_bytes();
        [b"countersign sealed record\x01", &self.store[..], &self.id, &revision, key.to_text().as_bytes()]
            .concat()
    }

    pub(crate) fn seal(&self, key: &Key, revision: Revision, form: &str) -> String {
        let aad = self.associated(key, revision);
        let cipher = XChaCha20Poly1305::new(&self.key.into());
        let sealed =
            cipher.encrypt(&XNonce::from([9; 24]), Payload { msg: form.as_bytes(), aad: &aad }).unwrap();
        STANDARD_NO_PAD.encode([&[1], &self.id[..], &[9; 24], &sealed].concat())
    }
}

fn open(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Vec<u8> {
    let (nonce, msg) = sealed.split_first_chunk::<24>().unwrap();
    let cipher = XChaCha20Poly1305::new(key.into());
    cipher.decrypt(&XNonce::from(*nonce), Payload { msg, aad }).unwrap()
}

#[test]
fn the_construction_is_as_described() {
    let (inner, source) = (MemoryStore::new(), MemoryKeySource::of(SealKey::new([7; 32])));
    let store = SealedStore::open(inner.clone(), Unlock::source(source)).unwrap();
    save(&store, &key("ann"), "mark").unwrap();
    save(&store, &key("ann"), "marked again").unwrap();
    let data = Data::of(&inner, &[7; 32]);
    let bytes = STANDARD_NO_PAD.decode(envelope(&inner, &key("ann"))).unwrap();
    assert_eq!((bytes[0], &bytes[1..9]), (1, &data.id[..]));
    let plain = open(&data.key, &data.associated(&key("ann"), Revision::new(2)), &bytes[9..]);
    let record = Record::from_json(&plain).unwrap();
    assert_eq!((mark(&record).as_str(), record.revision), ("marked again", Revision::new(2)));
}

#[test]
fn a_record_is_bound_to_the_store_not_only_to_its_data_key() {
    let (inner, with) = (MemoryStore::new(), [7; 32]);
    let unlock = || Unlock::source(MemoryKeySource::of(SealKey::new(with)));
    save(&SealedStore::open(inner.clone(), unlock()).unwrap(), &key("ann"), "mark").unwrap();
    let data = Data::of(&inner, &with);
    let own = data.store.as_slice().try_into().unwrap();
    for (store, expected) in [(own, None), (&[1; 16], Some(ErrorKind::Undecryptable))] {
        plant(&inner, &header_key(), &data.header_of(store, &with), Revision::new(1));
        let found = SealedStore::open(inner.clone(), unlock()).unwrap().load(&key("ann"));
        assert_eq!(found.map(drop).err().map(|error| error.kind()), expected);
    }
}

/// Every form that was ever written is read; these two were made by another implementation.
/// Three forms of a sealed store, here, and two of an export.
#[test]
fn every_fixture_is_read() {
    let fixtures = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).unwrap();
    assert_eq!(fixtures.count(), 3 + 2, "a fixture that no test reads");
}

#[test]
fn the_first_form_is_read() {
    for (header, unlock) in [
        (
            include_str!("../fixtures/keys-v1-source.json"),
            Unlock::source(MemoryKeySource::of(SealKey::new(core::array::from_fn(|index| index as u8)))),
        ),
        (
            include_str!("../fixtures/keys-v1-passphrase.json"),
            Unlock::passphrase("correct horse battery staple"),
        ),
    ] {
        let inner = MemoryStore::new();
        inner.plant(&header_key(), header.into());
        inner.plant(&key("ann"), include_str!("../fixtures/record-v1.json").into());
        let wrong = SealedStore::open(inner.clone(), Unlock::passphrase("incorrect horse"));
        assert_eq!(wrong.map(drop).unwrap_err().kind(), ErrorKind::Undecryptable);
        let store = SealedStore::open(inner, unlock).unwrap();
        let record = store.load(&key("ann")).unwrap().unwrap();
        assert_eq!((mark(&record).as_str(), record.revision), ("the token secret", Revision::new(3)));
        assert_eq!(save(&store, &key("ann"), "can be written").unwrap(), Revision::new(4));
    }
}
