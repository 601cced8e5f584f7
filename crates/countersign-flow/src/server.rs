use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_wire::metadata::ServerMetadata;

use crate::{Endpoint, Error};

/// An authorization server (RFC 6749 §1.1) as a client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthorizationServer {
    /// The issuer identifier; an `iss` in its answers must be this, character by character (RFC 9207).
    pub issuer: String,
    /// Where tokens are asked for.
    pub token_endpoint: Endpoint,
    /// Where the user is sent.
    pub authorization_endpoint: Option<Endpoint>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<Endpoint>,
    /// How clients may authenticate, by the names of RFC 7591.
    pub client_authentication_methods: Vec<String>,
    /// Whether every answer to a login carries `iss` (RFC 9207 §3): then one without it is refused.
    pub iss_parameter_supported: bool,
}

impl AuthorizationServer {
    /// A server that is known by its issuer and its token endpoint.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn new(issuer: impl Into<String>, token_endpoint: &str) -> Result<Self, Error> {
        Ok(Self {
            issuer: issuer.into(),
            token_endpoint: Endpoint::new("token_endpoint", token_endpoint)?,
            authorization_endpoint: None,
            revocation_endpoint: None,
            client_authentication_methods: vec!["client_secret_basic".to_string()],
            iss_parameter_supported: false,
        })
    }

    /// The same server with the place where the user is sent.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_authorization_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.authorization_endpoint = Some(Endpoint::new("authorization_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where tokens are revoked.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_revocation_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.revocation_endpoint = Some(Endpoint::new("revocation_endpoint", endpoint)?);
        Ok(self)
    }

    /// The server of a metadata document, which [`ServerMetadata::parse`] found to be the issuer's own.
    ///
    /// # Errors
    /// [`Error::Protocol`] when it names no token endpoint, [`Error::Endpoint`] when one of its addresses
    /// must not be used.
    pub fn from_metadata(metadata: &ServerMetadata) -> Result<Self, Error> {
        let token_endpoint = metadata
            .token_endpoint
            .as_deref()
            .ok_or(countersign_wire::Error::Missing { name: "token_endpoint" })?;
        let mut server = Self::new(metadata.issuer.as_str(), token_endpoint)?;
        if let Some(endpoint) = &metadata.authorization_endpoint {
            server = server.with_authorization_endpoint(endpoint)?;
        }
        if let Some(endpoint) = &metadata.revocation_endpoint {
            server = server.with_revocation_endpoint(endpoint)?;
        }
        server.client_authentication_methods.clone_from(&metadata.token_endpoint_auth_methods_supported);
        server.iss_parameter_supported = metadata.authorization_response_iss_parameter_supported;
        Ok(server)
    }
}
