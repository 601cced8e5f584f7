use core::time::Duration;

use countersign_flow::{BoxFlow, ClientAuthentication, ClientRegistration, Endpoint, Error, Source};
use countersign_token::{
    Key, Scopes, TokenSet,
    json::{Object, Value},
};

use crate::{Error as CredentialError, ErrorKind, FileKind, Impersonation, TrustedHosts, endpoints, members};

mod exchange;
mod subject_token;

use exchange::{SubjectExchange, Terms};
use subject_token::SubjectToken;

/// Another cloud's or provider's token for one of Google's (`external_account`): workload and workforce identity
/// federation, with the other token in a file or behind a URL.
///
/// It is a [`Source`] of what the token service gives; [`impersonated`](Self::impersonated) is the service
/// account that the file names, if it names one.
#[derive(Clone, Debug)]
pub struct ExternalAccount {
    subject: SubjectToken,
    terms: Terms,
    impersonation: Option<(Endpoint, Duration)>,
    quota_project: Option<String>,
    universe: String,
    key: Key,
}

impl ExternalAccount {
    /// Reads the text of such a file; the file with the other token is read whenever a token is asked for.
    ///
    /// # Errors
    /// [`CredentialError`] says what is wrong with it; [`ErrorKind::NotSupported`] for AWS, executables and
    /// certificates.
    pub fn from_json(json: impl AsRef<[u8]>, hosts: &TrustedHosts) -> Result<Self, CredentialError> {
        Self::from_members(&members::parse_as(json.as_ref(), FileKind::ExternalAccount)?, hosts)
    }

    pub(crate) fn from_members(file: &Object, hosts: &TrustedHosts) -> Result<Self, CredentialError> {
        let source = members::object(file, "credential_source")?
            .ok_or(ErrorKind::Member { name: "credential_source" })?;
        let subject = SubjectToken::from_members(source)?;
        let universe = members::optional(file, "universe_domain")?.unwrap_or(endpoints::UNIVERSE);
        let default = format!("https://sts.{universe}/v1/token");
        let token_endpoint = members::endpoint(file, "token_url", &default, hosts)?;
        let impersonation = match members::optional(file, "service_account_impersonation_url")? {
            None => None,
            Some(url) => {
                let url = hosts.endpoint("service_account_impersonation_url", url)?;
                let more = members::object(file, "service_account_impersonation")?;
                let seconds = more.and_then(|more| more.get("token_lifetime_seconds"));
                let seconds = match seconds {
                    None => 3600,
                    Some(value) => value
                        .as_integer()
                        .and_then(|seconds| u64::try_from(seconds).ok())
                        .filter(|seconds| (600..=43_200).contains(seconds))
                        .ok_or(ErrorKind::Member { name: "token_lifetime_seconds" })?,
                };
                Some((url, Duration::from_secs(seconds)))
            }
        };
        let client = match (members::optional(file, "client_id")?, members::secret(file, "client_secret")?) {
            (Some(id), Some(secret)) => {
                Some(ClientRegistration::new(id, ClientAuthentication::SecretBasic(secret)))
            }
            (Some(id), None) => Some(ClientRegistration::public(id)),
            (None, _) => None,
        };
        let terms = Terms {
            token_endpoint,
            audience: members::text(file, "audience")?.to_owned(),
            subject_token_type: members::text(file, "subject_token_type")?.to_owned(),
            client,
            workforce_project: members::owned(file, "workforce_pool_user_project")?,
            scopes: Scopes::none(),
        };
        let account = Self {
            subject,
            terms,
            impersonation,
            quota_project: members::owned(file, "quota_project_id")?,
            universe: universe.to_owned(),
            key: Key::new("", "", ""),
        };
        Ok(account.scopes(endpoints::CLOUD_PLATFORM))
    }

    /// The same account, asking for these scopes; unless said otherwise, for the whole cloud platform.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.terms.scopes = scopes.into();
        let Terms { token_endpoint, audience, subject_token_type, client, workforce_project, scopes } =
            &self.terms;
        let client = client.as_ref().map_or("", |client| client.id.as_str());
        let mut parts = vec![format!("type:{subject_token_type}")];
        parts.push(self.subject.name());
        parts.extend(workforce_project.as_ref().map(|project| format!("project:{project}")));
        self.key = Key::new(token_endpoint.as_str(), client, audience.as_str())
            .with_scopes(scopes.clone())
            .with_resource(parts);
        self
    }

    /// The service account that the file names, for which this account speaks; nothing when it names none.
    ///
    /// # Errors
    /// [`ErrorKind::Endpoint`] when the address it names is no service account's.
    pub fn impersonated(&self) -> Result<Option<Impersonation>, CredentialError> {
        let name = "service_account_impersonation_url";
        self.impersonation
            .as_ref()
            .map(|(url, lifetime)| {
                let source = self.clone().scopes(endpoints::IAM);
                Impersonation::at(source, url)
                    .map(|account| account.lifetime(*lifetime))
                    .map_err(|error| CredentialError::because(ErrorKind::Endpoint { name }, error))
            })
            .transpose()
    }

    /// The domain under which the services are.
    pub fn universe(&self) -> &str {
        &self.universe
    }

    /// The project that calls are charged to.
    pub fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }
}

impl Source for ExternalAccount {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let Key { resource, .. } = self.key.clone();
        Ok(Box::new(SubjectExchange::new(self.subject.clone(), self.terms.clone(), resource)?))
    }
}

/// The service account and its delegates of an `impersonated_service_account` file, without what speaks for it.
pub(crate) fn impersonated_members<'a>(
    file: &'a Object,
    hosts: &TrustedHosts,
) -> Result<(Endpoint, Vec<String>, &'a Object), CredentialError> {
    let name = "service_account_impersonation_url";
    let url = hosts.endpoint(name, members::text(file, name)?)?;
    let delegates = members::texts(file, "delegates")?;
    let source = file
        .get("source_credentials")
        .and_then(Value::as_object)
        .ok_or(ErrorKind::Member { name: "source_credentials" })?;
    Ok((url, delegates, source))
}
