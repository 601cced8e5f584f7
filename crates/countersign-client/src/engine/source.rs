use std::sync::Arc;

use countersign_flow::{
    ClientCredentialsSource, ClientRegistration, Endpoint, RefreshSource, Source, error::Misuse,
};
use countersign_token::{AccessToken, Client, Credential, Grant, Key, Secret, Timestamp, TokenSet};

use crate::{Error, ErrorKind, account::Account, freshness};

const NO_CHOICE: &str = "what the tokens of this account are for is part of its key";

/// The way from this credential to a fresh token; `None` where there is none.
///
/// One refresh token serves for all resources; where each request is its own grant, the key names them.
pub(super) fn of(
    account: &Account,
    credential: &Credential,
    resource: &[String],
) -> Result<Option<Arc<dyn Source>>, Error> {
    if let Some(own) = account.source() {
        return if resource.is_empty() { Ok(Some(own)) } else { Err(ErrorKind::Misuse(NO_CHOICE).into()) };
    }
    let key = account.key();
    Ok(match &credential.grant {
        Grant::OAuth2 { refresh_token: Some(_) } => {
            let (endpoint, client) = registered(credential.client.as_ref())?;
            let source = RefreshSource::new(key.clone(), endpoint, client, &credential.scopes);
            Some(Arc::new(source.with_resource(resource.to_vec())))
        }
        Grant::ClientCredentials if !resource.is_empty() => return Err(ErrorKind::Misuse(NO_CHOICE).into()),
        Grant::ClientCredentials => {
            let (endpoint, client) = registered(credential.client.as_ref())?;
            let scopes = key.scopes.as_ref().unwrap_or(&credential.scopes);
            let source = ClientCredentialsSource::new(&key.issuer, endpoint, client, scopes);
            Some(Arc::new(source.with_resource(key.resource.clone())))
        }
        _ => None,
    })
}

fn registered(client: Option<&Client>) -> Result<(Endpoint, ClientRegistration), Error> {
    let missing = Misuse::NoEndpoint { name: "token_endpoint" };
    let client = client.ok_or(countersign_flow::Error::from(missing.clone()))?;
    let endpoint = client.token_endpoint.as_deref().ok_or(countersign_flow::Error::from(missing))?;
    Ok((Endpoint::new("token_endpoint", endpoint)?, ClientRegistration::from_client(client)?))
}

/// What a source is told of the grant.
pub(super) fn known(credential: &Credential, key: &Key, resource: &[String]) -> Option<TokenSet> {
    let refresh = credential.refresh_token().cloned();
    let access = freshness::pick(credential, key, resource).cloned();
    if refresh.is_none() && access.is_none() {
        return None;
    }
    // A record may hold a refresh token alone; an empty access token is over before it began.
    let nothing = || AccessToken::bearer(Secret::default(), Timestamp::from_unix(0));
    let mut known = TokenSet::new(access.unwrap_or_else(nothing));
    known.refresh = refresh;
    known.id_token.clone_from(&credential.id_token);
    Some(known)
}

/// The first record of somebody's own source: the tokens it gives, and nothing long-lived.
pub(super) fn blank(key: &Key) -> Credential {
    let client = Client::new(key.client.as_str());
    let nothing = AccessToken::bearer(Secret::default(), Timestamp::from_unix(0));
    let mut credential = Credential::oauth2(client, TokenSet::new(nothing));
    credential.tokens.clear();
    credential.scopes = key.scopes.clone().unwrap_or_default();
    credential
}
