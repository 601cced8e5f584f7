//! OAuth 1.0a signatures (RFC 5849): base string, signing, verification.
//!
//! # In scope
//!
//! - [`Signer`]: signatures by HMAC, PLAINTEXT, RSA (feature `rsa`) or a [`SignatureMethod`] of your own, in the
//!   header, the query or a form body.
//! - [`base_string()`] and [`base_string_uri`], the two texts that clients and servers most often disagree on.
//! - [`Received`]: a signed request as a server sees it, and whether its signature holds.
//! - [`Explanation`]: the steps from a request to its signature; with the feature `diagnose`, the mistake that
//!   explains another signature, and the first difference of two base strings.
//! - With the feature `serde`, explanations, diagnoses and errors as data to log, store or send on; the key of a
//!   signature is never in it.
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
//! Nor is there one for a method that has its key already.
//!
//! ```compile_fail,E0308
//! use countersign_oauth1::{Signer, Token, TokenCredentials, from_fn};
//!
//! let method = from_fn("X-NONE", |_: &str| Ok(String::new()));
//! let signer = Signer::with_method(method, TokenCredentials::new("tk", "ts"), Token::None);
//! ```
//!
//! # Limitations
//!
//! The arithmetic of the feature `rsa` is that of the crate `rsa`, which the advisory RUSTSEC-2023-0071 covers:
//! how long a signature takes depends on the private key, and no release is clear of it. Every signature is
//! blinded with random bytes of the caller. HMAC, PLAINTEXT and verification are not concerned.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod algorithm;
mod base_string;
mod base_uri;
mod body_hash;
mod decimal;
#[cfg(feature = "diagnose")]
mod diagnosis;
mod encoding;
mod error;
mod explanation;
mod key_fault;
mod method;
mod methods;
mod nonces;
mod parameter;
mod problem;
mod received;
mod request_uri;
mod requestor;
mod room;
mod scratch;
mod signature;
mod signer;
mod stamp;
mod target;
mod token;
mod words;

pub use algorithm::Algorithm;
pub use base_string::base_string;
pub use base_uri::{UriFault, base_string_uri};
pub use body_hash::BodyHash;
pub use countersign_token::{ClientCredentials, TemporaryCredentials, TokenCredentials};
#[cfg(feature = "diagnose")]
pub use diagnosis::{Diagnosis, Difference, Dispute, Finding, Limits, Mistake, Reason, Segment};
pub use error::{Error, ParameterFault};
pub use explanation::{Explanation, SignedParameter, Source, Step};
pub use key_fault::KeyFault;
#[cfg(feature = "rsa")]
pub use method::rsa::{Rsa, RsaHash, RsaPrivateKey, RsaPublicKey};
pub use method::{FromFn, HmacSha1, HmacSha256, HmacSha512, Plaintext, SignatureMethod, from_fn};
pub use methods::Methods;
pub use nonces::{MemoryNonces, NonceStore, NonceUse, Recorded, Window};
pub use parameter::{Parameter, Place};
pub use problem::Problem;
pub use received::{Incoming, Received, Verified};
pub use request_uri::RequestUri;
pub use requestor::with_requestor;
pub use scratch::Scratch;
pub use signature::Signature;
pub use signer::{Signer, sign_once};
pub use stamp::{Stamp, nonce};
pub use target::{Form, Target};
pub use token::Token;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
