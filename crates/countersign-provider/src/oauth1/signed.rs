use countersign_oauth1::{Error, Incoming, Problem, Received, RequestUri, Window};
use countersign_token::Secret;
use countersign_wire::flow::{Env, NoEntropy};
use http::{HeaderMap, Method, Uri};

use crate::{
    Fault, Provider,
    fault::Striking,
    state::{Consumer, Unavailable},
};

/// A refusal with this code.
pub(super) const fn refused(problem: Problem) -> Error {
    Error::Refused { problem }
}

pub(super) const fn unavailable(_: Unavailable) -> Error {
    Error::NoncesUnavailable
}

/// Without random bytes nothing can be issued, which is as good as being out of reach.
pub(super) const fn no_entropy(_: NoEntropy) -> Error {
    Error::NoncesUnavailable
}

impl Provider {
    /// Reads a signed request as the public origin saw it, whatever `Host` it names.
    pub(super) fn receive(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        env: &Env<'_>,
    ) -> Result<Received, Error> {
        let (scheme, host) = self.config.origin();
        let target = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let uri = RequestUri::parts(scheme, host, target);
        let received = Received::parse(Incoming::from_http(method, uri, headers, body)?)?;
        received.check_timestamp(env.now, self.window())?;
        Ok(received)
    }

    /// The client and the request, once the signature holds and the nonce is spent.
    ///
    /// An unknown client, and credentials that are unknown or another client's, cost the same work as a
    /// wrong signature; an unknown client is also answered like one.
    pub(super) fn believe(
        &mut self,
        received: Received,
        credentials: Credentials<'_>,
        faults: &Striking,
        env: &Env<'_>,
    ) -> Result<(Consumer, Received), Error> {
        let consumer = self.state.directory.consumer(received.consumer_key()).map_err(unavailable)?;
        // An empty secret is one that everybody knows.
        let Some(consumer) = consumer.filter(|consumer| !consumer.secret.is_empty()) else {
            return Err(received.refuse(Problem::SignatureInvalid));
        };
        let secret = match credentials {
            Credentials::None => None,
            Credentials::Of { owner, secret } if owner == consumer.identifier => Some(secret),
            Credentials::Of { .. } | Credentials::Unknown => {
                return Err(received.refuse(Problem::TokenRejected));
            }
        };
        if faults.has(Fault::DenySignature) {
            return Err(received.refuse(Problem::SignatureInvalid));
        }
        if faults.has(Fault::SkipSignature) {
            return Ok((consumer, received));
        }
        let verified = received.verify(&consumer.secret, secret)?;
        let fresh = verified.spend_nonce(env.now, self.window(), &mut self.state.nonces);
        if !faults.has(Fault::AcceptReplays) {
            fresh?;
        }
        Ok((consumer, verified.into_received()))
    }

    fn window(&self) -> Window {
        let seconds = self.config.lifetimes.timestamp_window.as_secs();
        Window::seconds(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}

/// What a request is signed with besides the client's secret.
pub(super) enum Credentials<'a> {
    /// Nothing, and nothing is expected.
    None,
    /// Credentials with their owner.
    Of { owner: &'a str, secret: &'a Secret },
    /// Credentials nobody knows.
    Unknown,
}
