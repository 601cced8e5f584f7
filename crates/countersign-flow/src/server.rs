use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::Scopes;
use countersign_wire::metadata::ServerMetadata;

use crate::{
    Endpoint, Error,
    error::{Misuse, Unsupported},
};

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
    /// Where a device asks for a code for its user (RFC 8628).
    pub device_authorization_endpoint: Option<Endpoint>,
    /// Where tokens are looked into (RFC 7662).
    pub introspection_endpoint: Option<Endpoint>,
    /// Where authorization requests are pushed (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<Endpoint>,
    /// Where the user's claims are read (OpenID Connect Core §5.3).
    pub userinfo_endpoint: Option<Endpoint>,
    /// Where clients are registered (RFC 7591).
    pub registration_endpoint: Option<Endpoint>,
    /// Where the server's keys are (RFC 8414 §2).
    pub jwks_uri: Option<Endpoint>,
    /// How clients may authenticate, by the names of RFC 7591.
    pub client_authentication_methods: Vec<String>,
    /// Whether every answer to a login carries `iss` (RFC 9207 §3): then one without it is refused.
    pub iss_parameter_supported: bool,
    /// Whether authorization requests must be pushed (RFC 9126 §5).
    pub pushed_authorization_required: bool,
    /// Whether authorization requests must be signed (RFC 9101 §10.5), which is not supported yet.
    pub signed_request_required: bool,
    /// The PKCE methods the server names; none when it does not say (RFC 8414 §2).
    pub code_challenge_methods: Vec<String>,
    /// Whether a client identifier may be the address of a document about the client.
    pub client_id_metadata_document_supported: bool,
    /// The scopes the server names.
    pub scopes_supported: Scopes,
    /// What ID tokens may be signed with; none when the server does not say.
    pub id_token_algorithms: Vec<String>,
}

impl AuthorizationServer {
    /// A server that is known by its issuer and its token endpoint.
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn new(issuer: impl Into<String>, token_endpoint: &str) -> Result<Self, Error> {
        Ok(Self::at(issuer, Endpoint::new("token_endpoint", token_endpoint)?))
    }

    /// A server whose token endpoint was checked before.
    pub(crate) fn at(issuer: impl Into<String>, token_endpoint: Endpoint) -> Self {
        Self {
            issuer: issuer.into(),
            token_endpoint,
            authorization_endpoint: None,
            revocation_endpoint: None,
            device_authorization_endpoint: None,
            introspection_endpoint: None,
            pushed_authorization_request_endpoint: None,
            userinfo_endpoint: None,
            registration_endpoint: None,
            jwks_uri: None,
            client_authentication_methods: vec!["client_secret_basic".to_string()],
            iss_parameter_supported: false,
            pushed_authorization_required: false,
            signed_request_required: false,
            code_challenge_methods: Vec::new(),
            client_id_metadata_document_supported: false,
            scopes_supported: Scopes::none(),
            id_token_algorithms: Vec::new(),
        }
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

    /// The same server with the place where a device asks for a code for its user (RFC 8628).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_device_authorization_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.device_authorization_endpoint = Some(Endpoint::new("device_authorization_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where tokens are looked into (RFC 7662).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_introspection_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.introspection_endpoint = Some(Endpoint::new("introspection_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where authorization requests are pushed (RFC 9126).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_pushed_authorization_request_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.pushed_authorization_request_endpoint =
            Some(Endpoint::new("pushed_authorization_request_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where the user's claims are read (OpenID Connect Core §5.3).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_userinfo_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.userinfo_endpoint = Some(Endpoint::new("userinfo_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where clients are registered (RFC 7591).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_registration_endpoint(mut self, endpoint: &str) -> Result<Self, Error> {
        self.registration_endpoint = Some(Endpoint::new("registration_endpoint", endpoint)?);
        Ok(self)
    }

    /// The same server with the place where the server's keys are (RFC 8414 §2).
    ///
    /// # Errors
    /// [`Error::Endpoint`] when the address must not be used.
    pub fn with_jwks_uri(mut self, endpoint: &str) -> Result<Self, Error> {
        self.jwks_uri = Some(Endpoint::new("jwks_uri", endpoint)?);
        Ok(self)
    }

    /// The user's logout at the server (OpenID Connect RP-Initiated Logout).
    ///
    /// # Errors
    /// Always [`Unsupported::Logout`], for now: what is here can be forgotten, and tokens be revoked.
    pub fn logout(&self) -> Result<core::convert::Infallible, Error> {
        Err(Misuse::NotSupported(Unsupported::Logout).into())
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
        for (name, from, to) in [
            (
                "device_authorization_endpoint",
                &metadata.device_authorization_endpoint,
                &mut server.device_authorization_endpoint,
            ),
            ("introspection_endpoint", &metadata.introspection_endpoint, &mut server.introspection_endpoint),
            (
                "pushed_authorization_request_endpoint",
                &metadata.pushed_authorization_request_endpoint,
                &mut server.pushed_authorization_request_endpoint,
            ),
            ("userinfo_endpoint", &metadata.userinfo_endpoint, &mut server.userinfo_endpoint),
            ("registration_endpoint", &metadata.registration_endpoint, &mut server.registration_endpoint),
            ("jwks_uri", &metadata.jwks_uri, &mut server.jwks_uri),
        ] {
            *to = from.as_deref().map(|endpoint| Endpoint::new(name, endpoint)).transpose()?;
        }
        server.pushed_authorization_required = metadata.require_pushed_authorization_requests;
        server.signed_request_required = metadata.require_signed_request_object;
        server.code_challenge_methods.clone_from(&metadata.code_challenge_methods_supported);
        server.client_id_metadata_document_supported = metadata.client_id_metadata_document_supported;
        server.scopes_supported = metadata.scopes_supported.iter().collect();
        server.id_token_algorithms.clone_from(&metadata.id_token_signing_alg_values_supported);
        server.client_authentication_methods.clone_from(&metadata.token_endpoint_auth_methods_supported);
        server.iss_parameter_supported = metadata.authorization_response_iss_parameter_supported;
        Ok(server)
    }
}
