//! Client metadata and what a registration answers (RFC 7591).

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::{
    ClientId, Extra, Scopes, Secret, Timestamp,
    json::{Object, Value},
};
use http::{Response, StatusCode};

use crate::{
    Error,
    header::bearer,
    response::{self, Oddity},
};

/// What a client says of itself when it registers (RFC 7591 §2).
///
/// What the specification leaves to a default is written out, because servers differ in theirs: without
/// `token_endpoint_auth_method` a client that has no secret would be registered with one.
///
/// ```
/// use countersign_wire::registration::ClientMetadata;
///
/// let metadata = ClientMetadata::native("Demo", ["http://127.0.0.1/callback"]);
/// let json = metadata.to_json();
/// assert!(json.expose().contains(r#""application_type":"native""#));
/// assert!(json.expose().contains(r#""token_endpoint_auth_method":"none""#));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientMetadata {
    /// A name for people.
    pub client_name: Option<String>,
    /// A page about it.
    pub client_uri: Option<String>,
    /// Where users come back to.
    pub redirect_uris: Vec<String>,
    /// `native` or `web` (OpenID Connect Registration §2).
    pub application_type: Option<String>,
    /// How it authenticates at the token endpoint.
    pub token_endpoint_auth_method: String,
    /// The grants it uses.
    pub grant_types: Vec<String>,
    /// The response types it uses.
    pub response_types: Vec<String>,
    /// The scopes it may ask for.
    pub scopes: Scopes,
    /// The people to turn to.
    pub contacts: Vec<String>,
    /// Where its keys are.
    pub jwks_uri: Option<String>,
    /// Its public keys, as JSON.
    pub jwks: Option<String>,
    /// What it is, whichever installation it is.
    pub software_id: Option<String>,
    /// Its version.
    pub software_version: Option<String>,
    /// A signed statement about it (RFC 7591 §2.3).
    pub software_statement: Option<Secret>,
    /// Whether its tokens are always bound to a key (RFC 9449 §5.2).
    pub dpop_bound_access_tokens: bool,
}

impl ClientMetadata {
    /// A client that keeps no secret and brings its users back to their own machine.
    pub fn native<S: Into<String>>(
        name: impl Into<String>,
        redirect_uris: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut metadata = Self::new(name, "none");
        metadata.redirect_uris = redirect_uris.into_iter().map(Into::into).collect();
        metadata.application_type = Some("native".to_string());
        metadata.grant_types = vec!["authorization_code".to_string(), "refresh_token".to_string()];
        metadata.response_types = vec!["code".to_string()];
        metadata
    }

    /// A client that authenticates in this way, an RFC 7591 `token_endpoint_auth_method`.
    pub fn new(name: impl Into<String>, token_endpoint_auth_method: impl Into<String>) -> Self {
        Self {
            client_name: Some(name.into()),
            client_uri: None,
            redirect_uris: Vec::new(),
            application_type: None,
            token_endpoint_auth_method: token_endpoint_auth_method.into(),
            grant_types: Vec::new(),
            response_types: Vec::new(),
            scopes: Scopes::none(),
            contacts: Vec::new(),
            jwks_uri: None,
            jwks: None,
            software_id: None,
            software_version: None,
            software_statement: None,
            dpop_bound_access_tokens: false,
        }
    }

    /// The request's body.
    pub fn to_json(&self) -> Secret {
        let Self {
            client_name,
            client_uri,
            redirect_uris,
            application_type,
            token_endpoint_auth_method,
            grant_types,
            response_types,
            scopes,
            contacts,
            jwks_uri,
            jwks,
            software_id,
            software_version,
            software_statement,
            dpop_bound_access_tokens,
        } = self;
        let mut object = Object::new();
        for (name, items) in [
            ("redirect_uris", redirect_uris),
            ("grant_types", grant_types),
            ("response_types", response_types),
            ("contacts", contacts),
        ] {
            if !items.is_empty() {
                object.insert(
                    name,
                    Value::Array(items.iter().map(|item| Value::text(item.as_str())).collect()),
                );
            }
        }
        for (name, text) in [
            ("client_name", client_name),
            ("client_uri", client_uri),
            ("application_type", application_type),
            ("jwks_uri", jwks_uri),
            ("software_id", software_id),
            ("software_version", software_version),
        ] {
            if let Some(text) = text {
                object.insert(name, Value::text(text.as_str()));
            }
        }
        object.insert("token_endpoint_auth_method", Value::text(token_endpoint_auth_method.as_str()));
        if !scopes.is_empty() {
            object.insert("scope", Value::text(scopes.to_string()));
        }
        if let Some(Ok(jwks)) = jwks.as_ref().map(|jwks| Value::parse(jwks.as_bytes())) {
            object.insert("jwks", jwks);
        }
        if let Some(statement) = software_statement {
            object.insert("software_statement", Value::Text(statement.clone()));
        }
        if *dpop_bound_access_tokens {
            object.insert("dpop_bound_access_tokens", Value::Bool(true));
        }
        Value::Object(object).to_json()
    }
}

/// What a server registered (RFC 7591 §3.2.1), which may be other than what was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RegistrationResponse {
    /// The client identifier.
    pub client_id: ClientId,
    /// The client's secret, when it got one.
    pub client_secret: Option<Secret>,
    /// When the secret stops being good; `None` when it does not.
    pub client_secret_expires_at: Option<Timestamp>,
    /// When the identifier was issued.
    pub client_id_issued_at: Option<Timestamp>,
    /// How the client authenticates at the token endpoint.
    pub token_endpoint_auth_method: Option<String>,
    /// Where users may come back to.
    pub redirect_uris: Vec<String>,
    /// The token by which the registration is managed (RFC 7592).
    pub registration_access_token: Option<Secret>,
    /// Where it is managed.
    pub registration_client_uri: Option<String>,
    /// Everything else.
    pub extra: Extra,
    /// What was tolerated.
    pub oddities: Vec<Oddity>,
}

impl RegistrationResponse {
    /// Reads the answer of the registration endpoint.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, [`Error::NotAnAnswer`], or what is wrong with it.
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let tolerance = response::Tolerance::default();
        let (mut object, mut oddities) = response::granted(response, &tolerance)?;
        oddities.retain(|oddity| *oddity != Oddity::Status);
        if response.status() != StatusCode::CREATED {
            oddities.push(Oddity::Status);
        }
        let client_id = text(&mut object, "client_id")?
            .filter(|id| !id.is_empty())
            .ok_or(Error::Missing { name: "client_id" })?;
        let client_secret = text(&mut object, "client_secret")?.filter(|secret| !secret.is_empty());
        let expires = response::seconds(&mut object, "client_secret_expires_at", &mut oddities)?;
        if client_secret.is_some() && expires.is_none() {
            oddities.push(Oddity::SecretLifetimeMissing);
        }
        let issued = response::seconds(&mut object, "client_id_issued_at", &mut oddities)?;
        let moment = |seconds| i64::try_from(seconds).ok().map(Timestamp::from_unix);
        let redirect_uris = match object.remove("redirect_uris") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let uri = |item: &Value| item.as_text().map(ToString::to_string);
                items
                    .iter()
                    .map(|item| uri(item).ok_or(Error::Malformed { name: "redirect_uris" }))
                    .collect::<Result<_, _>>()?
            }
            Some(_) => return Err(Error::Malformed { name: "redirect_uris" }),
        };
        let registration_access_token = text(&mut object, "registration_access_token")?;
        if registration_access_token.as_ref().is_some_and(|token| !bearer::is_sendable(token.expose())) {
            return Err(Error::Malformed { name: "registration_access_token" });
        }
        let plain = |text: Option<Secret>| text.map(|text| text.expose().to_string());
        Ok(Self {
            client_id: ClientId::new(client_id.expose()),
            client_secret,
            client_secret_expires_at: expires.filter(|seconds| *seconds > 0).and_then(moment),
            client_id_issued_at: issued.and_then(moment),
            token_endpoint_auth_method: plain(text(&mut object, "token_endpoint_auth_method")?),
            redirect_uris,
            registration_access_token,
            registration_client_uri: plain(text(&mut object, "registration_client_uri")?),
            extra: response::extra(object),
            oddities,
        })
    }
}

fn text(object: &mut Object, name: &'static str) -> Result<Option<Secret>, Error> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Error::Malformed { name }),
    }
}
