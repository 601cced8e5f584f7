use core::fmt;

use countersign_token::json::{Object, Value};

/// The kinds of credential files that Google's tools write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// `client_secret.json`: an OAuth client, under `installed` or `web`.
    ClientSecrets,
    /// `authorized_user`: a person's refresh token, as gcloud keeps it.
    AuthorizedUser,
    /// `service_account`: the key of a service account.
    ServiceAccount,
    /// `external_account`: another cloud's token for one of Google's.
    ExternalAccount,
    /// `external_account_authorized_user`: a refresh token of the workforce of another identity provider.
    ExternalAccountAuthorizedUser,
    /// `impersonated_service_account`: credentials that may speak for a service account.
    ImpersonatedServiceAccount,
    /// `gdch_service_account`: an account of Google Distributed Cloud.
    DistributedCloudServiceAccount,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// The kind by the members of the file.
    pub(crate) fn of(file: &Object) -> Self {
        match file.get("type").and_then(Value::as_text) {
            Some("authorized_user") => Self::AuthorizedUser,
            Some("service_account") => Self::ServiceAccount,
            Some("external_account") => Self::ExternalAccount,
            Some("external_account_authorized_user") => Self::ExternalAccountAuthorizedUser,
            Some("impersonated_service_account") => Self::ImpersonatedServiceAccount,
            Some("gdch_service_account") => Self::DistributedCloudServiceAccount,
            None if file.get("installed").or_else(|| file.get("web")).is_some() => Self::ClientSecrets,
            _ => Self::Unknown,
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientSecrets => "an OAuth client (\"installed\" or \"web\")",
            Self::AuthorizedUser => "a user's credentials (\"authorized_user\")",
            Self::ServiceAccount => "the key of a service account (\"service_account\")",
            Self::ExternalAccount => "an external account (\"external_account\")",
            Self::ExternalAccountAuthorizedUser => {
                "an external user's credentials (\"external_account_authorized_user\")"
            }
            Self::ImpersonatedServiceAccount => {
                "an impersonated service account (\"impersonated_service_account\")"
            }
            Self::DistributedCloudServiceAccount => {
                "an account of Google Distributed Cloud (\"gdch_service_account\")"
            }
            Self::Unknown => "a file of no known type",
        })
    }
}
