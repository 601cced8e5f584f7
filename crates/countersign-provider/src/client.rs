use alloc::{string::String, vec::Vec};

use countersign_token::{ClientId, Scopes, Secret};

use crate::{Digest, RedirectRule};

/// How a token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GrantKind {
    /// A code from the authorization endpoint (RFC 6749 §4.1).
    AuthorizationCode,
    /// A refresh token (RFC 6749 §6).
    RefreshToken,
    /// The client for itself (RFC 6749 §4.4).
    ClientCredentials,
}

impl GrantKind {
    pub(crate) const ALL: [Self; 3] = [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials];

    /// The `grant_type` of this kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The kind of this `grant_type`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A registered OAuth 2.0 client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client identifier.
    pub id: ClientId,
    /// The name that is shown to the person who is asked.
    pub name: String,
    /// The secret of a confidential client, which must then be presented by header or body.
    pub secret: Option<Secret>,
    /// Where answers may be sent.
    pub redirects: Vec<RedirectRule>,
    /// How the client may ask for tokens.
    pub grants: Vec<GrantKind>,
    /// The scopes it may ask for; `None` for every scope the provider knows. A request without a scope asks for
    /// all of them, and the person sees each.
    pub scopes: Option<Scopes>,
}

impl RegisteredClient {
    /// A client that keeps no secret: code and refresh.
    pub fn public(
        id: impl Into<ClientId>,
        name: impl Into<String>,
        redirects: impl IntoIterator<Item = RedirectRule>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            secret: None,
            redirects: redirects.into_iter().collect(),
            grants: [GrantKind::AuthorizationCode, GrantKind::RefreshToken].into(),
            scopes: None,
        }
    }

    /// A client with a secret: code, refresh and client credentials.
    pub fn confidential(
        id: impl Into<ClientId>,
        name: impl Into<String>,
        secret: impl Into<Secret>,
        redirects: impl IntoIterator<Item = RedirectRule>,
    ) -> Self {
        Self {
            secret: Some(secret.into()),
            grants: GrantKind::ALL.into(),
            ..Self::public(id, name, redirects)
        }
    }

    pub(crate) fn may(&self, grant: GrantKind) -> bool {
        self.grants.contains(&grant)
    }
}

/// Compares secrets by their digests, so that not even the length shows in the time it takes.
///
/// Without a client the same work is done and the answer is no.
pub(crate) fn authenticates(client: Option<&RegisteredClient>, presented: Option<&Secret>) -> bool {
    let given = Digest::of(presented.map_or("", Secret::expose));
    let kept = Digest::of(client.and_then(|client| client.secret.as_ref()).map_or("", Secret::expose));
    let same = given.ct_eq(&kept);
    // A public client presents nothing, or an empty secret; then both digests are of the empty text.
    // Registered as empty, a secret would be one that everybody knows.
    let sound = client.is_some_and(|client| client.secret.as_ref().is_none_or(|secret| !secret.is_empty()));
    sound && same
}
