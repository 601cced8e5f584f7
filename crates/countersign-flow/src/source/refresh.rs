use alloc::{boxed::Box, string::String, vec::Vec};

use countersign_token::{Binding, Key, Scopes, TokenSet};

use super::{BoxFlow, Source};
use crate::{ClientRegistration, Endpoint, Error, Refresh, dpop::ProofKey, error::Misuse, source::Mapped};

/// Fresh tokens from a refresh token (RFC 6749 §6).
#[derive(Clone, Debug)]
pub struct RefreshSource {
    key: Key,
    token_endpoint: Endpoint,
    client: ClientRegistration,
    scopes: Scopes,
    resource: Vec<String>,
}

impl RefreshSource {
    /// A source for the grant of this key, which covers `scopes`.
    pub fn new(
        key: Key,
        token_endpoint: Endpoint,
        client: ClientRegistration,
        scopes: impl Into<Scopes>,
    ) -> Self {
        Self { key, token_endpoint, client, scopes: scopes.into(), resource: Vec::new() }
    }

    /// The same source for access tokens for these resources (RFC 8707), of the same grant and key.
    #[must_use]
    pub fn with_resource(mut self, resource: Vec<String>) -> Self {
        self.resource = resource;
        self
    }
}

impl Source for RefreshSource {
    fn key(&self) -> &Key {
        &self.key
    }

    /// Refreshes with the refresh token of `current`; without one it is [`Misuse::NoToken`], and when its tokens
    /// are bound to a key that is not the client's, [`Misuse::ProofKey`] (RFC 9449 §5).
    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let token = current
            .and_then(|tokens| tokens.refresh.as_ref())
            .ok_or(Misuse::NoToken { name: "refresh_token" })?;
        let bound = current.and_then(|tokens| tokens.access.binding.as_ref());
        let own = self.client.proof_key.as_ref().map(ProofKey::thumbprint);
        if let Some(Binding::DPoP { thumbprint }) = bound
            && own != Some(thumbprint.as_str())
        {
            return Err(Misuse::ProofKey.into());
        }
        let flow = Refresh::new(&self.token_endpoint, &self.client, token, self.scopes.clone())
            .resource(self.resource.iter().map(String::as_str));
        Ok(Box::new(Mapped::new(flow, |redeemed| redeemed.tokens)))
    }
}
