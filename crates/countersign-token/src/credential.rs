use alloc::{string::String, vec::Vec};

use crate::{
    AccessToken, Client, ClientCredentials, ClientId, Extra, IdToken, RefreshToken, Scopes, Secret,
    Timestamp, TokenCredentials, TokenSet,
};

/// What is kept of a grant: the long-lived credential, and the access tokens got from it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credential {
    /// The grant, with its long-lived secret.
    pub grant: Grant,
    /// The OAuth 2.0 client the grant belongs to; `None` for OAuth 1.0a, whose client is in the grant.
    pub client: Option<Client>,
    /// The scopes the grant covers, as far as the server or the user said.
    pub scopes: Scopes,
    /// Access tokens, at most one for each combination of scopes, resources and binding.
    pub tokens: Vec<AccessToken>,
    /// The last ID token.
    pub id_token: Option<IdToken>,
    /// The product token of the application that made the login, sent first in `User-Agent`.
    pub user_agent: Option<String>,
    /// What the server sent besides.
    pub extra: Extra,
    /// Whether the grant is believed to be good.
    pub state: State,
    /// Members of a stored record that this version does not know, kept for the version that does.
    #[cfg(feature = "json")]
    pub(crate) unknown: Extra,
}

/// The kind of a grant, with its long-lived secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Grant {
    /// OAuth 1.0a (RFC 5849), three-legged with token credentials and two-legged without.
    OAuth1 {
        /// The client's own credentials.
        client: ClientCredentials,
        /// The token credentials.
        token: Option<TokenCredentials>,
        /// The signature method, `HMAC-SHA1` when absent.
        signature_method: Option<String>,
    },
    /// OAuth 2.0, made by a person's login or imported.
    OAuth2 {
        /// The refresh token; without one the access tokens are all there is.
        refresh_token: Option<RefreshToken>,
    },
    /// OAuth 2.0 client credentials (RFC 6749 §4.4): a new token is had for the asking.
    ClientCredentials,
    /// A whole credential that is encrypted: of use to the store that sealed it, and to nobody else.
    Sealed {
        /// What that store wrote, as text.
        envelope: Secret,
    },
}

/// Whether a grant is believed to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum State {
    /// Nothing is known against it.
    #[default]
    Ok,
    /// The server said `invalid_grant`: only a new login helps. The record is kept.
    NeedsLogin {
        /// When it said so.
        since: Timestamp,
    },
}

impl Credential {
    fn new(grant: Grant, client: Option<Client>) -> Self {
        Self {
            grant,
            client,
            scopes: Scopes::none(),
            tokens: Vec::new(),
            id_token: None,
            user_agent: None,
            extra: Extra::new(),
            state: State::Ok,
            #[cfg(feature = "json")]
            unknown: Extra::new(),
        }
    }

    /// An OAuth 1.0a credential, wherever it was obtained.
    pub fn oauth1(client: ClientCredentials, token: TokenCredentials) -> Self {
        Self::new(Grant::OAuth1 { client, token: Some(token), signature_method: None }, None)
    }

    /// A two-legged OAuth 1.0a credential: the client acts for itself.
    pub fn oauth1_two_legged(client: ClientCredentials) -> Self {
        Self::new(Grant::OAuth1 { client, token: None, signature_method: None }, None)
    }

    /// An OAuth 2.0 credential from the answer to a token request.
    pub fn oauth2(client: Client, tokens: TokenSet) -> Self {
        let mut credential = Self::new(Grant::OAuth2 { refresh_token: None }, Some(client));
        credential.scopes = tokens.access.scopes.clone();
        credential.merge(tokens);
        credential
    }

    /// A client's own OAuth 2.0 credential (RFC 6749 §4.4), without a token so far.
    pub fn client_credentials(client: Client) -> Self {
        Self::new(Grant::ClientCredentials, Some(client))
    }

    /// What a store that encrypts keeps in another store.
    pub fn sealed(envelope: impl Into<Secret>) -> Self {
        Self::new(Grant::Sealed { envelope: envelope.into() }, None)
    }

    /// The client's identifier.
    pub fn client_id(&self) -> Option<ClientId> {
        match &self.grant {
            Grant::OAuth1 { client, .. } => Some(ClientId::new(client.identifier.as_str())),
            Grant::OAuth2 { .. } | Grant::ClientCredentials => {
                self.client.as_ref().map(|client| client.id.clone())
            }
            Grant::Sealed { .. } => None,
        }
    }

    /// The refresh token, when there is one.
    pub fn refresh_token(&self) -> Option<&RefreshToken> {
        match &self.grant {
            Grant::OAuth2 { refresh_token } => refresh_token.as_ref(),
            Grant::OAuth1 { .. } | Grant::ClientCredentials | Grant::Sealed { .. } => None,
        }
    }

    /// Takes over the answer to a token request.
    ///
    /// The access token replaces the one of the same scopes, resources and binding. A refresh token
    /// replaces the old one; an answer without one keeps it (RFC 6749 §6). The grant is good again.
    pub fn merge(&mut self, newer: TokenSet) {
        let TokenSet { access, refresh, id_token, extra } = newer;
        self.tokens.retain(|older| !access.replaces(older));
        self.tokens.push(access);
        if let (Grant::OAuth2 { refresh_token }, Some(refresh)) = (&mut self.grant, refresh) {
            *refresh_token = Some(refresh);
        }
        if id_token.is_some() {
            self.id_token = id_token;
        }
        self.extra.merge(extra);
        self.state = State::Ok;
    }
}
