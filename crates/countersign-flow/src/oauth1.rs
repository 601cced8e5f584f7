//! The three-legged login of OAuth 1.0a (RFC 5849 §2), one file per state, and what comes after it.
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
//! Afterwards a [`Signatory`] signs for the account: a [`SessionRefresh`] gets new credentials for those that
//! end, a [`Migration`] exchanges them for OAuth 2.0 tokens, [`TokenInfoRequest`] and [`TokenRevocation`] ask
//! about them and end them. Each is a flow.
//!
//! Requests are signed in the header. None is sent twice with one signature: it is signed anew, and only after
//! a failure that certainly came before the first byte, or once by the server's clock if the caller wants that.
//! A refusal is [`Error::Refused`](crate::Error::Refused), and [`Advice::of`] says what helps.
//!
//! ```
//! use countersign_flow::oauth1::{Endpoints, LoginRequest};
//! use countersign_token::{ClientCredentials, Timestamp};
//! use countersign_wire::flow::{Env, Flow, Input, Step};
//!
//! # let entropy = |out: &mut [u8]| { out.fill(7); Ok(()) };
//! # let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &entropy };
//! # let form = |text: &str| Input::Response(http::Response::new(text.as_bytes().to_vec()));
//! let endpoints =
//!     Endpoints::new("https://sp.example/initiate", "https://sp.example/authorize", "https://sp.example/token")?;
//! let client = ClientCredentials::new("ck", "cs");
//!
//! let mut flow = LoginRequest::new(&endpoints, &client).begin()?;
//! let Step::Send(request) = flow.step(Input::Start, &env)? else { panic!("a request comes first") };
//! assert_eq!(request.uri(), "https://sp.example/initiate");
//! let answer = form("oauth_token=hh5s93j4&oauth_token_secret=hdhd0244&oauth_callback_confirmed=true");
//! let Step::Done((url, pending)) = flow.step(answer, &env)? else { panic!("the answer is complete") };
//! assert_eq!(url, "https://sp.example/authorize?oauth_token=hh5s93j4");
//!
//! let mut flow = pending.verifier("473829")?.redeem()?;
//! let Step::Send(request) = flow.step(Input::Start, &env)? else { panic!("a request comes first") };
//! assert_eq!(request.uri(), "https://sp.example/token");
//! let answer = form("oauth_token=nnch734d&oauth_token_secret=pfkkdhi9&user_id=7");
//! let Step::Done(redeemed) = flow.step(answer, &env)? else { panic!("the answer is complete") };
//! assert_eq!(redeemed.extra.text("user_id"), Some("7"));
//! # Ok::<(), countersign_flow::Error>(())
//! ```

mod advice;
mod answer;
mod clock;
mod confirmation;
mod endpoints;
mod migration;
mod pending;
mod redemption;
mod request;
mod session;
mod session_refresh;
mod signatory;
mod signed;
mod signing;
mod token_info;
mod token_revocation;

pub use advice::Advice;
pub use clock::server_time;
pub use confirmation::CallbackConfirmed;
pub use endpoints::Endpoints;
pub use migration::{Migrated, Migration};
pub use pending::{Callback, PendingLogin};
pub use redemption::{AuthorizedLogin, Redeemed, TokenCredentialsRequest};
pub use request::{LoginRequest, TemporaryCredentialsRequest};
pub use session::Session;
pub use session_refresh::SessionRefresh;
pub use signatory::Signatory;
pub use token_info::{TokenInfo, TokenInfoRequest};
pub use token_revocation::TokenRevocation;
