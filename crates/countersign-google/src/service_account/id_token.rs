use countersign_flow::{BoxFlow, Error, JwtBearerGrant, Source};
use countersign_token::{Key, Scopes, TokenSet};

use super::ServiceAccount;
use crate::{id_token, map::Map};

/// ID tokens of a service account for one audience, by [`ServiceAccount::id_token`].
///
/// The ID token is also the access token of the set, because it is what is presented as bearer.
#[derive(Clone, Debug)]
pub struct ServiceAccountIdToken {
    account: ServiceAccount,
    audience: String,
    key: Key,
}

impl ServiceAccountIdToken {
    pub(super) fn new(account: ServiceAccount, audience: String) -> Self {
        let key = account.identity(None, Some(&audience));
        Self { account, audience, key }
    }
}

impl Source for ServiceAccountIdToken {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let assertion = self.account.assertion_for(Some(&self.audience));
        let flow =
            JwtBearerGrant::new(&self.account.token_endpoint, assertion, Scopes::none()).for_id_token();
        let resource = self.key.resource.clone();
        Ok(Box::new(Map::new(flow, move |issued, env| {
            Ok(id_token::tokens(issued.id_token, issued.expires, &resource, env))
        })))
    }
}
