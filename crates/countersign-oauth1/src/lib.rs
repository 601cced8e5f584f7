//! OAuth 1.0a signatures (RFC 5849): base string, signing, verification.
//!
//! # In scope
//!
//! - [`Signer`]: HMAC-SHA1 and PLAINTEXT signatures in the header, the query or a form body.
//! - [`base_string()`] and [`base_string_uri`], the two texts that clients and servers most often disagree on.
//! - [`Received`]: a signed request as a server sees it, and whether its signature holds.
//! - [`NonceStore`] with [`MemoryNonces`], so that a request is accepted once.
//!
//! # Out of scope
//!
//! - The three legs as a conversation (`countersign-flow`) and the service provider (`countersign-provider`).
//! - I/O, time and randomness: the crate is `no_std` and is given the time and the nonce.
//!
//! # Example
//!
//! ```
//! use countersign_oauth1::{
//!     ClientCredentials, Form, Incoming, Received, Signer, Stamp, Target, TokenCredentials,
//! };
//! use countersign_token::{Secret, Timestamp};
//!
//! let now = Timestamp::from_unix(1_318_622_958);
//! let (method, uri) = (http::Method::POST, "https://api.example.com/notes?draft=1");
//! let body = "title=Hello+world&tag=a&tag=b";
//!
//! let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"));
//! let target = Target::new(&method, uri, Form::Encoded(body));
//! let header = signer.authorization(target, Stamp::new(now, "kYjzVBB8Y0"))?;
//!
//! let incoming = Incoming::new(&method, uri, Form::Encoded(body)).authorization(&header);
//! let received = Received::parse(incoming)?;
//! assert_eq!(received.consumer_key(), "ck");
//! let verified = received.verify(&Secret::new("cs"), Some(&Secret::new("ts")))?;
//! assert_eq!(verified.received().parameters().first("title"), Some("Hello world"));
//! # Ok::<(), countersign_oauth1::Error>(())
//! ```
//!
//! Token credentials sign nothing without client credentials: there is no constructor for it.
//!
//! ```compile_fail,E0308
//! use countersign_oauth1::{Signer, Token, TokenCredentials};
//!
//! let signer = Signer::hmac_sha1(TokenCredentials::new("tk", "ts"), Token::None);
//! ```
//!
//! # Limitations
//!
//! HMAC-SHA256, HMAC-SHA512, the RSA methods and `oauth_body_hash` are recognised and answered with
//! [`ParameterFault::Unsupported`].

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod algorithm;
mod base_string;
mod base_uri;
mod error;
mod method;
mod nonces;
mod parameter;
mod problem;
mod received;
mod request_uri;
mod scratch;
mod signer;
mod stamp;
mod target;
mod token;

pub use algorithm::Algorithm;
pub use base_string::base_string;
pub use base_uri::{UriFault, base_string_uri};
pub use countersign_token::{ClientCredentials, TemporaryCredentials, TokenCredentials};
pub use error::{Error, ParameterFault};
pub use method::{HmacSha1, Plaintext};
pub use nonces::{MemoryNonces, NonceStore, NonceUse, Recorded, Window};
pub use parameter::{Parameter, Place};
pub use problem::Problem;
pub use received::{Incoming, Received, Verified};
pub use request_uri::RequestUri;
pub use scratch::Scratch;
pub use signer::Signer;
pub use stamp::{Stamp, nonce};
pub use target::{Form, Target};
pub use token::Token;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
