//! The OAuth 1.0a service provider (RFC 5849): one file per leg.

mod authorize;
mod report;
mod resource;
mod revoke;
mod signed;
mod temporary;
mod token;

pub(crate) use authorize::TemporaryRequest;
