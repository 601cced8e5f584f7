use std::path::PathBuf;

use countersign_flow::Source;
use countersign_jwt::Backend;
use countersign_token::Scopes;

use crate::{
    Credentials, Environment, Error, ErrorKind, MetadataServer, TrustedHosts,
    environment::{set, text},
};

/// The variable that names a credential file.
const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const FILE: &str = "application_default_credentials.json";

/// Application Default Credentials: what a program uses that was given nothing.
///
/// The order is Google's: the file that `GOOGLE_APPLICATION_CREDENTIALS` names, the one that gcloud wrote,
/// the metadata server. A variable that names a file which is not there is an error, and not the next step;
/// an empty one is none. Each step has a constructor of its own.
///
/// ```
/// use countersign_google::{DefaultCredentials, MemoryEnvironment, TrustedHosts};
///
/// let user = r#"{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}"#;
/// let environment = MemoryEnvironment::new()
///     .with_variable("GOOGLE_APPLICATION_CREDENTIALS", "/keys/adc.json")
///     .with_file("/keys/adc.json", user);
/// let found = DefaultCredentials::find(&environment, &TrustedHosts::google())?;
/// assert!(matches!(found, DefaultCredentials::File { .. }));
/// # Ok::<(), countersign_google::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "it is matched where it is found and not kept")]
pub enum DefaultCredentials {
    /// A file.
    File {
        /// Where it is.
        path: PathBuf,
        /// What is in it.
        credentials: Credentials,
    },
    /// The metadata server, which has not been asked yet whether it is there.
    Metadata(MetadataServer),
}

impl DefaultCredentials {
    /// The first that there are.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file that was found; [`ErrorKind::NoCredentials`] when there is none
    /// and no metadata server is to be asked.
    pub fn find(environment: &dyn Environment, hosts: &TrustedHosts) -> Result<Self, Error> {
        if let Some(found) = Self::from_variable(environment, hosts)? {
            return Ok(found);
        }
        if let Some(found) = Self::from_gcloud(environment, hosts)? {
            return Ok(found);
        }
        Self::from_metadata(environment)?.ok_or_else(|| ErrorKind::NoCredentials.into())
    }

    /// Those in the file that `GOOGLE_APPLICATION_CREDENTIALS` names; nothing when it names none.
    ///
    /// # Errors
    /// [`ErrorKind::Unreadable`] when the file is not there; else [`Error`] says what is wrong with it.
    pub fn from_variable(environment: &dyn Environment, hosts: &TrustedHosts) -> Result<Option<Self>, Error> {
        set(environment, VARIABLE).map(|path| Self::read(environment, path.into(), hosts)).transpose()
    }

    /// Those that gcloud wrote; nothing when it wrote none.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file.
    pub fn from_gcloud(environment: &dyn Environment, hosts: &TrustedHosts) -> Result<Option<Self>, Error> {
        let Some(path) = gcloud(environment).map(|directory| directory.join(FILE)) else {
            return Ok(None);
        };
        match environment.file(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            _ => Self::read(environment, path, hosts).map(Some),
        }
    }

    /// The metadata server; nothing when `NO_GCE_CHECK` is `true`.
    ///
    /// # Errors
    /// As [`MetadataServer::from_environment`].
    pub fn from_metadata(environment: &dyn Environment) -> Result<Option<Self>, Error> {
        Ok(MetadataServer::from_environment(environment)?.map(Self::Metadata))
    }

    fn read(environment: &dyn Environment, path: PathBuf, hosts: &TrustedHosts) -> Result<Self, Error> {
        let file = environment
            .file(&path)
            .map_err(|error| Error::because(ErrorKind::Unreadable, error))
            .and_then(|file| Credentials::from_json(file.expose(), hosts));
        match file {
            Ok(credentials) => Ok(Self::File { path, credentials }),
            Err(error) => Err(error.at(&path)),
        }
    }

    /// A source of access tokens for these scopes.
    ///
    /// That of the metadata server first looks whether there is one.
    ///
    /// # Errors
    /// As [`Credentials::source`].
    pub fn source(&self, scopes: impl Into<Scopes>, backend: Backend) -> Result<Box<dyn Source>, Error> {
        match self {
            Self::File { credentials, .. } => credentials.source(scopes, backend),
            Self::Metadata(server) => Ok(Box::new(server.source().scopes(scopes).detecting())),
        }
    }

    /// A source of ID tokens for this audience.
    ///
    /// # Errors
    /// As [`Credentials::id_token_source`].
    pub fn id_token_source(
        &self,
        audience: impl Into<String>,
        backend: Backend,
    ) -> Result<Box<dyn Source>, Error> {
        match self {
            Self::File { credentials, .. } => credentials.id_token_source(audience, backend),
            Self::Metadata(server) => Ok(Box::new(server.source().detecting().id_token(audience))),
        }
    }

    /// The project that calls are charged to: `GOOGLE_CLOUD_QUOTA_PROJECT`, or what the file says.
    pub fn quota_project(&self, environment: &dyn Environment) -> Option<String> {
        text(environment, "GOOGLE_CLOUD_QUOTA_PROJECT").or_else(|| match self {
            Self::File { credentials, .. } => credentials.quota_project().map(ToOwned::to_owned),
            Self::Metadata(_) => None,
        })
    }

    /// The project to work in: `GOOGLE_CLOUD_PROJECT`, `GCLOUD_PROJECT`, or that of a service account's file.
    ///
    /// The metadata server knows the machine's: [`MetadataValue::Project`](crate::MetadataValue).
    pub fn project(&self, environment: &dyn Environment) -> Option<String> {
        let named = ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"].into_iter();
        named.into_iter().find_map(|name| text(environment, name)).or_else(|| match self {
            Self::File { credentials: Credentials::ServiceAccount(key), .. } => key.project.clone(),
            Self::File { .. } | Self::Metadata(_) => None,
        })
    }
}

/// Where gcloud keeps its files.
fn gcloud(environment: &dyn Environment) -> Option<PathBuf> {
    if let Some(directory) = set(environment, "CLOUDSDK_CONFIG") {
        return Some(directory.into());
    }
    if cfg!(windows) {
        return set(environment, "APPDATA").map(|data| PathBuf::from(data).join("gcloud"));
    }
    set(environment, "HOME").map(|home| PathBuf::from(home).join(".config").join("gcloud"))
}
