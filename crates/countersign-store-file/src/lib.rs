//! Credentials in owner-only files that survive power loss.
//!
//! # In scope
//!
//! - [`FileStore`]: one file for each grant in one directory, replaced as a whole, behind a lock file.
//!   A damaged one is left as it is until [`FileStore::quarantine`] is asked to move it aside.
//!
//! # Out of scope
//!
//! - Encryption: the files are protected by their mode (0600, in a directory of mode 0700) and nothing else.
//! - Where the directory is: the caller names it.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign_store::{Lease, Store};
//! use countersign_store_file::FileStore;
//! use countersign_token::{ClientCredentials, Credential, Key, Revision};
//!
//! # let directory = std::env::temp_dir().join(format!("countersign-doc-{}", std::process::id()));
//! let store = FileStore::open(&directory)?;
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1_two_legged(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
//!
//! store.lock(&key, Duration::from_secs(5))?.save(&credential, Revision::ABSENT)?;
//!
//! let record = FileStore::open(&directory)?.load(&key)?;
//! assert_eq!(record.map(|record| record.revision), Some(Revision::new(1)));
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! - A deleted record leaves its empty lock files behind, whose names tell the key.
//! - A file system without locks, as some network file systems are, is refused for writing.
//! - A key whose path would be longer than the system allows is refused as too big.
//! - What was moved aside keeps its secrets, as far as they are whole, until somebody removes the file.
//! - Deleted content may linger in unallocated blocks of the disk and in its backups.
//! - Unix is tested on Linux. Elsewhere on Unix the owner of the directory stands for the user; on Windows
//!   access lists decide, and a directory cannot be synced.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod directory;
mod lease;
mod name;
mod platform;
mod quarantine;
mod read;
mod replace;
mod store;

pub use store::FileStore;
