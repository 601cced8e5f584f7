use countersign_flow::{
    Endpoint,
    oauth1::{Signatory, TokenRevocation},
};
use countersign_token::{Credential, Grant};

use super::LoggedOut;
use crate::{Error, world::World};

/// The member of `extra` that names where a signed request revokes the token: OAuth 1.0a has no such
/// endpoint of its own, some servers have one.
pub(crate) const ENDPOINT: &str = "revocation_endpoint";

/// The member of `extra` that says by which method; `POST` when it is absent.
pub(crate) const METHOD: &str = "revocation_method";

pub(super) async fn revoke(world: &World, credential: &Credential) -> Result<LoggedOut, Error> {
    let (Some(endpoint), Grant::OAuth1 { token: Some(_), .. }) =
        (credential.extra.text(ENDPOINT), &credential.grant)
    else {
        return Ok(LoggedOut::NotOffered);
    };
    let endpoint = Endpoint::new(ENDPOINT, endpoint)?;
    let signatory = Signatory::of(credential)?;
    let mut revocation = match credential.extra.text(METHOD) {
        Some("GET") => TokenRevocation::new(&endpoint, &signatory),
        _ => TokenRevocation::post(&endpoint, &signatory),
    }?;
    if world.follows_server_clock {
        revocation = revocation.follow_server_clock();
    }
    world.converse(revocation, credential.user_agent.as_deref()).await?;
    Ok(LoggedOut::Revoked { unsupported: 0 })
}
