//! Each machine, step by step, without a socket.

mod agent;
mod authorization_code;
mod authorize;
mod callback;
mod client;
mod client_credentials;
mod device;
mod discovery;
mod dpop;
mod endpoint;
mod hint;
#[cfg(feature = "jwt")]
mod id_token;
mod introspection;
mod jwt_bearer;
#[cfg(feature = "oauth1")]
mod oauth1;
mod pkce;
mod profile;
mod program;
mod pushed;
mod refresh;
mod registration;
mod resource_discovery;
mod revocation;
mod scripts;
#[cfg(feature = "jwt")]
mod signed;
mod source;
mod support;
mod token_exchange;
mod user_info;
