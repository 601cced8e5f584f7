//! The authorization code grant, from the person's consent to the credential.

use countersign_flow::{
    AuthorizationRequest, AuthorizationServer, AuthorizedCode, Callback, ClientAuthentication,
    ClientRegistration, Discovery, PendingAuthorization, error::Misuse,
};
use countersign_token::Credential;
use countersign_wire::{Params, form};

use super::{LoginOptions, Server, session};
use crate::{Error, world::World};

impl session::Pending for PendingAuthorization {
    type Answer = AuthorizedCode;

    fn answer(self, query: &str) -> Result<Result<AuthorizedCode, countersign_flow::Error>, Self> {
        match self.callback(query) {
            Ok(Callback::Ours(code)) => Ok(Ok(code)),
            Ok(Callback::NotOurs(pending)) => Err(pending),
            Err(error) => Ok(Err(error)),
        }
    }

    /// A code alone comes from the person's own hand, and PKCE ties it to this login. What else the server
    /// says in its answer, such as who it is, the person has left out.
    fn code(self, code: &str) -> Result<AuthorizedCode, countersign_flow::Error> {
        let answer = Params::new().with("state", self.state().clone()).with("iss", self.issuer());
        let query = form::print(&answer.with("code", code));
        // With the state of the login itself it is always ours.
        self.answer(&query).unwrap_or(Err(Misuse::UnexpectedInput.into()))
    }
}

/// Finds the server, asks the person, and redeems the code.
pub(super) async fn login(
    world: &World,
    options: &LoginOptions,
    server: &Server,
    client: &ClientRegistration,
) -> Result<Credential, Error> {
    let (server, client) = discover(world, options, server, client).await?;
    let listener = session::listen(options)?;
    let mut request = AuthorizationRequest::new(&server, &client)
        .scopes(&options.scopes)
        .redirect_uri(listener.redirect_uri());
    for (name, value) in &options.params {
        request = request.param(name, value);
    }
    let (url, pending) = request.begin(&world.env())?;
    let code = session::wait(options, listener, &url, pending)?;
    let redeemed = world.converse(code.redeem(), options.user_agent.as_deref()).await?;
    Ok(Credential::oauth2(client.to_client(&server), redeemed.tokens))
}

/// The server with its endpoints, and the client as that server wants it.
async fn discover(
    world: &World,
    options: &LoginOptions,
    server: &Server,
    client: &ClientRegistration,
) -> Result<(AuthorizationServer, ClientRegistration), Error> {
    let mut client = client.clone();
    let server = match server {
        Server::Known(server) => (**server).clone(),
        Server::Issuer(issuer) => {
            let metadata = world.converse(Discovery::new(issuer)?, options.user_agent.as_deref()).await?;
            let server = AuthorizationServer::from_metadata(&metadata)?;
            if let ClientAuthentication::SecretBasic(secret) = client.authentication {
                client.authentication =
                    ClientAuthentication::choose(Some(secret), &server.client_authentication_methods);
            }
            server
        }
    };
    Ok((server, client))
}
