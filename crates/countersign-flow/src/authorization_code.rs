//! The authorization code grant with PKCE (RFC 6749 §4.1, RFC 7636), one file per state.
//!
//! ```text
//! AuthorizationRequest ──begin──► PendingAuthorization ──callback──► AuthorizedCode ──redeem──► Redemption
//!                                   │      ▲     │                                              (a Flow)
//!                                to_blob from_blob└─ NotOurs: the pending login comes back
//! ```

mod callback;
mod details;
mod pending;
mod pushed;
mod query;
mod redemption;
mod request;

pub use callback::Callback;
pub use details::AuthorizationDetails;
pub use pending::PendingAuthorization;
pub use pushed::{Pushed, PushedAuthorization};
pub(crate) use query::parse as parse_callback;
pub use redemption::{AuthorizedCode, Redemption};
pub use request::AuthorizationRequest;
