//! Blocking HTTP transport for Countersign on ureq.
//!
//! # In scope
//!
//! - [`Ureq`], a [`Transport`](countersign_transport::Transport) over HTTP/1.1 and TLS 1.2 or 1.3, with
//!   rustls on aws-lc-rs and Mozilla's root certificates.
//!
//! # Out of scope
//!
//! - Redirects, retries, cookies, compression: the contract rules them out.
//! - Proxy settings from the environment: nothing ambient is read; see [`Ureq::with_proxy`].
//!
//! # Example
//!
//! ```
//! use countersign_transport::{ErrorKind, Limits, Transport};
//! use countersign_transport_ureq::Ureq;
//! use http::Request;
//!
//! let transport = Ureq::new(Limits::default())?;
//! let clear_text = Request::get("http://example.com/token").body(Vec::new())?;
//! assert_eq!(transport.send(clear_text).unwrap_err().kind(), ErrorKind::Refused);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! - One thread is held for each request, and one more, shortly, while a name is resolved.
//! - A proxy is reached by `CONNECT` over HTTP or HTTPS; SOCKS is not spoken.
//! - The error of a certificate says what is wrong with it, not what stands in it.
//! - The time limits do not bind a proxy that drips its answer to `CONNECT` byte by byte.
//! - At the level `trace` of the `log` crate, ureq writes every byte it sends and receives to the log; while
//!   that level is on for `ureq` or `ureq_proto`, requests are refused. In `env_logger`'s words:
//!   `trace,ureq=debug,ureq_proto=debug`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod error;
mod transport;

pub use transport::Ureq;
