use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::Scopes;
use http::Response;

use super::{boolean, split, text, texts};
use crate::{Error, response};

/// What a protected resource says of itself (RFC 9728 §2), as far as a client needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceMetadata {
    /// The resource identifier.
    pub resource: String,
    /// The issuers whose tokens it takes.
    pub authorization_servers: Vec<String>,
    /// The scopes it names.
    pub scopes_supported: Scopes,
    /// How it takes a bearer token; it does not say when there is none.
    pub bearer_methods_supported: Vec<String>,
    /// A name for people, made fit to be shown.
    pub resource_name: Option<String>,
    /// Whether it takes tokens only that are bound to a key (RFC 9449 §5.1).
    pub dpop_bound_access_tokens_required: bool,
}

impl ResourceMetadata {
    /// Reads the document that was found for `resource`.
    ///
    /// # Errors
    /// [`Error::Malformed`] for `resource` when the document is another's (RFC 9728 §3.3): it must not be
    /// used.
    pub fn parse(response: &Response<Vec<u8>>, resource: &str) -> Result<Self, Error> {
        Self::parse_if(response, |own| own == resource)
    }

    /// Reads the document if `accepts` says so of the resource it names.
    ///
    /// # Security
    /// A document of another resource sends the user, and the token, where an attacker likes.
    ///
    /// # Errors
    /// [`Error::Malformed`] for `resource` when it is not accepted, or what is wrong with the document.
    pub fn parse_if(response: &Response<Vec<u8>>, accepts: impl FnOnce(&str) -> bool) -> Result<Self, Error> {
        if response.status() != http::StatusCode::OK {
            return Err(Error::NotAnAnswer { status: response.status().as_u16() });
        }
        let (object, _) = response::members(response)?;
        let resource = text(&object, "resource")?.ok_or(Error::Missing { name: "resource" })?;
        if !accepts(&resource) {
            return Err(Error::Malformed { name: "resource" });
        }
        Ok(Self {
            resource,
            authorization_servers: texts(&object, "authorization_servers")?.unwrap_or_default(),
            scopes_supported: texts(&object, "scopes_supported")?.unwrap_or_default().into(),
            bearer_methods_supported: texts(&object, "bearer_methods_supported")?.unwrap_or_default(),
            resource_name: text(&object, "resource_name")?.map(|name| crate::text::sanitise(&name, 256)),
            dpop_bound_access_tokens_required: boolean(&object, "dpop_bound_access_tokens_required"),
        })
    }
}

/// Where the metadata of a resource may be found, in the order in which to look (RFC 9728 §3.1): with its path,
/// then at the root of its host.
///
/// ```
/// use countersign_wire::metadata::well_known_resource;
///
/// assert_eq!(
///     well_known_resource("https://api.example/v1?tenant=a"),
///     [
///         "https://api.example/.well-known/oauth-protected-resource/v1?tenant=a",
///         "https://api.example/.well-known/oauth-protected-resource",
///     ]
/// );
/// ```
pub fn well_known_resource(resource: &str) -> Vec<String> {
    let (before, query) =
        resource.split_once('?').map_or((resource, None), |(uri, query)| (uri, Some(query)));
    let (origin, path) = split(before);
    let root = format!("{origin}/.well-known/oauth-protected-resource");
    let mut own = format!("{root}{path}");
    if let Some(query) = query {
        own.push('?');
        own.push_str(query);
    }
    if own == root { vec![root] } else { vec![own, root.to_string()] }
}
