//! Google's dialect: credential files, service accounts, the metadata server and impersonation, without a socket.
//!
//! # In scope
//!
//! - [`ClientSecrets`]: `client_secret.json`, with messages that say what is wrong.
//! - [`ServiceAccount`]: access tokens by the JWT bearer grant, for itself or for a user; ID tokens for an
//!   audience; [`SelfSigned`] requests, for which no server is asked; signatures of bytes.
//! - [`AuthorizedUser`], [`ExternalAccount`] and impersonated service accounts from their files:
//!   [`Credentials`] is any of them.
//! - [`Impersonation`], with delegates, ID tokens and signatures made at Google.
//! - [`MetadataServer`]: detection, access and ID tokens, and what else it knows.
//! - [`DefaultCredentials`]: Application Default Credentials in Google's order; an [`Environment`] may be in
//!   memory.
//! - [`TrustedHosts`]: to which hosts a credential file may send its secrets; [`QuotaProject`].
//!
//! # Out of scope
//!
//! - Sending, keeping and sharing tokens: `countersign-client`, by the key of each source.
//! - The login of a user: `countersign-flow` and its profile of Google.
//!
//! # Example
//!
//! ```
//! use countersign_flow::Source;
//! use countersign_google::{ServiceAccount, ServiceAccountKey, TrustedHosts};
//! # use countersign_jwt::{Algorithm, Signer};
//! # struct Elsewhere;
//! # impl Signer for Elsewhere {
//! #     fn algorithm(&self) -> Algorithm { Algorithm::Rs256 }
//! #     fn sign(&self, _: &[u8]) -> Result<Vec<u8>, countersign_jwt::Error> { Ok(vec![0; 256]) }
//! # }
//!
//! // `ServiceAccount::from_file("key.json")` where the key is in a file.
//! let endpoint = countersign_flow::Endpoint::new("token_endpoint", countersign_google::endpoints::TOKEN)?;
//! let robot = ServiceAccount::new("robot@demo.iam.gserviceaccount.com", Elsewhere, endpoint)
//!     .scopes(["https://www.googleapis.com/auth/drive"]);
//! let for_ann = robot.clone().subject("ann@example.com");
//! assert_ne!(robot.key(), for_ann.key());
//! # Ok::<(), countersign_flow::Error>(())
//! ```
//!
//! # Limitations
//!
//! - External accounts of AWS, by executables and with certificates, accounts of Google Distributed Cloud, and
//!   metadata servers behind mutual TLS are refused by name ([`Unsupported`]).
//! - The App Engine step of the default credentials is not there: its first generation is gone.
//! - A self-signed token is signed for each request.
//! - Key files are JSON; a PKCS#12 key is read by `countersign-jwt` and given to [`ServiceAccount::new`].
//! - Files are of at most 64 KiB, without repeated names. The file with an external account's token is read from
//!   the machine, whatever the [`Environment`].

#![cfg_attr(docsrs, feature(doc_cfg))]

mod authorized_user;
mod call;
mod client_secrets;
mod credentials;
mod default_credentials;
pub mod endpoints;
mod environment;
mod error;
mod external_account;
mod file_kind;
mod fingerprint;
mod id_token;
mod impersonation;
mod map;
mod members;
mod metadata;
mod quota_project;
mod scope_names;
mod service_account;
mod trusted_hosts;

pub use authorized_user::AuthorizedUser;
pub use client_secrets::{ClientKind, ClientSecrets};
pub use credentials::{Credentials, ImpersonatedServiceAccount};
pub use default_credentials::DefaultCredentials;
pub use environment::{Environment, MemoryEnvironment, SystemEnvironment};
pub use error::{Error, ErrorKind, Unsupported};
pub use external_account::ExternalAccount;
pub use file_kind::FileKind;
pub use impersonation::{BlobSignature, ImpersonatedIdToken, Impersonation};
pub use metadata::{MetadataDetection, MetadataIdToken, MetadataServer, MetadataSource, MetadataValue};
pub use quota_project::QuotaProject;
pub use service_account::{
    SelfSigned, SelfSignedAudience, ServiceAccount, ServiceAccountIdToken, ServiceAccountKey,
};
pub use trusted_hosts::TrustedHosts;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
