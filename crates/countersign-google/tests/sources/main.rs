//! Credential files and the conversations that begin with them, played to scripts.

mod client_secrets;
mod service_account;
mod support;
