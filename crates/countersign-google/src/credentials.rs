use std::path::Path;

use countersign_flow::{Endpoint, Source};
use countersign_jwt::Backend;
use countersign_token::{Scopes, json::Object};

use crate::{
    AuthorizedUser, Error, ErrorKind, ExternalAccount, FileKind, Impersonation, ServiceAccount,
    ServiceAccountKey, TrustedHosts, Unsupported, endpoints, external_account, members,
};

/// The credentials in a file of any type that Google's tools write.
///
/// ```
/// use countersign_flow::Source;
/// use countersign_google::{Credentials, TrustedHosts};
/// use countersign_jwt::Backend;
///
/// let file = br#"{"type": "authorized_user", "client_id": "demo", "client_secret": "s", "refresh_token": "r"}"#;
/// let credentials = Credentials::from_json(file, &TrustedHosts::google())?;
/// # #[cfg(feature = "aws-lc-rs")]
/// let source = credentials.source("https://www.googleapis.com/auth/drive", Backend::AwsLcRs)?;
/// # #[cfg(feature = "aws-lc-rs")]
/// assert_eq!(source.key().client, "demo");
/// # Ok::<(), countersign_google::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "it is matched where it is read and not kept")]
pub enum Credentials {
    /// `authorized_user` and `external_account_authorized_user`.
    AuthorizedUser(AuthorizedUser),
    /// `service_account`.
    ServiceAccount(ServiceAccountKey),
    /// `external_account`.
    ExternalAccount(ExternalAccount),
    /// `impersonated_service_account`.
    ImpersonatedServiceAccount(ImpersonatedServiceAccount),
}

/// An `impersonated_service_account` file: a service account, and the credentials that speak for it.
#[derive(Clone, Debug)]
pub struct ImpersonatedServiceAccount {
    url: Endpoint,
    delegates: Vec<String>,
    source: Box<Credentials>,
    quota_project: Option<String>,
}

impl Credentials {
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
    /// [`Error`] says what is wrong with it; [`ErrorKind::NotSupported`] for what is not read yet.
    pub fn from_json(json: impl AsRef<[u8]>, hosts: &TrustedHosts) -> Result<Self, Error> {
        let file = members::parse(json.as_ref())?;
        if FileKind::of(&file) != FileKind::ImpersonatedServiceAccount {
            return Self::plain(&file, hosts);
        }
        let (url, delegates, source) = external_account::impersonated_members(&file, hosts)?;
        Ok(Self::ImpersonatedServiceAccount(ImpersonatedServiceAccount {
            url,
            delegates,
            // One inside of another would be a chain, which `delegates` is for.
            source: Box::new(Self::plain(source, hosts)?),
            quota_project: members::owned(&file, "quota_project_id")?,
        }))
    }

    fn plain(file: &Object, hosts: &TrustedHosts) -> Result<Self, Error> {
        match FileKind::of(file) {
            FileKind::AuthorizedUser | FileKind::ExternalAccountAuthorizedUser => {
                AuthorizedUser::from_members(file, hosts).map(Self::AuthorizedUser)
            }
            FileKind::ServiceAccount => {
                ServiceAccountKey::from_members(file, hosts).map(Self::ServiceAccount)
            }
            FileKind::ExternalAccount => {
                ExternalAccount::from_members(file, hosts).map(Self::ExternalAccount)
            }
            FileKind::DistributedCloudServiceAccount => {
                Err(ErrorKind::NotSupported(Unsupported::DistributedCloud).into())
            }
            found => Err(ErrorKind::Kind { wanted: FileKind::AuthorizedUser, found }.into()),
        }
    }

    /// A source of access tokens for these scopes; a service account's key is given to `backend`.
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] when the key of a service account cannot be used, and [`ErrorKind::Endpoint`]
    /// when an address names no service account.
    pub fn source(&self, scopes: impl Into<Scopes>, backend: Backend) -> Result<Box<dyn Source>, Error> {
        let scopes = scopes.into();
        Ok(match self {
            Self::AuthorizedUser(user) => Box::new(user.clone().scopes(scopes)),
            Self::ServiceAccount(key) => Box::new(ServiceAccount::from_key(key, backend)?.scopes(scopes)),
            Self::ExternalAccount(account) => match account.impersonated()? {
                Some(impersonated) => Box::new(impersonated.scopes(scopes)),
                None => Box::new(account.clone().scopes(scopes)),
            },
            Self::ImpersonatedServiceAccount(account) => {
                Box::new(account.impersonation(backend)?.scopes(scopes))
            }
        })
    }

    /// A source of ID tokens for this audience.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for a user, and for an external account that speaks for no service account: their ID
    /// tokens are for nobody but their own client. [`ErrorKind::PrivateKey`] and [`ErrorKind::Endpoint`] as
    /// for [`source`](Self::source).
    pub fn id_token_source(
        &self,
        audience: impl Into<String>,
        backend: Backend,
    ) -> Result<Box<dyn Source>, Error> {
        let none = "only service accounts have ID tokens for an audience of one's choice";
        Ok(match self {
            Self::AuthorizedUser(_) => return Err(ErrorKind::Misuse(none).into()),
            Self::ServiceAccount(key) => Box::new(ServiceAccount::from_key(key, backend)?.id_token(audience)),
            Self::ExternalAccount(account) => {
                let impersonated = account.impersonated()?.ok_or(ErrorKind::Misuse(none))?;
                Box::new(impersonated.id_token(audience))
            }
            Self::ImpersonatedServiceAccount(account) => {
                Box::new(account.impersonation(backend)?.id_token(audience))
            }
        })
    }

    /// The domain under which the services are: [`UNIVERSE`](endpoints::UNIVERSE) unless the file says otherwise.
    ///
    /// The addresses that a file leaves out are those of Google's own universe, but for an external account's.
    pub fn universe(&self) -> &str {
        match self {
            // Users are Google's own everywhere.
            Self::AuthorizedUser(_) => endpoints::UNIVERSE,
            Self::ServiceAccount(key) => &key.universe,
            Self::ExternalAccount(account) => account.universe(),
            Self::ImpersonatedServiceAccount(account) => account.source.universe(),
        }
    }

    /// The project that calls are charged to, when the file names one.
    pub fn quota_project(&self) -> Option<&str> {
        match self {
            Self::AuthorizedUser(user) => user.quota_project(),
            Self::ServiceAccount(key) => key.quota_project.as_deref(),
            Self::ExternalAccount(account) => account.quota_project(),
            Self::ImpersonatedServiceAccount(account) => account.quota_project.as_deref(),
        }
    }
}

impl ImpersonatedServiceAccount {
    /// The account, with what speaks for it ready.
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] and [`ErrorKind::Endpoint`] as for [`Credentials::source`].
    pub fn impersonation(&self, backend: Backend) -> Result<Impersonation, Error> {
        let name = "service_account_impersonation_url";
        let source: Box<dyn Source> = match &*self.source {
            // A user has granted what he has granted, and perhaps not this scope by this name.
            Credentials::AuthorizedUser(user) => Box::new(user.clone()),
            source => source.source(endpoints::IAM, backend)?,
        };
        Impersonation::at(source, &self.url)
            .map(|account| account.delegates(self.delegates.iter().cloned()))
            .map_err(|error| Error::because(ErrorKind::Endpoint { name }, error))
    }
}
