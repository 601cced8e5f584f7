//! OAuth credentials for Rust programs: obtained, kept, refreshed and signed with.
//!
//! # In scope
//!
//! Nothing of its own: this crate gives the layers of the workspace one name each, by feature.
//!
//! | feature | module | what it is |
//! |---|---|---|
//! | always | [`token`], [`wire`] | the nouns; messages and the vocabulary of flows |
//! | `oauth1` | `oauth1` | OAuth 1.0a signatures |
//! | `oauth2` | `oauth2` | the client protocol without I/O |
//! | `google` | `google`, `jwt` | credential files, service accounts, default credentials; signed tokens |
//! | `blocking` | `blocking`, `transport`, `store`, `loopback` | the paved path |
//! | `ureq` | `Ureq` | HTTP on ureq |
//! | `file` | `FileStore` | owner-only files |
//! | `sqlite` | `SqliteStore` | a SQLite database |
//! | `keyring` | `keyring` | the platform's keyring |
//! | `sealed` | `sealed` | encryption around any store |
//! | `provider` | `provider` | the server side without I/O |
//!
//! # Out of scope
//!
//! A program that wants one layer takes that crate and not this one.
//!
//! # Example
//!
//! ```
//! # #[cfg(all(feature = "blocking", feature = "ureq", feature = "file"))]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use countersign::{FileStore, Limits, Ureq, blocking};
//!
//! # let dir = std::env::temp_dir().join(format!("countersign-doc-{}", std::process::id()));
//! let client = blocking::Client::new(Ureq::new(Limits::default())?, FileStore::open(&dir)?);
//! assert!(client.accounts()?.is_empty());
//! # Ok(())
//! # }
//! # #[cfg(not(all(feature = "blocking", feature = "ureq", feature = "file")))]
//! # fn main() {}
//! ```
//!
//! # Limitations
//!
//! Those of the layers. Versions move when a layer's does.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub use countersign_client::{LoginEvent, LoginOptions, LogoutOptions, Prompt, blocking};
#[cfg(all(feature = "blocking", feature = "oauth1"))]
pub use countersign_client::{OAuth1Login, RevocationMethod};
#[cfg(feature = "oauth2")]
pub use countersign_flow as oauth2;
#[cfg(feature = "google")]
pub use countersign_google as google;
#[cfg(feature = "google")]
pub use countersign_jwt as jwt;
#[cfg(feature = "blocking")]
pub use countersign_loopback as loopback;
#[cfg(feature = "oauth1")]
pub use countersign_oauth1 as oauth1;
#[cfg(feature = "provider")]
pub use countersign_provider as provider;
#[cfg(any(
    feature = "blocking",
    feature = "file",
    feature = "keyring",
    feature = "sealed",
    feature = "sqlite"
))]
pub use countersign_store as store;
#[cfg(feature = "file")]
pub use countersign_store_file::FileStore;
#[cfg(feature = "keyring")]
pub use countersign_store_keyring as keyring;
#[cfg(feature = "sealed")]
pub use countersign_store_sealed as sealed;
#[cfg(feature = "sqlite")]
pub use countersign_store_sqlite::SqliteStore;
pub use countersign_token as token;
pub use countersign_token::{
    AccessToken, Client, ClientCredentials, Credential, Expiry, Key, Scopes, Secret, TokenCredentials,
    TokenSet,
};
#[cfg(any(feature = "blocking", feature = "ureq"))]
pub use countersign_transport as transport;
#[cfg(feature = "ureq")]
pub use countersign_transport::Limits;
#[cfg(feature = "ureq")]
pub use countersign_transport_ureq::Ureq;
pub use countersign_wire as wire;

#[cfg(all(doctest, feature = "blocking", feature = "file", feature = "ureq"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
