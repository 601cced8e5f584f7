//! Google's dialect: credential files and service accounts, without a socket.
//!
//! # In scope
//!
//! - [`ClientSecrets`]: `client_secret.json`, with messages that say what is wrong.
//! - [`ServiceAccount`]: access tokens by the JWT bearer grant, for itself or for a user; ID tokens for an
//!   audience; [`SelfSigned`] requests, for which no server is asked; signatures of bytes.
//! - [`TrustedHosts`]: to which hosts a credential file may send its secrets.
//!
//! # Out of scope
//!
//! - Sending, keeping and sharing tokens: `countersign-client`, by the key of each source.
//! - The login of a user: `countersign-flow` and its profile of Google.
//!
//! # Example
//!
//! ```
//! use countersign_flow::Source;
//! use countersign_google::{ServiceAccount, ServiceAccountKey, TrustedHosts};
//! # use countersign_jwt::{Algorithm, Signer};
//! # struct Elsewhere;
//! # impl Signer for Elsewhere {
//! #     fn algorithm(&self) -> Algorithm { Algorithm::Rs256 }
//! #     fn sign(&self, _: &[u8]) -> Result<Vec<u8>, countersign_jwt::Error> { Ok(vec![0; 256]) }
//! # }
//!
//! // `ServiceAccount::from_file("key.json")` where the key is in a file.
//! let endpoint = countersign_flow::Endpoint::new("token_endpoint", countersign_google::endpoints::TOKEN)?;
//! let robot = ServiceAccount::new("robot@demo.iam.gserviceaccount.com", Elsewhere, endpoint)
//!     .scopes(["https://www.googleapis.com/auth/drive"]);
//! let for_ann = robot.clone().subject("ann@example.com");
//! assert_ne!(robot.key(), for_ann.key());
//! # Ok::<(), countersign_flow::Error>(())
//! ```
//!
//! # Limitations
//!
//! - Only [`ClientSecrets`] and [`ServiceAccountKey`] files are read.
//! - A self-signed token is signed for each request.
//! - Files are JSON of at most 64 KiB, without repeated names.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod client_secrets;
pub mod endpoints;
mod error;
mod file_kind;
mod id_token;
mod map;
mod members;
mod service_account;
mod trusted_hosts;

pub use client_secrets::{ClientKind, ClientSecrets};
pub use error::{Error, ErrorKind, Unsupported};
pub use file_kind::FileKind;
pub use service_account::{
    SelfSigned, SelfSignedAudience, ServiceAccount, ServiceAccountIdToken, ServiceAccountKey,
};
pub use trusted_hosts::TrustedHosts;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
