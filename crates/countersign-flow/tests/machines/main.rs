//! Each machine, step by step, without a socket.

mod authorization_code;
mod authorize;
mod callback;
mod client;
mod client_credentials;
mod discovery;
mod endpoint;
mod jwt_bearer;
#[cfg(feature = "oauth1")]
mod oauth1;
mod pkce;
mod program;
mod refresh;
mod revocation;
mod scripts;
mod source;
mod support;
mod token_exchange;
