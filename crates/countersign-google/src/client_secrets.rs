use std::path::Path;

use countersign_flow::{AuthorizationServer, ClientAuthentication, ClientRegistration};
use countersign_token::json::{Object, Value};

use crate::{Error, ErrorKind, FileKind, TrustedHosts, endpoints, members};

/// The `client_secret.json` of Google's console: an OAuth client and its server, under any file name.
///
/// ```
/// use countersign_google::{ClientKind, ClientSecrets, TrustedHosts};
///
/// let file = br#"{"installed": {"client_id": "demo", "client_secret": "s", "redirect_uris": ["http://localhost"],
///     "auth_uri": "https://accounts.google.com/o/oauth2/v2/auth", "token_uri": "https://oauth2.googleapis.com/token"}}"#;
/// let client = ClientSecrets::from_json(file, &TrustedHosts::google())?;
/// assert_eq!(client.kind, ClientKind::Installed);
/// assert_eq!(client.registration.id.as_str(), "demo");
/// # Ok::<(), countersign_google::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientSecrets {
    /// Which kind of program it is for.
    pub kind: ClientKind,
    /// The server that it is a client of.
    pub server: AuthorizationServer,
    /// The client, which sends its secret in the form; its redirect URI is the first of the file's.
    pub registration: ClientRegistration,
    /// Where the user may come back to; `http://localhost` stands for loopback at any port.
    pub redirect_uris: Vec<String>,
    /// The project that the client belongs to.
    pub project: Option<String>,
}

/// Which kind of program a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientKind {
    /// A program on the user's machine; its secret is none, and must be sent all the same.
    Installed,
    /// A web server.
    Web,
}

impl ClientSecrets {
    /// Reads a file whose addresses are Google's.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_file_trusting(path, &TrustedHosts::google())
    }

    /// Reads a file whose addresses are on these hosts.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file.
    pub fn from_file_trusting(path: impl AsRef<Path>, hosts: &TrustedHosts) -> Result<Self, Error> {
        let path = path.as_ref();
        Self::from_json(members::read(path)?.expose(), hosts).map_err(|error| error.at(path))
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with it.
    pub fn from_json(json: impl AsRef<[u8]>, hosts: &TrustedHosts) -> Result<Self, Error> {
        let file = members::parse_as(json.as_ref(), FileKind::ClientSecrets)?;
        let (kind, client) = match (members::object(&file, "installed")?, members::object(&file, "web")?) {
            (Some(client), None) => (ClientKind::Installed, client),
            (None, Some(client)) => (ClientKind::Web, client),
            // Which of the two is meant nobody can say.
            (Some(_), Some(_)) => return Err(ErrorKind::Member { name: "installed" }.into()),
            (None, None) => {
                return Err(
                    ErrorKind::Kind { wanted: FileKind::ClientSecrets, found: FileKind::Unknown }.into()
                );
            }
        };
        let id = members::text(client, "client_id")?;
        let authentication = match members::secret(client, "client_secret")? {
            Some(secret) => ClientAuthentication::SecretPost(secret),
            None if kind == ClientKind::Web => return Err(ErrorKind::Member { name: "client_secret" }.into()),
            None => ClientAuthentication::None,
        };
        let redirect_uris = members::texts(client, "redirect_uris")?;
        let mut registration = ClientRegistration::new(id, authentication);
        registration.redirect_uri = redirect_uris.first().cloned();
        Ok(Self {
            kind,
            server: server(client, hosts)?,
            registration,
            redirect_uris,
            project: members::owned(client, "project_id")?,
        })
    }
}

fn server(client: &Object, hosts: &TrustedHosts) -> Result<AuthorizationServer, Error> {
    let authorization = hosts.endpoint("auth_uri", members::text(client, "auth_uri")?)?;
    let token = hosts.endpoint("token_uri", members::text(client, "token_uri")?)?;
    let refused = |name| move |error| Error::because(ErrorKind::Endpoint { name }, error);
    let at_google = authorization.uri().host() == Some("accounts.google.com");
    let issuer = if at_google { endpoints::ISSUER.to_owned() } else { origin(authorization.as_str()) };
    let mut server = AuthorizationServer::new(issuer, token.as_str())
        .and_then(|server| server.with_authorization_endpoint(authorization.as_str()))
        .map_err(refused("auth_uri"))?;
    // Only the secrets files of old named it; Google's own address is known.
    let revocation = members::optional(client, "revoke_uri")?
        .or_else(|| client.get("revocation_uri").and_then(Value::as_text))
        .or(at_google.then_some(endpoints::REVOCATION));
    if let Some(revocation) = revocation {
        let endpoint = hosts.endpoint("revoke_uri", revocation)?;
        server = server.with_revocation_endpoint(endpoint.as_str()).map_err(refused("revoke_uri"))?;
    }
    if at_google {
        server = server
            .with_device_authorization_endpoint(endpoints::DEVICE)
            .map_err(refused("device_authorization_endpoint"))?;
    }
    Ok(server)
}

/// Scheme and authority, as they are written.
fn origin(address: &str) -> String {
    let authority = address.find("://").map_or(0, |colon| colon.saturating_add(3));
    let rest = address.get(authority..).unwrap_or_default();
    let end = rest.find(['/', '?']).map_or(address.len(), |end| authority.saturating_add(end));
    address.get(..end).unwrap_or(address).to_owned()
}
