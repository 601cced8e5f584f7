//! The `client_secret.json` of developer consoles, as far as it describes an ordinary client.

use core::fmt;
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use countersign_flow::{AuthorizationServer, ClientAuthentication, ClientRegistration};
use countersign_token::{
    Secret,
    json::{JsonError, Object, Value},
};

use super::origin;
use crate::{Error, ErrorKind};

/// The largest file that is read.
const MAX_BYTES: u64 = 64 * 1024;

/// A client secrets file cannot be used. It names file and member, and shows no value.
#[derive(Clone, Debug)]
pub struct ClientSecretsError {
    path: PathBuf,
    fault: Fault,
}

/// What is wrong with a client secrets file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It cannot be read.
    Unreadable(Arc<io::Error>),
    /// It is larger than 64 KiB.
    TooBig,
    /// It is not JSON.
    Json(JsonError),
    /// It has neither of the members `installed` and `web`.
    Kind,
    /// It is the key of a service account, with which nobody logs in.
    ServiceAccount,
    /// A member is missing, empty or no text.
    Member(&'static str),
    /// An address must not be used.
    Endpoint(countersign_flow::Error),
}

impl ClientSecretsError {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is wrong with it.
    pub fn fault(&self) -> &Fault {
        &self.fault
    }
}

impl fmt::Display for ClientSecretsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client secrets file {:?} ", self.path)?;
        match &self.fault {
            Fault::Unreadable(_) => f.write_str("cannot be read"),
            Fault::TooBig => f.write_str("is larger than 64 KiB"),
            Fault::Json(_) => f.write_str("cannot be understood"),
            Fault::Kind => f.write_str("has neither a member \"installed\" nor \"web\""),
            Fault::ServiceAccount => {
                f.write_str("is the key of a service account: download the OAuth client instead")
            }
            Fault::Member(name) => write!(f, "lacks the text member {name:?}"),
            Fault::Endpoint(_) => f.write_str("has an address that cannot be used"),
        }
    }
}

impl core::error::Error for ClientSecretsError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match &self.fault {
            Fault::Unreadable(error) => Some(&**error),
            Fault::Json(error) => Some(error),
            Fault::Endpoint(error) => Some(error),
            Fault::TooBig | Fault::Kind | Fault::ServiceAccount | Fault::Member(_) => None,
        }
    }
}

/// Reads the file; the issuer is the origin of its `auth_uri`.
pub(super) fn read(path: &Path) -> Result<(AuthorizationServer, ClientRegistration), Error> {
    text(path).and_then(|text| parse(text.expose().as_bytes())).map_err(|fault| {
        let error = ClientSecretsError { path: path.to_owned(), fault };
        Error::because(ErrorKind::Configuration, false, error)
    })
}

fn text(path: &Path) -> Result<Secret, Fault> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES.saturating_add(1)).read_to_string(&mut text))
        .map_err(|error| Fault::Unreadable(Arc::new(error)))?;
    let fits = u64::try_from(text.len()).is_ok_and(|length| length <= MAX_BYTES);
    let text = Secret::new(text);
    if fits { Ok(text) } else { Err(Fault::TooBig) }
}

fn parse(text: &[u8]) -> Result<(AuthorizationServer, ClientRegistration), Fault> {
    let value = Value::parse(text).map_err(Fault::Json)?;
    let file = value.as_object().ok_or(Fault::Kind)?;
    if file.get("type").and_then(Value::as_text) == Some("service_account") {
        return Err(Fault::ServiceAccount);
    }
    let kinds = file.get("installed").or_else(|| file.get("web"));
    let object = kinds.and_then(Value::as_object).ok_or(Fault::Kind)?;

    let id = member(object, "client_id")?;
    let authorization_endpoint = member(object, "auth_uri")?;
    let token_endpoint = member(object, "token_uri")?;
    let server = AuthorizationServer::new(origin(authorization_endpoint), token_endpoint)
        .and_then(|server| server.with_authorization_endpoint(authorization_endpoint))
        .map_err(Fault::Endpoint)?;
    // An addition of ours, for servers that revoke and have no metadata document.
    let server = match object.get("revocation_uri").and_then(Value::as_text) {
        Some(endpoint) => server.with_revocation_endpoint(endpoint).map_err(Fault::Endpoint)?,
        None => server,
    };
    let secret = object.get("client_secret").and_then(Value::as_text).filter(|secret| !secret.is_empty());
    let authentication = match secret {
        // The form is what the consoles' own libraries send.
        Some(secret) => ClientAuthentication::SecretPost(secret.into()),
        None => ClientAuthentication::None,
    };
    let mut client = ClientRegistration::new(id, authentication);
    client.redirect_uri = object.get("redirect_uris").and_then(Value::as_array).and_then(|uris| {
        let mut uris = uris.iter().filter_map(Value::as_text);
        uris.find(|uri| uri.starts_with("http://")).map(ToOwned::to_owned)
    });
    Ok((server, client))
}

fn member<'a>(object: &'a Object, name: &'static str) -> Result<&'a str, Fault> {
    object.get(name).and_then(Value::as_text).filter(|text| !text.is_empty()).ok_or(Fault::Member(name))
}
