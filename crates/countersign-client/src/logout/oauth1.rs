use countersign_flow::{Authorize, Endpoint, RequestView};
use countersign_token::Credential;
use countersign_wire::flow::{Handling, Purpose};
use http::Request;

use super::LoggedOut;
use crate::{Error, ErrorKind, user_agent, world::World};

/// The member of `extra` that names where a signed `POST` revokes the token: OAuth 1.0a has no such
/// endpoint of its own, some servers have one.
const ENDPOINT: &str = "revocation_endpoint";

pub(super) async fn revoke(
    world: &World,
    way: &dyn Authorize,
    credential: &Credential,
) -> Result<LoggedOut, Error> {
    let Some(endpoint) = credential.extra.text(ENDPOINT) else {
        return Ok(LoggedOut::NotOffered);
    };
    let endpoint = Endpoint::new(ENDPOINT, endpoint)?;
    let mut request = Request::new(Vec::new());
    *request.method_mut() = http::Method::POST;
    request.uri_mut().clone_from(endpoint.uri());
    request.extensions_mut().insert(Handling::new(Purpose::Revocation));
    user_agent::put(credential.user_agent.as_deref().or(world.product.as_deref()), &mut request);
    way.authorize(RequestView::whole(&request), None, &world.env())?.apply(&mut request);
    let status = world.send(request).await?.status();
    // A 401 may mean that the token is dead, or that a clock is wrong: it proves nothing.
    if status.is_success() {
        return Ok(LoggedOut::Revoked { unsupported: 0 });
    }
    let error = countersign_wire::Error::NotAnAnswer { status: status.as_u16() };
    Err(Error::because(ErrorKind::Answer, error.is_transient(), error))
}
