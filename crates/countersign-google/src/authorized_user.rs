use countersign_flow::{BoxFlow, ClientAuthentication, ClientRegistration, Endpoint, Error, Refresh, Source};
use countersign_token::{Key, RefreshToken, Scopes, TokenSet, json::Object};

use crate::{
    Error as CredentialError, ErrorKind, FileKind, TrustedHosts, endpoints, fingerprint, map::Map, members,
    scope_names,
};

/// A person's refresh token in a file: `authorized_user`, as gcloud keeps it, or
/// `external_account_authorized_user`.
///
/// It is a [`Source`] of access tokens. The file does not say reliably whose it is, so its key names a
/// fingerprint of the refresh token in place of the account.
#[derive(Clone, Debug)]
pub struct AuthorizedUser {
    client: ClientRegistration,
    token_endpoint: Endpoint,
    refresh_token: RefreshToken,
    quota_project: Option<String>,
    /// Whether the server may answer with another refresh token in place of this.
    rotates: bool,
    scopes: Scopes,
    key: Key,
}

impl AuthorizedUser {
    /// Reads the text of such a file.
    ///
    /// # Errors
    /// [`CredentialError`] says what is wrong with it.
    pub fn from_json(json: impl AsRef<[u8]>, hosts: &TrustedHosts) -> Result<Self, CredentialError> {
        Self::from_members(&members::parse(json.as_ref())?, hosts)
    }

    pub(crate) fn from_members(file: &Object, hosts: &TrustedHosts) -> Result<Self, CredentialError> {
        let rotates = match FileKind::of(file) {
            FileKind::AuthorizedUser => false,
            FileKind::ExternalAccountAuthorizedUser => true,
            found => return Err(ErrorKind::Kind { wanted: FileKind::AuthorizedUser, found }.into()),
        };
        let id = members::text(file, "client_id")?;
        let secret =
            members::secret(file, "client_secret")?.ok_or(ErrorKind::Member { name: "client_secret" })?;
        let refresh_token =
            members::secret(file, "refresh_token")?.ok_or(ErrorKind::Member { name: "refresh_token" })?;
        // Google's own accounts take the secret in the form; its token service for others, in the header.
        let (authentication, token_endpoint) = if rotates {
            let endpoint = hosts.endpoint("token_url", members::text(file, "token_url")?)?;
            (ClientAuthentication::SecretBasic(secret), endpoint)
        } else {
            let endpoint = members::endpoint(file, "token_uri", endpoints::TOKEN, hosts)?;
            (ClientAuthentication::SecretPost(secret), endpoint)
        };
        let account = format!("refresh-token-{}", fingerprint::of(refresh_token.expose()));
        let key = Key::new(token_endpoint.as_str(), id, account);
        Ok(Self {
            client: ClientRegistration::new(id, authentication),
            token_endpoint,
            refresh_token: RefreshToken::new(refresh_token),
            quota_project: members::owned(file, "quota_project_id")?,
            rotates,
            scopes: Scopes::none(),
            key,
        })
    }

    /// The same user with access tokens for these scopes only, each of which the user has granted.
    ///
    /// Where the server may exchange the refresh token (`external_account_authorized_user`) nothing changes: there
    /// must be one source for it, whose tokens are as wide as the grant.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        let scopes = scopes.into();
        if !self.rotates && !scopes.is_empty() {
            self.key.scopes = Some(scopes.clone());
            self.scopes = scopes;
        }
        self
    }

    /// The project that calls are charged to.
    pub fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }
}

impl Source for AuthorizedUser {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, current: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let newer = current.and_then(|tokens| tokens.refresh.as_ref());
        let token = newer.unwrap_or(&self.refresh_token);
        let mut flow = Refresh::new(&self.token_endpoint, &self.client, token, self.scopes.clone());
        if !self.scopes.is_empty() {
            flow = flow.narrowed_to(self.scopes.clone());
        }
        let asked = self.scopes.clone();
        Ok(Box::new(Map::new(flow, move |redeemed, _| {
            let mut tokens = redeemed.tokens;
            tokens.access.scopes = scope_names::granted(&tokens.access.scopes, &asked);
            Ok(tokens)
        })))
    }
}
