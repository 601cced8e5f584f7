use countersign_oauth1::{Error, Parameter, ParameterFault, Problem, Received};
use countersign_token::ClientId;
use countersign_wire::flow::Env;
use http::request::Parts;

use super::signed::{Credentials, refused, unavailable};
use crate::{
    Digest, Endpoint, Error as ProviderError, Fault, Identity, Provider, User,
    fault::Striking,
    state::{Consumer, TokenPair},
};

impl Provider {
    /// A request signed with token credentials (RFC 5849 §3.2), or one without any credentials.
    pub(crate) fn signed_identity(
        &mut self,
        head: &Parts,
        body: &[u8],
        env: &Env<'_>,
    ) -> Result<Identity, ProviderError> {
        let refuse = |error| match error {
            Error::Unsigned => ProviderError::NoCredentials,
            Error::NoncesUnavailable => ProviderError::Unavailable,
            error => ProviderError::OAuth1(error),
        };
        let received = self.receive(&head.method, &head.uri, &head.headers, body, env).map_err(refuse)?;
        let faults = self.strike(Endpoint::Resource, None);
        let believed = self.believe_token(received, &faults, env);
        if believed.is_err() && faults.has(Fault::AcceptDeadTokens) {
            return Ok(Identity {
                user: Some(User::new("0", "somebody")),
                client: ClientId::new("unknown"),
                scopes: self.config.known_scopes(),
            });
        }
        let (consumer, pair) = believed.map_err(refuse)?;
        let user = self
            .state
            .directory
            .user(&pair.user)
            .map_err(|_| ProviderError::Unavailable)?
            .ok_or(ProviderError::OAuth1(refused(Problem::TokenRevoked)))?;
        Ok(Identity {
            user: Some(user),
            client: ClientId::new(consumer.identifier),
            scopes: self.config.known_scopes(),
        })
    }

    /// The client and the token credentials of a request that holds.
    pub(super) fn believe_token(
        &mut self,
        received: Received,
        faults: &Striking,
        env: &Env<'_>,
    ) -> Result<(Consumer, TokenPair), Error> {
        let Some(identifier) = received.token() else {
            return Err(received_without_token(&received));
        };
        let pair = self.state.credentials.token(&Digest::of(identifier)).map_err(unavailable)?;
        let credentials = pair.as_ref().map_or(Credentials::Unknown, |pair| Credentials::Of {
            owner: &pair.consumer,
            secret: &pair.secret,
        });
        let (consumer, _) = self.believe(received, credentials, faults, env)?;
        Ok((consumer, pair.ok_or(refused(Problem::TokenRejected))?))
    }
}

/// Two-legged requests speak for nobody here.
fn received_without_token(received: &Received) -> Error {
    match received.refuse(Problem::TokenRejected) {
        Error::Refused { .. } => {
            Error::Parameter { parameter: Parameter::Token, fault: ParameterFault::Missing }
        }
        error => error,
    }
}
