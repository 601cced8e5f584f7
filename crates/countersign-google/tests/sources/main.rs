//! Credential files and the conversations that begin with them, played to scripts.

mod authorized_user;
mod client_secrets;
mod default_credentials;
mod external_account;
mod google_auth;
mod identity;
mod impersonation;
mod metadata;
mod service_account;
mod support;
