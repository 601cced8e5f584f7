//! The paved path: credentials obtained, kept and refreshed once, for any request.
//!
//! # In scope
//!
//! - [`blocking::Client`]: a transport and a store joined; accounts by name, login, logout, credentials and
//!   sources from elsewhere.
//! - [`blocking::Handle`]: authorizes any request, whatever the kind of credential, and refreshes it once:
//!   one request for all threads, and, by the store's lease, for all programs.
//! - [`LoginOptions`], [`Prompt`] and [`LoginEvent`]: a person's login as data and events; nothing is printed.
//!
//! # Out of scope
//!
//! - HTTP and storage: adapters such as `countersign-transport-ureq` and `countersign-store-file`.
//! - What happens once to a credential, such as the migration of OAuth 1.0a to OAuth 2.0 and the question what a
//!   token reaches: flows of `countersign-flow`, which run over any transport.
//! - The protocols (`countersign-flow`), the listener and the browser (`countersign-loopback`).
//!
//! # Example
//!
//! ```
//! use countersign_client::blocking;
//! use countersign_store::MemoryStore;
//! use countersign_token::{ClientCredentials, Credential, TokenCredentials};
//! # use countersign_transport::ScriptedTransport;
//! # use http::{Request, Response};
//!
//! # let transport = ScriptedTransport::new().answer(|request| {
//! #     assert!(request.headers()["authorization"].to_str().unwrap().starts_with("OAuth "));
//! #     Ok(Response::new(b"[]".to_vec()))
//! # });
//! let client = blocking::Client::new(transport, MemoryStore::new());
//! let calendar = client.keep("batch", Credential::oauth1(
//!     ClientCredentials::new("ck", "cs"),
//!     TokenCredentials::new("tk", "ts"),
//! ))?;
//! let request = Request::get("https://api.example/events").body(Vec::<u8>::new())?;
//! # #[cfg(feature = "oauth1")]
//! assert_eq!(calendar.send(request)?.body(), b"[]");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! - The blocking face only.
//! - A handle authorizes requests to any `https` or loopback address: which addresses a credential is for is
//!   not known to it.
//! - ID tokens are kept unverified, and name no account.
//! - A client remembers each account that it was asked for, as long as it lives.
//! - A rotated refresh token, or token credentials had by a session of OAuth 1.0a, that the store refuses live in
//!   the memory of their client until the store takes them.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod authorize;
mod block_on;
pub mod blocking;
mod engine;
mod error;
mod flight;
mod freshness;
mod login;
mod logout;
mod token;
mod user_agent;
mod vault;
mod world;

pub use countersign_loopback::Opener;
pub use error::{Error, ErrorKind};
pub use login::{ClientSecretsError, Fault, LoginEvent, LoginOptions, Prompt, Server};
#[cfg(feature = "oauth1")]
pub use login::{OAuth1Login, RevocationMethod};
pub use logout::{LoggedOut, LogoutOptions};
pub use token::Token;
