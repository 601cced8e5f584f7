//! OAuth client protocol without I/O: every grant and endpoint as a flow.
//!
//! # In scope
//!
//! - The authorization code grant with PKCE: [`AuthorizationRequest`], [`PendingAuthorization`],
//!   [`AuthorizedCode`]; pushed ([`PushedAuthorization`], RFC 9126) or not.
//! - [`DeviceAuthorization`] (RFC 8628), [`Refresh`], [`ClientCredentialsGrant`], [`JwtBearerGrant`] (RFC 7523),
//!   [`TokenExchange`] (RFC 8693).
//! - [`Revocation`] (RFC 7009), [`Introspection`] (RFC 7662), [`UserInfo`], [`Registration`] (RFC 7591),
//!   [`Discovery`] (RFC 8414), [`ResourceDiscovery`] (RFC 9728).
//! - Client authentication by secrets and by assertions: [`ClientRegistration`], [`ClientAuthenticated`],
//!   [`assertion`]; tokens bound to a key: [`dpop`] (RFC 9449).
//! - The two small traits by which credentials are used: [`Source`], how a fresh token is got, and
//!   [`Authorize`], how a credential is put on a request.
//! - With the feature `jwt`: assertions and proofs signed by a key of this process, ID tokens verified.
//! - [`agent`], the sequence of the Model Context Protocol; [`profile`], ten providers as data; [`hint`].
//! - With the feature `oauth1`: the three-legged login of OAuth 1.0a, its request authorization, the refresh of
//!   sessions, the migration to OAuth 2.0, token info and revocation.
//!
//! # Out of scope
//!
//! - Sending anything: a flow says what to send, a driver of `countersign-transport` or a loop does it.
//! - Keeping anything, and deciding when to refresh (`countersign-client`).
//! - The implicit and password grants, and PKCE `plain`: they cannot be spelled.
//!
//! # Example
//!
//! ```
//! use countersign_flow::{AuthorizationRequest, AuthorizationServer, Callback, ClientRegistration};
//! use countersign_flow::PendingAuthorization;
//! use countersign_token::Timestamp;
//! use countersign_wire::flow::{Env, Flow, Input, Step};
//!
//! # let entropy = |out: &mut [u8]| { out.fill(7); Ok(()) };
//! # let env = Env { now: Timestamp::from_unix(1_700_000_000), entropy: &entropy };
//! let server = AuthorizationServer::new("https://as.example", "https://as.example/token")?
//!     .with_authorization_endpoint("https://as.example/authorize")?;
//! let client = ClientRegistration::public("demo").with_redirect_uri("http://127.0.0.1:4711/");
//!
//! let (url, pending) = AuthorizationRequest::new(&server, &client).scopes("files mail").begin(&env)?;
//! assert!(url.contains("code_challenge_method=S256"));
//!
//! // The answer may arrive in another process.
//! let blob = pending.to_blob();
//! # let state = pending.state().expose().to_string();
//! # let query = format!("code=SplxlOBe&state={state}");
//! let Callback::Ours(code) = PendingAuthorization::from_blob(&blob)?.callback(&query)? else {
//!     panic!("the state is ours");
//! };
//! let mut redemption = code.redeem();
//! let Step::Send(request) = redemption.step(Input::Start, &env)? else { panic!("a request comes first") };
//! assert_eq!(request.uri(), "https://as.example/token");
//! let answer = br#"{"access_token":"2YotnFZFE","token_type":"bearer","expires_in":3600}"#;
//! let Step::Done(redeemed) = redemption.step(Input::Response(http::Response::new(answer.to_vec())), &env)?
//! else { panic!("the answer is complete") };
//! assert_eq!(redeemed.tokens.access.scopes.to_string(), "files mail");
//! # Ok::<(), countersign_flow::Error>(())
//! ```
//!
//! # Limitations
//!
//! - ID tokens are verified with the feature `jwt` only (module `id_token`), and handed on unverified otherwise.
//! - Signed request objects (RFC 9101), registration management (RFC 7592), logout at the server and mutual TLS
//!   (RFC 8705) are refused by name ([`Misuse::NotSupported`](error::Misuse)).

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;

pub mod agent;
pub mod assertion;
mod authorization_code;
pub mod authorize;
mod blob;
mod client;
mod client_credentials;
mod device;
mod discovery;
pub mod dpop;
mod endpoint;
pub mod error;
mod exchange;
mod grant;
pub mod hint;
#[cfg(feature = "jwt")]
pub mod id_token;
mod introspection;
mod jwt_bearer;
#[cfg(feature = "oauth1")]
pub mod oauth1;
pub mod pkce;
pub mod profile;
mod refresh;
mod registration;
mod revocation;
mod server;
pub mod source;
mod token_exchange;
mod user_info;

pub use assertion::AssertionSource;
pub use authorization_code::{
    AuthorizationDetails, AuthorizationRequest, AuthorizedCode, Callback, PendingAuthorization, Pushed,
    PushedAuthorization, Redemption,
};
#[cfg(feature = "oauth1")]
pub use authorize::OAuth1;
pub use authorize::{Authorization, Authorize, Bearer, Payload, RequestView};
pub use client::{
    AssertionMethod, ClientAssertion, ClientAuthenticated, ClientAuthentication, ClientRegistration,
};
pub use client_credentials::ClientCredentialsGrant;
pub use device::{DeviceAuthorization, DeviceGrantName, DevicePolling, PendingDevice};
pub use discovery::{Discovery, ResourceDiscovery};
pub use dpop::{DPoP, ProofKey};
pub use endpoint::Endpoint;
pub use error::Error;
pub use grant::Redeemed;
pub use introspection::{Introspected, Introspection};
pub use jwt_bearer::{IssuedIdToken, JwtBearerGrant, JwtBearerIdToken, JwtBearerSource};
pub use refresh::Refresh;
pub use registration::{Registered, Registration};
pub use revocation::{Revocation, Revoked};
pub use server::AuthorizationServer;
pub use source::{BoxFlow, ClientCredentialsSource, RefreshSource, Source};
pub use token_exchange::{Exchanged, IssuedToken, SecurityToken, TokenExchange, token_type};
pub use user_info::{UserClaims, UserInfo};
