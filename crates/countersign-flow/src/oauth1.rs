//! The three-legged login of OAuth 1.0a (RFC 5849 §2), one file per state.
//!
//! ```text
//! LoginRequest ──begin──► TemporaryCredentialsRequest ──► (address, PendingLogin)
//!                         (a Flow)                               │  ▲
//!                                        callback or verifier ◄──┘  └── NotOurs
//!                                                 │
//!                                          AuthorizedLogin ──redeem──► TokenCredentialsRequest
//!                                                                      (a Flow)
//! ```
//!
//! Requests are posted and signed in the header. None is sent twice with one signature: it is signed anew,
//! and only after a failure that certainly came before the first byte.

mod answer;
mod confirmation;
mod endpoints;
mod pending;
mod redemption;
mod request;
mod signed;

pub use confirmation::CallbackConfirmed;
pub use endpoints::Endpoints;
pub use pending::{Callback, PendingLogin};
pub use redemption::{AuthorizedLogin, Redeemed, TokenCredentialsRequest};
pub use request::{LoginRequest, TemporaryCredentialsRequest};
