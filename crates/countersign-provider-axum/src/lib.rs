//! The Countersign provider as axum routes and pages, and ready to run.
//!
//! # In scope
//!
//! - [`Service`]: the routes of [`countersign_provider`], login and consent pages without JavaScript, and a
//!   sample API that both generations of OAuth open.
//! - [`serve()`] on a listener of yours, and [`embedded::Server`] with a thread of its own.
//! - [`Config::demo`]: people, clients and files to try things with.
//!
//! # Out of scope
//!
//! - Keeping anything: state is in memory and gone with the process.
//! - Managing people: they are those of the [`Config`].
//!
//! # Example
//!
//! ```
//! use std::{io::{Read, Write}, net::TcpStream};
//! use countersign_provider_axum::embedded::Server;
//!
//! let server = Server::start_demo(0)?;
//! let mut socket = TcpStream::connect(server.address())?;
//! write!(socket, "GET /me HTTP/1.0\r\nHost: {}\r\n\r\n", server.address())?;
//! let mut answer = String::new();
//! socket.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.0 401 "));
//! assert!(answer.contains("www-authenticate: Bearer realm="));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! Passwords stand in the configuration in clear, so this is for demonstrations, tests and development.
//! `/.well-known/openid-configuration` is not served, because there are no ID tokens.
//! Header and body sizes and the time for a body are limited, the number of connections is not: put a proxy
//! in front.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempts;
mod config;
pub mod embedded;
mod error;
mod exchange;
mod page;
mod person;
mod routes;
mod sample;
mod seed;
mod serve;
mod service;
mod session;

pub use config::{Account, Config, SampleFile};
pub use error::{Error, ErrorKind};
pub use serve::serve;
pub use service::Service;
