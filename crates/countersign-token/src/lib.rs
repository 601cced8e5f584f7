//! The nouns of OAuth credentials: what a program holds, names and keeps.
//!
//! # In scope
//!
//! - [`Secret`], and the values that are secret: access, refresh and ID tokens, credential pairs.
//! - [`ClientId`], [`Scopes`], [`Timestamp`], [`Expiry`], and [`Key`], the identity of a grant.
//! - [`Credential`], what is kept of a grant, and with the feature `json` its stored form, [`Record`].
//!
//! # Out of scope
//!
//! - Messages on the wire (`countersign-wire`), protocols (`countersign-flow`, `countersign-oauth1`).
//! - Files, clocks, randomness: this crate is `no_std` and cannot name them.
//!
//! # Example
//!
//! ```
//! use countersign_token::{AccessToken, Expiry, Scopes, Secret, Timestamp};
//!
//! let now = Timestamp::from_unix(1_700_000_000);
//! let token = AccessToken::bearer(Secret::new("ya29.a0"), now)
//!     .with_scopes(Scopes::from("drive calendar"))
//!     .with_expiry(Expiry::At(now.plus_seconds(3600)));
//! assert!(!token.is_expired(now));
//! assert!(!format!("{token:?}").contains("ya29"));
//! assert_eq!(token.scopes, Scopes::from("calendar drive"));
//! ```
//!
//! # Limitations
//!
//! A [`Secret`] is wiped when it is dropped; copies made by the allocator, the operating system or code
//! that exposed it are beyond reach.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod access_token;
mod client;
mod credential;
mod expiry;
mod extra;
#[cfg(feature = "json")]
pub mod json;
mod key;
mod oauth1;
#[cfg(feature = "json")]
mod record;
mod scopes;
mod secret;
mod timestamp;
mod token_set;

pub use access_token::{AccessToken, Binding, TokenType};
pub use client::{Client, ClientId};
pub use credential::{Credential, Grant, State};
pub use expiry::Expiry;
pub use extra::{Extra, ExtraValue};
pub use key::{Key, KeyError};
pub use oauth1::{ClientCredentials, TemporaryCredentials, TokenCredentials};
#[cfg(feature = "json")]
pub use record::{Record, RecordError, Revision};
pub use scopes::Scopes;
pub use secret::Secret;
pub use timestamp::{Timestamp, TimestampError};
pub use token_set::{IdToken, RefreshToken, TokenSet};
