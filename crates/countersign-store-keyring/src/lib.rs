//! Credentials, and the keys that encrypt them, in the platform's keyring.
//!
//! # In scope
//!
//! - [`Keyring`]: the keyring itself, behind a deadline; [`Keyring::probe`] before anything depends on it.
//! - [`KeyringKey`]: the key of a store that encrypts, as `countersign-store-sealed`.
//! - [`KeyringStore`]: a store in which each grant is an entry.
//!
//! # Out of scope
//!
//! - A fallback. A keyring that does not answer is an error, never a reason to write a file.
//! - Keyrings by name: a program has one, builds it, and hands it on.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign_store::{Lease, Store};
//! use countersign_store_keyring::{Keyring, KeyringStore};
//! use countersign_token::{ClientCredentials, Credential, Key, Revision};
//!
//! # let directory = std::env::temp_dir().join(format!("countersign-keyring-doc-{}", std::process::id()));
//! # /*
//! let keyring = Keyring::platform().ok_or("no keyring on this platform")?;
//! # */
//! # let keyring = Keyring::memory();
//! keyring.probe("my-app")?;
//! let store = KeyringStore::open(keyring, "my-app", &directory)?;
//!
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1_two_legged(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
//! store.lock(&key, Duration::from_secs(5))?.save(&credential, Revision::ABSENT)?;
//! assert!(store.load(&key)?.is_some());
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which of the two
//!
//! A key in the keyring and records in an encrypted file are the better choice: the key is small enough for
//! every keyring and is written once, and the file brings atomic, durable replacement.
//! Entries of a [`KeyringStore`] are written with every refresh. How durable they are is the keyring's affair,
//! and so is their size: the Credential Manager keeps 2,560 bytes, the kernel 32,767 and 20,000 in all, the
//! others a megabyte. What is too big is [`TooBig`](countersign_store::ErrorKind::TooBig), before anything is
//! changed.
//!
//! # Limitations
//!
//! - Whatever runs as the same user can ask most keyrings for everything.
//! - A locked Secret Service asks the user for a password; one that is not there to answer is a call that
//!   ends at the deadline, or as [`Locked`](Cause::Locked).
//! - A Secret Service may hide what it has while it is locked. A save and a first key make sure that it is
//!   not, by a probe; a load without a lease takes its word.
//! - An entry whose lock file was deleted by hand is found by its key and not listed.
//! - The kernel's keyring is a cache. It forgets with the machine's power, after three days without use, and
//!   with the session where the kernel has no persistent keyring for the user.
//! - A handle must not be used in a process forked from the one that made it.
//! - Memory of the keyring's own libraries is not wiped.
//! - Tested with GNOME Keyring and keyutils on Linux. For macOS and Windows the code is checked by the
//!   compiler only.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod backend;
mod cause;
mod data_key;
mod keyring;
mod lease;
mod locks;
mod name;
mod persistence;
mod store;
mod worker;

pub use cause::Cause;
pub use data_key::KeyringKey;
pub use keyring::Keyring;
pub use persistence::Persistence;
pub use store::KeyringStore;
