//! An OAuth server without I/O: OAuth 2.0 authorization server, OAuth 1.0a service provider, resource check.
//!
//! # In scope
//!
//! - OAuth 2.0: authorization code with PKCE, refresh with rotation, client credentials, revocation
//!   (RFC 7009), metadata (RFC 8414), `iss` in every answer (RFC 9207).
//! - OAuth 1.0a: temporary credentials, authorization with callback and `oob`, token credentials, by
//!   HMAC-SHA1, -SHA256, -SHA512 and PLAINTEXT; a signed revocation, which is an extension of ours.
//! - The [`check`](Provider::check) of a request to a resource, and the typed refusal with its challenge.
//! - [`State`]: what is kept, behind small traits with consume-once operations, and [`Memory`].
//! - Counted [`Events`] without secrets, and [`Fault`]s for tests.
//!
//! # Out of scope
//!
//! - Who a person is and whether they consent: that is asked of the host.
//! - Sockets, pages, clocks, randomness: the crate is `no_std` and cannot name them.
//!
//! # Example
//!
//! ```
//! use countersign_provider::{Config, Memory, Provider, RedirectRule, RegisteredClient, User};
//! use countersign_token::Timestamp;
//! use countersign_wire::flow::Env;
//!
//! let mut memory = Memory::new(1000);
//! memory.add_user(User::new("1", "alice"));
//! memory.add_client(RegisteredClient::public("app", "An app", [RedirectRule::AnyLoopback]));
//! let config = Config::new("http://127.0.0.1:8080")?.with_scopes([("profile", "See who you are")]);
//! let mut provider = Provider::new(config, memory.into());
//!
//! // Never a constant outside an example.
//! let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &|out: &mut [u8]| Ok(out.fill(7)) };
//! let request = http::Request::post("/token")
//!     .header("content-type", "application/x-www-form-urlencoded")
//!     .body(b"grant_type=authorization_code&client_id=app&code=guessed".to_vec())?;
//! let answer = provider.token(&request, &env);
//! assert_eq!(answer.response().unwrap().status(), 400);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Limitations
//!
//! Access tokens are opaque. There is no OpenID Connect, no device grant, no pushed or signed request, no
//! DPoP and no `resource`: what is asked for and not there is refused with the error its RFC names.

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

mod answer;
mod check;
mod client;
mod config;
mod digest;
mod error;
mod event;
mod fault;
mod oauth1;
mod oauth2;
mod provider;
mod random;
mod redirect;
pub mod state;
mod user;

pub use answer::{Answer, Page, Reply};
pub use check::Identity;
pub use client::{GrantKind, RegisteredClient};
pub use config::{Config, Lifetimes, ScopeInfo};
pub use digest::Digest;
pub use error::Error;
pub use event::{Endpoint, Event, Events, Outcome};
pub use fault::{Fault, Planted};
pub use provider::{Authorization, AuthorizationRequest, Provider};
pub use redirect::RedirectRule;
pub use state::{Memory, State};
pub use user::User;
