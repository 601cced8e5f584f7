//! Authorization server metadata (RFC 8414): where the endpoints are and what the server can do.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::json::{Object, Value};
use http::Response;

use crate::{Error, response};

mod resource;

pub use resource::{ResourceMetadata, well_known_resource};

/// A metadata document, as far as a client needs it.
///
/// URIs are kept as they were written: an issuer is compared, never normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerMetadata {
    /// The issuer identifier.
    pub issuer: String,
    /// Where the user is sent.
    pub authorization_endpoint: Option<String>,
    /// Where tokens are asked for.
    pub token_endpoint: Option<String>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<String>,
    /// Where clients are registered (RFC 7591).
    pub registration_endpoint: Option<String>,
    /// Where the user's claims are read (OpenID Connect Core §5.3).
    pub userinfo_endpoint: Option<String>,
    /// Where a device asks for a code for its user (RFC 8628 §4).
    pub device_authorization_endpoint: Option<String>,
    /// Where tokens are looked into (RFC 7662).
    pub introspection_endpoint: Option<String>,
    /// Where authorization requests are pushed (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: Option<String>,
    /// Where the user is logged out (OpenID Connect RP-Initiated Logout §2.1).
    pub end_session_endpoint: Option<String>,
    /// Where the server's keys are (RFC 8414 §2).
    pub jwks_uri: Option<String>,
    /// What ID tokens may be signed with; none when it does not say (OpenID Connect Discovery §3).
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// What proofs of possession may be signed with; none when it takes no proofs (RFC 9449 §5.1).
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether authorization requests must be pushed (RFC 9126 §5).
    pub require_pushed_authorization_requests: bool,
    /// Whether authorization requests must be signed (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// Whether a client identifier may be the address of a document about the client.
    pub client_id_metadata_document_supported: bool,
    /// The scopes the server names.
    pub scopes_supported: Vec<String>,
    /// The PKCE methods the server names; none when it does not say (RFC 8414 §2).
    pub code_challenge_methods_supported: Vec<String>,
    /// How clients may authenticate at the token endpoint; `client_secret_basic` when it does not say.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// Whether every authorization response carries `iss` (RFC 9207 §3).
    pub authorization_response_iss_parameter_supported: bool,
}

impl ServerMetadata {
    /// A document that names the issuer and nothing else.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            authorization_endpoint: None,
            token_endpoint: None,
            revocation_endpoint: None,
            registration_endpoint: None,
            userinfo_endpoint: None,
            device_authorization_endpoint: None,
            introspection_endpoint: None,
            pushed_authorization_request_endpoint: None,
            end_session_endpoint: None,
            jwks_uri: None,
            id_token_signing_alg_values_supported: Vec::new(),
            dpop_signing_alg_values_supported: Vec::new(),
            require_pushed_authorization_requests: false,
            require_signed_request_object: false,
            client_id_metadata_document_supported: false,
            scopes_supported: Vec::new(),
            code_challenge_methods_supported: Vec::new(),
            token_endpoint_auth_methods_supported: vec!["client_secret_basic".to_string()],
            authorization_response_iss_parameter_supported: false,
        }
    }

    /// Reads the document that was found for `issuer`.
    ///
    /// # Errors
    /// [`Error::Malformed`] for `issuer` when the document is another's (RFC 8414 §3.3): it must not be used.
    pub fn parse(response: &Response<Vec<u8>>, issuer: &str) -> Result<Self, Error> {
        if response.status() != http::StatusCode::OK {
            return Err(Error::NotAnAnswer { status: response.status().as_u16() });
        }
        let (object, _) = response::members(response)?;
        if object.get("issuer").and_then(Value::as_text).ok_or(Error::Missing { name: "issuer" })? != issuer {
            return Err(Error::Malformed { name: "issuer" });
        }
        let mut metadata = Self::new(issuer);
        metadata.authorization_endpoint = text(&object, "authorization_endpoint")?;
        metadata.token_endpoint = text(&object, "token_endpoint")?;
        metadata.revocation_endpoint = text(&object, "revocation_endpoint")?;
        metadata.registration_endpoint = text(&object, "registration_endpoint")?;
        metadata.userinfo_endpoint = text(&object, "userinfo_endpoint")?;
        metadata.device_authorization_endpoint = text(&object, "device_authorization_endpoint")?;
        metadata.introspection_endpoint = text(&object, "introspection_endpoint")?;
        metadata.pushed_authorization_request_endpoint =
            text(&object, "pushed_authorization_request_endpoint")?;
        metadata.end_session_endpoint = text(&object, "end_session_endpoint")?;
        metadata.jwks_uri = text(&object, "jwks_uri")?;
        metadata.id_token_signing_alg_values_supported =
            texts(&object, "id_token_signing_alg_values_supported")?.unwrap_or_default();
        metadata.dpop_signing_alg_values_supported =
            texts(&object, "dpop_signing_alg_values_supported")?.unwrap_or_default();
        metadata.require_pushed_authorization_requests =
            boolean(&object, "require_pushed_authorization_requests");
        metadata.require_signed_request_object = boolean(&object, "require_signed_request_object");
        metadata.client_id_metadata_document_supported =
            boolean(&object, "client_id_metadata_document_supported");
        metadata.scopes_supported = texts(&object, "scopes_supported")?.unwrap_or_default();
        metadata.code_challenge_methods_supported =
            texts(&object, "code_challenge_methods_supported")?.unwrap_or_default();
        if let Some(methods) = texts(&object, "token_endpoint_auth_methods_supported")? {
            metadata.token_endpoint_auth_methods_supported = methods;
        }
        metadata.authorization_response_iss_parameter_supported =
            boolean(&object, "authorization_response_iss_parameter_supported");
        Ok(metadata)
    }

    /// The document as a server publishes it, with `more` members of its own.
    pub fn to_json(&self, more: &[(&str, Vec<&str>)]) -> String {
        let Self {
            issuer,
            authorization_endpoint,
            token_endpoint,
            revocation_endpoint,
            registration_endpoint,
            userinfo_endpoint,
            device_authorization_endpoint,
            introspection_endpoint,
            pushed_authorization_request_endpoint,
            end_session_endpoint,
            jwks_uri,
            id_token_signing_alg_values_supported,
            dpop_signing_alg_values_supported,
            require_pushed_authorization_requests,
            require_signed_request_object,
            client_id_metadata_document_supported,
            scopes_supported,
            code_challenge_methods_supported,
            token_endpoint_auth_methods_supported,
            authorization_response_iss_parameter_supported,
        } = self;
        let mut object = Object::new();
        object.insert("issuer", Value::text(issuer.as_str()));
        for (name, endpoint) in [
            ("authorization_endpoint", authorization_endpoint),
            ("token_endpoint", token_endpoint),
            ("revocation_endpoint", revocation_endpoint),
            ("registration_endpoint", registration_endpoint),
            ("userinfo_endpoint", userinfo_endpoint),
            ("device_authorization_endpoint", device_authorization_endpoint),
            ("introspection_endpoint", introspection_endpoint),
            ("pushed_authorization_request_endpoint", pushed_authorization_request_endpoint),
            ("end_session_endpoint", end_session_endpoint),
            ("jwks_uri", jwks_uri),
        ] {
            if let Some(endpoint) = endpoint {
                object.insert(name, Value::text(endpoint.as_str()));
            }
        }
        let list =
            |items: &[String]| Value::Array(items.iter().map(|item| Value::text(item.as_str())).collect());
        object.insert("scopes_supported", list(scopes_supported));
        object.insert("code_challenge_methods_supported", list(code_challenge_methods_supported));
        object.insert("token_endpoint_auth_methods_supported", list(token_endpoint_auth_methods_supported));
        object.insert(
            "authorization_response_iss_parameter_supported",
            Value::Bool(*authorization_response_iss_parameter_supported),
        );
        for (name, items) in [
            ("id_token_signing_alg_values_supported", id_token_signing_alg_values_supported),
            ("dpop_signing_alg_values_supported", dpop_signing_alg_values_supported),
        ] {
            if !items.is_empty() {
                object.insert(name, list(items));
            }
        }
        for (name, required) in [
            ("require_pushed_authorization_requests", require_pushed_authorization_requests),
            ("require_signed_request_object", require_signed_request_object),
            ("client_id_metadata_document_supported", client_id_metadata_document_supported),
        ] {
            if *required {
                object.insert(name, Value::Bool(true));
            }
        }
        for (name, items) in more {
            object.insert(*name, Value::Array(items.iter().map(|item| Value::text(*item)).collect()));
        }
        Value::Object(object).to_json_pretty().expose().to_string()
    }
}

/// Where the metadata of an issuer may be found, in the order in which to look.
///
/// RFC 8414 §3.1 puts its well-known part between host and path; OpenID Connect Discovery §4 appends its own
/// to the issuer, and RFC 8414 §5 allows it in the middle too.
///
/// ```
/// use countersign_wire::metadata::well_known;
///
/// assert_eq!(
///     well_known("https://as.example/tenant"),
///     [
///         "https://as.example/.well-known/oauth-authorization-server/tenant",
///         "https://as.example/.well-known/openid-configuration/tenant",
///         "https://as.example/tenant/.well-known/openid-configuration",
///     ]
/// );
/// ```
pub fn well_known(issuer: &str) -> Vec<String> {
    let (origin, path) = split(issuer);
    let oauth = format!("{origin}/.well-known/oauth-authorization-server{path}");
    let appended = format!("{origin}{path}/.well-known/openid-configuration");
    if path.is_empty() {
        return vec![oauth, appended];
    }
    vec![oauth, format!("{origin}/.well-known/openid-configuration{path}"), appended]
}

/// Scheme and authority, and what follows them.
fn split(uri: &str) -> (&str, &str) {
    let after_scheme = uri.find("://").map_or(0, |index| index.saturating_add(3));
    let (origin, path) = uri
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .and_then(|slash| uri.split_at_checked(after_scheme.saturating_add(slash)))
        .unwrap_or((uri, ""));
    (origin, path.strip_suffix('/').unwrap_or(path))
}

fn boolean(object: &Object, name: &str) -> bool {
    matches!(object.get(name), Some(Value::Bool(true)))
}

fn text(object: &Object, name: &'static str) -> Result<Option<String>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.expose().to_string())),
        Some(_) => Err(Error::Malformed { name }),
    }
}

fn texts(object: &Object, name: &'static str) -> Result<Option<Vec<String>>, Error> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_text().map(ToString::to_string).ok_or(Error::Malformed { name }))
            .collect::<Result<_, _>>()
            .map(Some),
        Some(_) => Err(Error::Malformed { name }),
    }
}
