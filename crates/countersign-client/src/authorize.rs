//! A credential of any kind, put on a request.

#[cfg(feature = "oauth1")]
use core::sync::atomic::Ordering;

use countersign_flow::{Authorization, Authorize, Bearer, RequestView};
use countersign_token::{Credential, Grant};
#[cfg(feature = "oauth1")]
use countersign_wire::flow::Env;

use crate::{
    Error,
    account::{Account, Snapshot},
    world::World,
};

/// Whether requests are authorized with an access token, which a server may issue anew.
pub(crate) fn has_tokens(snapshot: &Snapshot) -> bool {
    !matches!(snapshot.credential.grant, Grant::OAuth1 { .. })
}

/// How requests are authorized with a credential.
pub(crate) fn way(credential: &Credential) -> Result<Box<dyn Authorize>, Error> {
    match &credential.grant {
        #[cfg(feature = "oauth1")]
        Grant::OAuth1 { client, token, signature_method } => {
            let method = signature_method.as_deref();
            let signer =
                countersign_flow::authorize::OAuth1::with_method(method, client.clone(), token.clone());
            Ok(Box::new(signer?))
        }
        #[cfg(not(feature = "oauth1"))]
        Grant::OAuth1 { .. } => {
            Err(crate::ErrorKind::Misuse("an OAuth 1.0a credential needs the feature \"oauth1\"").into())
        }
        _ => Ok(Box::new(Bearer::new())),
    }
}

/// What to put on this request, with the token for these resources.
pub(crate) fn authorize(
    world: &World,
    account: &Account,
    snapshot: &Snapshot,
    resource: &[String],
    request: RequestView<'_>,
) -> Result<Authorization, Error> {
    let current = snapshot.current(account.key(), resource);
    if has_tokens(snapshot) && current.is_none() {
        return Err(Error::needs_login(account.key()));
    }
    let way = snapshot.way.as_ref().map_err(Clone::clone)?;
    let env = world.env();
    #[cfg(feature = "oauth1")]
    let env = Env { now: env.now.plus_seconds(account.skew.load(Ordering::Relaxed)), ..env };
    Ok(way.authorize(request, current, &env)?)
}
