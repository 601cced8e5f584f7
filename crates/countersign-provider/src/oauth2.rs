//! The OAuth 2.0 authorization server: one file per endpoint and per grant.

mod authorize;
mod client_authentication;
mod client_credentials;
mod code;
mod metadata;
mod refresh;
mod refusal;
mod revoke;
mod token;

pub(crate) use authorize::CodeRequest;
