use alloc::{string::String, vec::Vec};

use countersign_token::{Secret, Timestamp};

use crate::{Digest, RedirectRule};

/// A registered OAuth 1.0a client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Consumer {
    /// The identifier, sent as `oauth_consumer_key`.
    pub identifier: String,
    /// The name that is shown to the person who is asked.
    pub name: String,
    /// The shared secret.
    pub secret: Secret,
    /// Where answers may be sent; `oob` is always allowed.
    pub callbacks: Vec<RedirectRule>,
}

impl Consumer {
    /// A client with its shared secret.
    pub fn new(
        identifier: impl Into<String>,
        name: impl Into<String>,
        secret: impl Into<Secret>,
        callbacks: impl IntoIterator<Item = RedirectRule>,
    ) -> Self {
        Self {
            identifier: identifier.into(),
            name: name.into(),
            secret: secret.into(),
            callbacks: callbacks.into_iter().collect(),
        }
    }
}

/// How the verifier gets to the client (RFC 5849 §2.1 `oauth_callback`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the RFC knows these two")]
pub enum Callback {
    /// The person carries it.
    OutOfBand,
    /// By redirect to this URI.
    Uri(String),
}

/// Who approved temporary credentials, and the verifier that proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Approval {
    /// Who approved.
    pub user: String,
    /// The digest of the verifier.
    pub verifier: Digest,
}

/// Temporary credentials as they are kept.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct Temporary {
    /// The client they were issued to.
    pub consumer: String,
    /// The shared secret.
    pub secret: Secret,
    /// How the verifier gets to the client.
    pub callback: Callback,
    /// Who approved, when somebody did.
    pub approval: Option<Approval>,
    /// How often a verifier was tried.
    pub attempts: u8,
    /// When they stop being good.
    pub expires: Timestamp,
    /// Whether they were exchanged.
    pub spent: bool,
}

/// Token credentials as they are kept.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a store that leaves a field out would lose it")]
pub struct TokenPair {
    /// The client they were issued to.
    pub consumer: String,
    /// The shared secret.
    pub secret: Secret,
    /// The person they speak for.
    pub user: String,
}
