use std::path::Path;

use countersign_flow::Endpoint;
use countersign_jwt::{Algorithm, Backend, PrivateKey, SigningKey};
use countersign_token::json::Object;

use crate::{Error, ErrorKind, FileKind, TrustedHosts, endpoints, members};

/// The key file of a service account (`service_account`), read and not yet given to a backend.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServiceAccountKey {
    /// The account: an e-mail address.
    pub email: String,
    /// The name of the key (`private_key_id`).
    pub key_id: Option<String>,
    /// The key.
    pub private_key: PrivateKey,
    /// Where tokens are asked for.
    pub token_endpoint: Endpoint,
    /// The project that the account belongs to.
    pub project: Option<String>,
    /// The project that calls are charged to, when it is another than the account's.
    pub quota_project: Option<String>,
    /// The domain under which the services are.
    pub universe: String,
}

impl ServiceAccountKey {
    /// Reads a file whose token address is Google's.
    ///
    /// # Errors
    /// [`Error`] says what is wrong with the file.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::from_file_trusting(path, &TrustedHosts::google())
    }

    /// Reads a file whose token address is on one of these hosts.
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
        Self::from_members(&members::parse_as(json.as_ref(), FileKind::ServiceAccount)?, hosts)
    }

    pub(crate) fn from_members(file: &Object, hosts: &TrustedHosts) -> Result<Self, Error> {
        let email = members::text(file, "client_email")?.to_owned();
        let pem = members::text(file, "private_key")?;
        let token_endpoint = members::endpoint(file, "token_uri", endpoints::TOKEN, hosts)?;
        let private_key =
            PrivateKey::from_pem(pem).map_err(|error| Error::because(ErrorKind::PrivateKey, error))?;
        Ok(Self {
            email,
            key_id: members::owned(file, "private_key_id")?,
            private_key,
            token_endpoint,
            project: members::owned(file, "project_id")?,
            quota_project: members::owned(file, "quota_project_id")?,
            universe: members::optional(file, "universe_domain")?.unwrap_or(endpoints::UNIVERSE).to_owned(),
        })
    }

    /// The key, given to a library, for RS256.
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] when the key is no RSA key, or the library refuses it.
    pub fn signer(&self, backend: Backend) -> Result<SigningKey, Error> {
        let signer = SigningKey::new(&self.private_key, Algorithm::Rs256, backend)
            .map_err(|error| Error::because(ErrorKind::PrivateKey, error))?;
        Ok(match &self.key_id {
            Some(key_id) => signer.with_key_id(key_id.as_str()),
            None => signer,
        })
    }
}
