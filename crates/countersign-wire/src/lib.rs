//! OAuth messages as bytes and back, without policy, and the vocabulary of flows.
//!
//! # In scope
//!
//! - Percent-encoding (RFC 3986 §2.1, RFC 5849 §3.6), the form codec, ordered [`Params`].
//! - `Authorization` and `WWW-Authenticate`: Basic, Bearer, and OAuth 1.0a's own grammar.
//! - With the feature `json`: token, device, introspection and error responses with their tolerances, metadata
//!   documents of servers and resources, client registration.
//! - [`flow`]: what a machine is told and what it wants next.
//!
//! # Out of scope
//!
//! - Deciding anything: which grant, which client authentication, whether to try again.
//! - I/O, time and randomness: the crate is `no_std` and cannot name them.
//!
//! # Example
//!
//! ```
//! use countersign_wire::{Params, form};
//!
//! let params = form::parse("grant_type=authorization_code&code=SplxlOBe&scope=a+b")?;
//! assert_eq!(params.unique("scope")?, Some("a b"));
//! assert_eq!(form::print(&params), "grant_type=authorization_code&code=SplxlOBe&scope=a+b");
//! assert!(!format!("{params:?}").contains("Splx"));
//! # Ok::<(), countersign_wire::Error>(())
//! ```
//!
//! # Limitations
//!
//! A body is taken whole: whoever receives it limits its size first.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod error;
pub mod flow;
pub mod form;
pub mod header;
#[cfg(feature = "json")]
pub mod metadata;
mod params;
pub mod percent;
pub mod redact;
#[cfg(feature = "json")]
pub mod registration;
#[cfg(feature = "json")]
pub mod response;
pub mod text;

pub use error::Error;
pub use params::Params;
