use crate::{AccessToken, Extra, Secret};

/// A refresh token (RFC 6749 §1.5): what a program keeps for years.
#[derive(Clone, Debug)]
pub struct RefreshToken(Secret);

impl RefreshToken {
    /// Takes over a refresh token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(token.into())
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// An ID token (OpenID Connect Core §2), as it was received and not yet verified.
#[derive(Clone, Debug)]
pub struct IdToken(Secret);

impl IdToken {
    /// Takes over an ID token.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self(token.into())
    }

    /// The token itself.
    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// What one token response granted (RFC 6749 §5.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenSet {
    /// The access token.
    pub access: AccessToken,
    /// A refresh token, when the server sent one that is not empty.
    pub refresh: Option<RefreshToken>,
    /// An ID token, when the server sent one.
    pub id_token: Option<IdToken>,
    /// Everything else it sent.
    pub extra: Extra,
}

impl TokenSet {
    /// A set that is an access token and nothing else.
    pub fn new(access: AccessToken) -> Self {
        Self { access, refresh: None, id_token: None, extra: Extra::new() }
    }
}
