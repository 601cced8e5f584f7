use alloc::{boxed::Box, vec::Vec};

use countersign_token::{Key, Scopes, TokenSet};

use super::{BoxFlow, Source};
use crate::{ClientCredentialsGrant, ClientRegistration, Endpoint, Error, source::Mapped};

/// Fresh tokens for the client itself (RFC 6749 §4.4).
#[derive(Clone, Debug)]
pub struct ClientCredentialsSource {
    key: Key,
    token_endpoint: Endpoint,
    client: ClientRegistration,
}

impl ClientCredentialsSource {
    /// A source of tokens from `issuer`; its key names the scopes, because each request is its own grant.
    pub fn new(
        issuer: &str,
        token_endpoint: Endpoint,
        client: ClientRegistration,
        scopes: impl Into<Scopes>,
    ) -> Self {
        let key = Key::new(issuer, client.id.as_str(), "").with_scopes(scopes.into());
        Self { key, token_endpoint, client }
    }

    /// The same source for these resources (RFC 8707), which its key names too.
    #[must_use]
    pub fn with_resource(mut self, resource: Vec<alloc::string::String>) -> Self {
        self.key = self.key.with_resource(resource);
        self
    }
}

impl Source for ClientCredentialsSource {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let scopes = self.key.scopes.clone().unwrap_or_default();
        let flow = ClientCredentialsGrant::new(&self.token_endpoint, &self.client, scopes)
            .resource(self.key.resource.iter().map(alloc::string::String::as_str));
        Ok(Box::new(Mapped::new(flow, |redeemed| redeemed.tokens)))
    }
}
