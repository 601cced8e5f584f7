//! Compact JWS (RFC 7515): signing with a kept key, public keys as JWKs, private keys from files.
//!
//! # In scope
//!
//! - [`sign`]: header and claims, in a stable order, signed by a [`Signer`] that keeps its key ready.
//! - [`Unsigned`]: the same for a signature that is made elsewhere.
//! - [`PrivateKey`]: keys from PEM, DER and JWK, with errors that say what kind of file it is instead.
//! - [`SigningKey`]: a key given to a [`Backend`], which is chosen for each key.
//! - [`Jwk`]: a public key as JSON (RFC 7517) and its thumbprint (RFC 7638).
//! - [`Unverified`]: a token of somebody, split and not yet believed; with the feature `verify`, `Expected`
//!   decides whether to believe it, `KeySet` holds an issuer's keys, and `KeyCache` knows when to renew them.
//!
//! # Out of scope
//!
//! - What the claims mean in a protocol (`countersign-flow`, `countersign-google`).
//! - Encryption (JWE), `none`, detached and unencoded payloads.
//! - I/O and time: the crate is `no_std` and is given both.
//!
//! # Example
//!
//! ```
//! # #[cfg(feature = "aws-lc-rs")] {
//! use countersign_jwt::{Algorithm, Backend, Claims, Header, PrivateKey, SigningKey, sign};
//! use countersign_token::Timestamp;
//!
//! let key = PrivateKey::from_jwk(br#"{
//!     "kty": "OKP", "crv": "Ed25519", "kid": "a1",
//!     "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
//!     "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
//! }"#)?;
//! let key = SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs)?;
//!
//! let now = Timestamp::from_unix(1_700_000_000);
//! let claims = Claims::new().with_issuer("robot").with_audience("https://issuer.example").with_issued_at(now);
//! let token = sign(&Header::jwt(), &claims, &key)?;
//! // {"alg":"EdDSA","typ":"JWT","kid":"a1"}
//! assert!(token.expose().starts_with("eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImExIn0."));
//! # }
//! # Ok::<(), countersign_jwt::Error>(())
//! ```
//!
//! # Limitations
//!
//! RSA keys have two primes and 2048 to 8192 bits; curves are P-256, P-384 and Ed25519.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(any(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto")),
    expect(dead_code, reason = "only a library of arithmetic looks into a private key")
)]

extern crate alloc;

mod algorithm;
mod backend;
pub mod base64url;
mod claim_fault;
mod claims;
mod der;
mod error;
mod header;
mod jwk;
mod key_fault;
mod key_kind;
mod pem;
mod private_key;
mod signer;
mod signing_key;
mod token_fault;
mod unsigned;
mod unverified;
#[cfg(feature = "verify")]
mod verification;

pub use algorithm::Algorithm;
pub use backend::Backend;
pub use claim_fault::ClaimFault;
pub use claims::Claims;
pub use error::Error;
pub use header::Header;
pub use jwk::Jwk;
pub use key_fault::KeyFault;
pub use key_kind::KeyKind;
pub use private_key::PrivateKey;
pub use signer::{FromFn, Signer, from_fn};
pub use signing_key::SigningKey;
pub use token_fault::{Segment, TokenFault};
pub use unsigned::{Unsigned, sign};
pub use unverified::Unverified;
#[cfg(feature = "verify")]
pub use verification::{Answer, Expected, KeyCache, KeySet, Verified, VerifyingKey};

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
