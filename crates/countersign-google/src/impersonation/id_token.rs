use countersign_flow::{BoxFlow, Error, Source};
use countersign_token::{Expiry, IdToken, Key, TokenSet, json::Value};

use super::{Impersonation, bearing::Bearing, text};
use crate::id_token;

/// ID tokens of an impersonated service account for one audience, by [`Impersonation::id_token`].
///
/// The ID token is also the access token of the set, because it is what is presented as bearer.
#[derive(Clone, Debug)]
pub struct ImpersonatedIdToken {
    account: Impersonation,
    audience: String,
    key: Key,
}

impl ImpersonatedIdToken {
    pub(super) fn new(account: Impersonation, audience: String) -> Self {
        let key = account.identity(None, Some(&audience));
        Self { account, audience, key }
    }
}

impl Source for ImpersonatedIdToken {
    fn key(&self) -> &Key {
        &self.key
    }

    fn begin(&self, _: Option<&TokenSet>) -> Result<BoxFlow<TokenSet>, Error> {
        let body = [("audience", Value::text(self.audience.as_str())), ("includeEmail", Value::Bool(true))];
        let resource = self.key.resource.clone();
        let call = self.account.call("generateIdToken", body)?;
        let flow = Bearing::new(self.account.source.begin(None)?, call, move |object, env| {
            let token = IdToken::new(text(&object, "token")?);
            Ok(id_token::tokens(token, Expiry::Unknown, &resource, env))
        });
        Ok(Box::new(flow))
    }
}
