//! Credentials encrypted before any other store keeps them.
//!
//! # In scope
//!
//! - [`SealedStore`]: a store around any other, which gets to see ciphertext.
//! - [`Unlock`]: what opens it, a key from a [`KeySource`] such as a keyring, or a passphrase.
//! - [`SealedStore::rekey`]: another key or passphrase, with every record encrypted anew.
//! - [`SealedStore::adopt`] and [`SealedStore::unseal`]: from clear to sealed and back, in place.
//! - [`export`]: credentials as text that is carried to another store, encrypted to a passphrase or in clear.
//!
//! # Out of scope
//!
//! - Where the ciphertext is: `countersign-store-file` and its siblings.
//! - Where the key is: `countersign-store-keyring` has a [`KeySource`].
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign_store::{ErrorKind, Lease, MemoryStore, Store};
//! use countersign_store_sealed::{SealedStore, Unlock};
//! use countersign_token::{ClientCredentials, Credential, Grant, Key, Revision};
//!
//! let inner = MemoryStore::new();
//! # let unlock = |text: &str| Unlock::passphrase(text)
//! #     .with_cost(countersign_store_sealed::Cost::new(8, 1, 1).unwrap());
//! # /*
//! let unlock = Unlock::passphrase;
//! # */
//! let store = SealedStore::open(inner.clone(), unlock("correct horse battery staple"))?;
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1_two_legged(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
//!
//! store.lock(&key, Duration::from_secs(5))?.save(&credential, Revision::ABSENT)?;
//!
//! let seen = inner.load(&key)?.map(|record| record.credential.grant);
//! assert!(matches!(seen, Some(Grant::Sealed { .. })));
//! let other = SealedStore::open(inner, unlock("incorrect horse"));
//! assert_eq!(other.map_err(|error| error.kind()).err(), Some(ErrorKind::Undecryptable));
//! # Ok::<(), countersign_store::Error>(())
//! ```
//!
//! # What this protects against
//!
//! Whoever gets the inner store without the key: in a backup, a synchronised folder, a lost disk, or as
//! another user of the machine. They cannot read a credential, and what they change is noticed.
//!
//! It does not protect against a program of the same user, which can ask the keyring for the key or read it
//! from memory. Nor is hidden which grants there are: issuer, client and account are the key of a record and
//! stay in clear, and so do its revision and about how long it is.
//! Who can write to the inner store can delete a record, or put back an older one of the same key whole.
//!
//! # Layout
//!
//! A sealed record is a record of the inner store whose credential is [`Grant::Sealed`] and nothing else.
//! It is a kind of its own, because a credential of another kind that only carries ciphertext would be used,
//! or refreshed and overwritten, by a program that opens the inner store directly.
//! The envelope is base64 of a version, the identifier of a data key, a nonce, and the stored form of the
//! whole record under XChaCha20-Poly1305. Its associated data are the identifier of the store, that of the
//! data key, the revision and the key, so that a record that was moved in any direction does not open.
//!
//! The data keys are in one more record, which [`list`](countersign_store::Store::list) does not show: made
//! with the first save, and encrypted to what [`Unlock`] says. It is what a wrong passphrase fails at.
//! Both forms are in `docs/stored-record.md` byte by byte.
//!
//! # Limitations
//!
//! - Records that were in the inner store in clear answer [`Insecure`](countersign_store::ErrorKind::Insecure)
//!   until [`SealedStore::adopt`] has taken them over.
//! - Saves take turns, all keys together, for as long as the inner store takes to write.
//! - A record is all or nothing: without the record of the data keys none can be opened.
//! - The keys of issuer `countersign:sealed-store` are this store's own.
//!
//! [`Grant::Sealed`]: countersign_token::Grant::Sealed

#![cfg_attr(docsrs, feature(doc_cfg))]

mod adopt;
mod cipher;
mod cost;
mod entropy;
mod envelope;
pub mod export;
mod header;
mod keys;
mod lease;
mod rekey;
mod ring;
mod sealed_by;
mod store;
mod unlock;

pub use cost::Cost;
pub use countersign_store::{KeySource, MemoryKeySource, SealKey};
pub use sealed_by::SealedBy;
pub use store::SealedStore;
pub use unlock::Unlock;
