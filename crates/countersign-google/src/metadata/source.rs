use countersign_flow::{BoxFlow, Error, Source};
use countersign_token::{Expiry, IdToken, Key, Scopes, TokenSet};
use countersign_wire::{flow::Purpose, percent, response::TokenResponse};

use super::{Fetch, MetadataServer, commas, fetch};
use crate::id_token;

/// Access tokens of an account that is attached to the machine, by [`MetadataServer::source`].
#[derive(Clone, Debug)]
pub struct MetadataSource {
    server: MetadataServer,
    account: String,
    scopes: Scopes,
    detect: bool,
    key: Key,
}

impl MetadataSource {
    pub(super) fn new(server: MetadataServer) -> Self {
        let key = Key::new("", "", "");
        let source = Self { server, account: "default".into(), scopes: Scopes::none(), detect: false, key };
        source.identified()
    }

    /// The same for these scopes; without any, the token has those of the machine.
    #[must_use]
    pub fn scopes(mut self, scopes: impl Into<Scopes>) -> Self {
        self.scopes = scopes.into();
        self.identified()
    }

    /// The same for this account, where more than one is attached.
    #[must_use]
    pub fn account(mut self, email: impl Into<String>) -> Self {
        self.account = email.into();
        self.identified()
    }

    /// The same with a look at first whether there is a server, which on other machines ends sooner than a request for
    /// a token; it ends with [`Misuse::NoToken`](countersign_flow::error::Misuse) of the name
    /// `default_credentials`.
    #[must_use]
    pub const fn detecting(mut self) -> Self {
        self.detect = true;
        self
    }

    /// A source of ID tokens of the account for this audience.
    pub fn id_token(&self, audience: impl Into<String>) -> MetadataIdToken {
        let audience = audience.into();
        let key = self.identity(None, vec![format!("audience:{audience}")]);
        MetadataIdToken { source: self.clone(), audience, key }
    }

    fn identified(mut self) -> Self {
        self.key = self.identity(Some(self.scopes.clone()), Vec::new());
        self
    }

    fn identity(&self, scopes: Option<Scopes>, resource: Vec<String>) -> Key {
        let mut key = Key::new(self.server.root.as_str(), "metadata", self.account.as_str());
        key.scopes = scopes;
        key.with_resource(resource)
    }

    fn path(&self, rest: &str) -> String {
        format!("instance/service-accounts/{}/{rest}", percent::encode(&self.account))
    }
}

impl Source for MetadataSource {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let path = if self.scopes.is_empty() {
            self.path("token")
        } else {
            self.path(&format!("token?scopes={}", percent::encode(&commas(&self.scopes))))
        };
        let scopes = self.scopes.clone();
        let fetch = Fetch::new(&self.server, self.detect, &path, Purpose::Token, move |response, env| {
            fetch::attached(response)?;
            let tokens = TokenResponse::parse(response)?.into_tokens(&scopes, env.now);
            Ok(TokenSet::new(tokens.access))
        });
        Ok(Box::new(fetch))
    }
}

/// ID tokens of an account that is attached to the machine, for one audience, by [`MetadataSource::id_token`].
///
/// The ID token is also the access token of the set, because it is what is presented as bearer.
#[derive(Clone, Debug)]
pub struct MetadataIdToken {
    source: MetadataSource,
    audience: String,
    key: Key,
}

impl Source for MetadataIdToken {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let MetadataSource { server, detect, .. } = &self.source;
        let path =
            self.source.path(&format!("identity?audience={}&format=full", percent::encode(&self.audience)));
        let resource = self.key.resource.clone();
        let fetch = Fetch::new(server, *detect, &path, Purpose::Token, move |response, env| {
            fetch::attached(response)?;
            let token = fetch::text(response)?;
            // Three segments: anything else, such as a page, must not be presented to anybody.
            countersign_jwt::Unverified::parse(token.expose())
                .map_err(|_| countersign_wire::Error::Malformed { name: "identity" })?;
            Ok(id_token::tokens(IdToken::new(token), Expiry::Unknown, &resource, env))
        });
        Ok(Box::new(fetch))
    }
}
