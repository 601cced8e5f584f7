use core::fmt;

use countersign_wire::flow::{Env, Flow, Input, Step};
use http::{HeaderValue, Uri};

use super::{Nonces, PROOF, Proof, ProofKey, wanted_nonce};
use crate::{
    Error,
    exchange::{Answer, Exchange},
};

/// An exchange whose requests prove the possession of a key, when there is one (RFC 9449 §5, §8).
///
/// It is inside the client's authentication, so that a request that is sent once more with another nonce has
/// a new assertion as well as a new proof.
pub(crate) struct Proven {
    exchange: Exchange,
    key: Option<ProofKey>,
    uri: Uri,
    retried: bool,
}

impl Proven {
    pub(crate) fn new(exchange: Exchange) -> Self {
        Self { exchange, key: None, uri: Uri::default(), retried: false }
    }

    /// Binds what is granted to this key.
    pub(crate) fn bind(&mut self, key: ProofKey) {
        self.key = Some(key);
    }

    pub(crate) fn key(&self) -> Option<&ProofKey> {
        self.key.as_ref()
    }

    /// What is known of nonces by now.
    pub(crate) fn nonces(&self) -> Nonces {
        self.key.as_ref().map(|key| key.nonces.clone()).unwrap_or_default()
    }

    pub(crate) fn exchange_mut(&mut self) -> &mut Exchange {
        &mut self.exchange
    }

    /// Begins anew, after an answer that asks for another request.
    pub(crate) fn restart(&mut self) {
        self.exchange.restart();
        self.retried = false;
    }
}

impl Flow for Proven {
    type Output = Answer;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        let Some(key) = &mut self.key else {
            return self.exchange.step(input, env);
        };
        if let Input::Response(response) = &input
            && self.exchange.is_waiting_for_answer()
        {
            key.nonces.observe(&self.uri, response.headers());
            if !self.retried && wanted_nonce(response).is_some() {
                self.retried = true;
                self.exchange.restart();
                return self.step(Input::Start, env);
            }
        }
        let mut step = self.exchange.step(input, env)?;
        if let Step::Send(request) = &mut step {
            self.uri = request.uri().clone();
            let nonce = key.nonces.get(&self.uri);
            let proof = Proof::new(request.method(), &self.uri, nonce);
            let proof = key.key.prove(&proof, env).inspect_err(|_| self.exchange.finish())?;
            let mut value = HeaderValue::from_str(proof.expose())
                .map_err(|_| countersign_wire::Error::Malformed { name: "DPoP" })
                .inspect_err(|_| self.exchange.finish())?;
            value.set_sensitive(true);
            request.headers_mut().insert(PROOF, value);
        }
        Ok(step)
    }
}

impl fmt::Debug for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exchange, key, uri: _, retried: _ } = self;
        f.debug_struct("Proven").field("exchange", exchange).field("key", key).finish_non_exhaustive()
    }
}
