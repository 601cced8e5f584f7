//! ID tokens as what is presented.

use countersign_jwt::Unverified;
use countersign_token::{AccessToken, Expiry, IdToken, Timestamp, TokenSet};
use countersign_wire::flow::Env;

/// A set in which the ID token is also the access token; its own `exp` says when it is over.
pub(crate) fn tokens(id_token: IdToken, expires: Expiry, resource: &[String], env: &Env<'_>) -> TokenSet {
    let expires = expiry(id_token.secret().expose()).map_or(expires, Expiry::At);
    let mut access = AccessToken::bearer(id_token.secret().clone(), env.now).with_expiry(expires);
    access.resource = resource.to_vec();
    let mut tokens = TokenSet::new(access);
    tokens.id_token = Some(id_token);
    tokens
}

/// What the token says of its own end; whoever it is shown to verifies it.
fn expiry(token: &str) -> Option<Timestamp> {
    let claims = Unverified::parse(token).and_then(|token| token.claims()).ok()?;
    let seconds = claims.get("exp")?.as_integer()?;
    i64::try_from(seconds).ok().map(Timestamp::from_unix)
}
