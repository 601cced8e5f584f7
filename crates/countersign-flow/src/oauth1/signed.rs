use alloc::string::String;
use core::fmt;

use countersign_oauth1::{Form, Signer, Stamp, Target};
use countersign_token::Secret;
use countersign_wire::flow::{Env, Flow, Input, Step};

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
}

impl Flow for Signed {
    type Output = Answer;
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<Answer>, Error> {
        let mut step = self.exchange.step(input, env)?;
        if let Step::Send(request) = &mut step {
            let form = core::str::from_utf8(request.body()).unwrap_or_default();
            let mut target = Target::new(request.method(), request.uri(), Form::Encoded(form));
            if let Some(callback) = &self.callback {
                target = target.callback(callback);
            }
            if let Some(verifier) = &self.verifier {
                target = target.verifier(verifier.expose());
            }
            let nonce = countersign_oauth1::nonce(env.entropy)?;
            let header = self.signer.authorization(target, Stamp::new(env.now, &nonce));
            let header = Secret::new(header.map_err(unsignable)?);
            Authorization::new(&header)?.apply(request);
        }
        Ok(step)
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}
