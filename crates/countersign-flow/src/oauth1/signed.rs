use alloc::{string::String, vec::Vec};
use core::fmt;

use countersign_oauth1::{Form, Signer, Stamp, Target};
use countersign_token::Secret;
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::{Method, Request, header::ACCEPT};

use super::{clock::Clock, session};
use crate::{
    Authorization, Error,
    authorize::unsignable,
    exchange::{Answer, Exchange},
};

/// An exchange whose every request is signed in the header, each with its own nonce.
pub(super) struct Signed {
    pub(super) exchange: Exchange,
    pub(super) signer: Signer,
    pub(super) callback: Option<String>,
    pub(super) verifier: Option<Secret>,
    pub(super) session_handle: Option<Secret>,
    pub(super) clock: Clock,
}

impl Signed {
    pub(super) fn new(exchange: Exchange, signer: Signer) -> Self {
        let clock = Clock::default();
        Self { exchange, signer, callback: None, verifier: None, session_handle: None, clock }
    }

    fn sign(&self, request: &mut Request<Vec<u8>>, env: &Env<'_>) -> Result<(), Error> {
        if request.method() == Method::GET {
            // What is fetched by a signed request is plain text.
            request.headers_mut().remove(ACCEPT);
        }
        let form = core::str::from_utf8(request.body()).unwrap_or_default();
        let mut target = Target::new(request.method(), request.uri(), Form::Encoded(form));
        if let Some(callback) = &self.callback {
            target = target.callback(callback);
        }
        if let Some(verifier) = &self.verifier {
            target = target.verifier(verifier.expose());
        }
        let handle = self.session_handle.as_ref().map(|handle| [(session::HANDLE, handle.expose())]);
        if let Some(handle) = &handle {
            target = target.parameters(handle);
        }
        let nonce = countersign_oauth1::nonce(env.entropy)?;
        let stamp = Stamp::new(self.clock.now(env), &nonce).entropy(env.entropy);
        let header = Secret::new(self.signer.authorization(target, stamp).map_err(unsignable)?);
        Authorization::new(&header)?.apply(request);
        Ok(())
    }
}

impl Flow for Signed {
    type Output = Answer;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        let mut step = self.exchange.step(input, env)?;
        if let Step::Done(answer) = &step
            && self.clock.correct(&answer.response, env)
        {
            self.exchange.restart();
            step = self.exchange.step(Input::Start, env)?;
        }
        if let Step::Send(request) = &mut step {
            self.sign(request, env).inspect_err(|_| self.exchange.finish())?;
        }
        Ok(step)
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}
