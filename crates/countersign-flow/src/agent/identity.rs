use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_wire::registration::ClientMetadata;

use super::{AgentServer, check_document};
use crate::{ClientRegistration, Error, Registration};

/// As whom an agent may appear at servers.
#[derive(Clone, Debug, Default)]
pub struct AgentIdentity {
    registered: Vec<(String, ClientRegistration)>,
    document: Option<(String, String)>,
    metadata: Option<ClientMetadata>,
}

/// As whom an agent appears at one server, in the order of preference.
#[derive(Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "it is matched where it arrives and not kept")]
pub enum AgentRegistration {
    /// As the client that is registered there, or whose identifier is the address of its document.
    Client(ClientRegistration),
    /// As the client that this makes; keep it for the issuer.
    Register(Registration),
    /// Nobody knows: ask the user for a client registered there.
    AskUser,
}

impl AgentIdentity {
    /// As nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// As this client at the server of this issuer, where it is registered.
    #[must_use]
    pub fn registered(mut self, issuer: impl Into<String>, client: ClientRegistration) -> Self {
        self.registered.push((issuer.into(), client));
        self
    }

    /// As the client that the document at this address describes, with this redirect URI, where servers take
    /// that.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address cannot stand for a client: it must be `https`, with a path and
    /// without fragment, user information and dot segments.
    pub fn document(mut self, url: &str, redirect_uri: impl Into<String>) -> Result<Self, Error> {
        check_document(url)?;
        self.document = Some((url.to_string(), redirect_uri.into()));
        Ok(self)
    }

    /// As a client that registers itself and says this.
    #[must_use]
    pub fn metadata(mut self, metadata: ClientMetadata) -> Self {
        self.metadata = Some(metadata);
        self
    }
}

impl AgentServer {
    /// As whom to appear at this server: as the client known there, else by its document if the server takes
    /// that, else as one that registers if it can.
    pub fn identify(&self, identity: &AgentIdentity) -> AgentRegistration {
        let AgentIdentity { registered, document, metadata } = identity;
        if let Some((_, client)) = registered.iter().find(|(issuer, _)| *issuer == self.server.issuer) {
            return AgentRegistration::Client(client.clone());
        }
        if let Some((url, redirect_uri)) =
            document.as_ref().filter(|_| self.server.client_id_metadata_document_supported)
        {
            let client = ClientRegistration::public(url.as_str()).with_redirect_uri(redirect_uri.as_str());
            return AgentRegistration::Client(client);
        }
        match (&self.server.registration_endpoint, metadata) {
            (Some(endpoint), Some(metadata)) => {
                AgentRegistration::Register(Registration::new(endpoint, metadata.clone()))
            }
            _ => AgentRegistration::AskUser,
        }
    }
}
