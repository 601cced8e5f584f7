//! Credentials in one SQLite database that survives power loss.
//!
//! # In scope
//!
//! - [`SqliteStore`]: any number of grants in one file, which any number of programs use at a time.
//!
//! # Out of scope
//!
//! - Encryption: the files are protected by their mode (0600, in a directory of mode 0700) and nothing else.
//! - Where the database is: the caller names it.
//!
//! # Example
//!
//! ```
//! use std::time::Duration;
//!
//! use countersign_store::{Lease, Store};
//! use countersign_store_sqlite::SqliteStore;
//! use countersign_token::{ClientCredentials, Credential, Key, Revision};
//!
//! # let directory = std::env::temp_dir().join(format!("countersign-sqlite-doc-{}", std::process::id()));
//! let store = SqliteStore::open(directory.join("credentials.db"))?;
//! let key = Key::new("https://photos.example", "dpf43f3p2l4k3l03", "ann");
//! let credential = Credential::oauth1_two_legged(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"));
//!
//! store.lock(&key, Duration::from_secs(5))?.save(&credential, Revision::ABSENT)?;
//!
//! let record = SqliteStore::open(store.path())?.load(&key)?;
//! assert_eq!(record.map(|record| record.revision), Some(Revision::new(1)));
//! store.check()?;
//! # drop(store);
//! # std::fs::remove_dir_all(&directory)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Access tokens are cheap
//!
//! What can be had again and what cannot are in two tables, and a record is one row in each.
//! One save writes both in one transaction, so a record is never a mix.
//! When the disk has no room for all of it, and the credential can get new access tokens, the save drops
//! them and keeps the rest: a rotated refresh token is not lost for want of room for an access token.
//! It is then acknowledged as any other, and `load` answers the record without access tokens.
//! A save that fails altogether is an error, whatever it was to change: only the caller knows whether
//! something was lost, and a revision that was not stored must not be promised.
//!
//! # Layout
//!
//! Beside `credentials.db` are SQLite's `-wal` and `-shm` while it is in use, and `credentials.db.locks`,
//! a directory with the lock file of each key that was ever leased, and two for the store itself; where somebody
//! had to wait for a lock there is a second file for those who wait.
//! A lease is a lock on such a file; it holds no transaction, so it may be held over a network call.
//! Damage that SQLite does not notice is noticed by checksums and by finding each key in both tables.
//!
//! # Limitations
//!
//! - A network file system has neither the locks nor the shared memory; it is refused, if it is honest.
//! - Where the directory cannot be written, a database that was not closed properly cannot be read.
//! - A deleted record leaves its empty lock files behind, whose names tell the key.
//! - Damage to the `-wal` file of a killed program makes SQLite fall back to what was saved before it.
//! - After a save that failed in a sync the old record counts. If every program is then killed before one of
//!   them writes again, the new one may count.
//! - Memory that SQLite used is not wiped. Deleted content may linger in unallocated blocks of the disk.
//! - A handle must not be used in a process forked from the one that opened it.
//! - Tested on Linux with rusqlite 0.39 to 0.41. Without the feature `bundled` the system's SQLite is linked,
//!   which must be 3.37 or later, and for rusqlite 0.41 itself 3.45.3 or later.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod checksum;
mod database;
mod halves;
mod lease;
mod locks;
mod rows;
mod store;

pub use store::SqliteStore;
