//! The contract to keep a credential: stores, leases, doubles, a conformance suite and the sidecar lock.
//!
//! # In scope
//!
//! - [`Store`] and [`Lease`], the contract, in numbered cases; [`Error`], whose kinds are different answers.
//! - [`MemoryStore`] and [`FailingStore`], the doubles; [`conformance`], the suite that every backend runs.
//! - [`KeySource`], where the key of a store that encrypts is kept, and its double [`MemoryKeySource`].
//! - What backends share: the lock file ([`sidecar`]), the rules about owners ([`ownership`]), directories
//!   ([`directory`]), names of files ([`name`]) and the stored form with its limit ([`form`]).
//!
//! # Out of scope
//!
//! - Where records are kept for good: `countersign-store-file` and its siblings.
//! - When a token is refreshed, and who waits for it: `countersign-client`.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign_store::{ErrorKind, Lease, MemoryStore, Store};
//! use countersign_token::{ClientCredentials, Credential, Key, Revision, TokenCredentials};
//!
//! let store = MemoryStore::new();
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1(
//!     ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"),
//!     TokenCredentials::new("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"),
//! );
//!
//! let mut lease = store.lock(&key, Duration::from_secs(1))?;
//! let first = lease.save(&credential, Revision::ABSENT)?;
//! assert_eq!(first, Revision::new(1));
//! assert!(store.try_lock(&key)?.is_none());
//!
//! let stale = lease.save(&credential, Revision::ABSENT).map_err(|error| error.kind());
//! assert_eq!(stale, Err(ErrorKind::Conflict));
//! drop(lease);
//! assert_eq!(store.list()?, [key]);
//! # Ok::<(), countersign_store::Error>(())
//! ```
//!
//! # Limitations
//!
//! Calls block. An async program runs them where blocking is allowed.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod conformance;
pub mod directory;
mod error;
mod failing;
pub mod form;
mod key_source;
mod lease;
mod memory;
pub mod name;
pub mod ownership;
mod seal_key;
pub mod sidecar;
mod store;

pub use error::{Error, ErrorKind};
pub use failing::{FailingStore, Operation};
pub use key_source::{KeySource, MemoryKeySource};
pub use lease::Lease;
pub use memory::MemoryStore;
pub use seal_key::SealKey;
pub use store::Store;
