//! The contract to send a request, and what drives a flow: transports, limits, clocks, sleeps.
//!
//! # In scope
//!
//! - [`Transport`] and [`AsyncTransport`], their [`Error`], [`Limits`] and the [`policy`] on addresses.
//! - [`Clock`], [`Sleep`] and [`AsyncSleep`] with the system's own, gathered in a [`Host`].
//! - [`drive`] and [`drive_async`], which carry any [`Flow`](countersign_wire::flow::Flow) to its end.
//! - Doubles: [`ScriptedTransport`] and [`VirtualTime`]; and the [`conformance`] suite for transports.
//!
//! # Out of scope
//!
//! - HTTP itself: an adapter such as `countersign-transport-ureq` brings it.
//! - What is sent and why (`countersign-flow`), and where credentials are kept (`countersign-store`).
//!
//! # Example
//!
//! ```
//! use countersign_transport::{ScriptedTransport, Transport};
//! use http::{Request, Response};
//!
//! let transport = ScriptedTransport::new().respond(Response::new(b"hello".to_vec()));
//! let request = Request::get("https://example.com/greeting").body(Vec::new())?;
//! assert_eq!(transport.send(request)?.into_body(), b"hello");
//! assert_eq!(transport.requests().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! Requests and responses are whole in memory, within [`Limits::response_bytes`]: this is a contract for
//! the small messages of OAuth, not for downloads.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod async_transport;
mod clock;
pub mod conformance;
mod drive;
mod error;
mod host;
mod limits;
pub mod policy;
mod ready;
mod scripted;
mod sleep;
mod transport;
mod virtual_time;

pub use async_transport::{AsyncTransport, BoxFuture, FromAsyncFn, from_async_fn};
pub use clock::{Clock, SystemClock};
pub use drive::{drive, drive_async};
pub use error::{Error, ErrorKind};
pub use host::Host;
pub use limits::Limits;
pub use ready::Ready;
pub use scripted::ScriptedTransport;
pub use sleep::{AsyncSleep, Sleep, SystemSleep};
pub use transport::{FromFn, Transport, from_fn};
pub use virtual_time::VirtualTime;
