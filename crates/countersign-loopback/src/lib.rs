//! The redirect listener, the browser opener and paste-back for native OAuth logins (RFC 8252), usable with
//! any OAuth library.
//!
//! # In scope
//!
//! - [`Listener`]: waits on a loopback address for the browser to come back with the server's answer.
//! - [`open_browser`]: hands an authorization address to the person's browser, and nothing else to anything.
//! - [`paste`]: understands the address or code a person pastes where no browser can reach the listener.
//!
//! # Out of scope
//!
//! - OAuth itself. The listener does not know which answer is awaited: whoever calls
//!   [`wait`](Listener::wait) judges each [`Callback`], by its `state` or its OAuth 1.0a token.
//! - Randomness: the random part of the path comes from the caller.
//! - The environment: which browser to start is the caller's decision.
//!
//! # Example
//!
//! ```
//! use core::time::Duration;
//! use std::{io::Write, net::TcpStream};
//! use countersign_loopback::{Listener, Options, Verdict};
//!
//! let listener = Listener::bind(&Options::new("Example", "/callback/gX1DCpWiC0wM2wb6ZzvUGQ"))?;
//! assert!(listener.redirect_uri().starts_with("http://127.0.0.1:"));
//!
//! // The browser's part: it comes back with an answer.
//! let address = listener.local_addr();
//! let browser = std::thread::spawn(move || {
//!     let path = "/callback/gX1DCpWiC0wM2wb6ZzvUGQ?code=SplxlOBe&state=xyz";
//!     let mut stream = TcpStream::connect(address)?;
//!     write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
//!     std::io::read_to_string(stream)
//! });
//!
//! // The program's part: the answer is ours if it bears our state, and everything else is waited out.
//! let code = listener.wait(Duration::from_secs(300), |callback| {
//!     match (callback.parameter("state"), callback.parameter("code")) {
//!         (Some(state), Some(code)) if state == "xyz" => Verdict::Ours(code),
//!         _ => Verdict::NotOurs,
//!     }
//! })?;
//! assert_eq!(code, "SplxlOBe");
//! assert!(browser.join().unwrap()?.starts_with("HTTP/1.1 200 OK\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! - The answer leaves the address bar by a fixed one-line script; a browser that runs no scripts keeps
//!   showing it. By then the answer has been used and the listener is gone.
//! - Any program of the same machine can connect to a loopback address. The path, the `Host` header and
//!   above all the caller's judgement keep a stranger's answer out; nothing keeps a stranger from knocking.
//! - An answer passes through memory that is not wiped: the standard library offers no means to.
//! - Linux is tested; macOS and Windows are written to their documentation.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod callback;
mod error;
mod listener;
mod opener;
pub mod paste;
mod url;

pub use callback::Callback;
pub use error::{Error, ErrorKind, UrlFault};
pub use listener::{Canceller, Listener, Options, Verdict};
pub use opener::{Opener, open_browser, open_browser_without};
