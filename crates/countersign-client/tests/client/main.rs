//! The client, in virtual time, against a server that answers by a script.

mod accounts;
mod client_secrets;
mod flight;
mod login;
#[cfg(feature = "oauth1")]
mod oauth1;
mod refresh;
mod requests;
mod resources;
mod scene;
mod store_failures;
