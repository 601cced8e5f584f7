use core::fmt;

use countersign_wire::{
    Params,
    flow::{Env, Flow, Input, Purpose, Step},
};

use super::{Signatory, answer, clock::Clock, signed::Signed};
use crate::{
    Endpoint, Error,
    exchange::{Answer, Exchange, Replay},
};

/// The end of token credentials at a server that has an address for it.
///
/// RFC 5849 has none. The predecessors sent a signed `GET`, and any success said that the token was dead;
/// Google's address was `https://www.google.com/accounts/AuthSubRevokeToken`, which answers no more.
///
/// A token of which the server says that it has ended already (`token_revoked`, `token_expired`) is as good as
/// revoked. `token_rejected` is no such word: it may be about another client's token.
pub struct TokenRevocation {
    signed: Signed,
    signatory: Signatory,
}

impl TokenRevocation {
    /// Revokes by a signed `GET`, as the predecessors did.
    ///
    /// # Errors
    /// [`Misuse::SignatureMethod`](crate::error::Misuse::SignatureMethod) when the signatory's method is not
    /// known here, or its key is not given.
    pub fn new(endpoint: &Endpoint, signatory: &Signatory) -> Result<Self, Error> {
        Self::by(Exchange::get_once(endpoint, Purpose::Revocation), signatory)
    }

    /// Revokes by a signed and empty `POST`, which no cache and no prefetch ever sends.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    pub fn post(endpoint: &Endpoint, signatory: &Signatory) -> Result<Self, Error> {
        Self::by(Exchange::post(endpoint, Purpose::Revocation, Params::new(), Replay::UnlessSent), signatory)
    }

    fn by(exchange: Exchange, signatory: &Signatory) -> Result<Self, Error> {
        Ok(Self { signed: signatory.signed(exchange)?, signatory: signatory.clone() })
    }

    /// When the server refuses the timestamp, signs once more by the server's clock.
    #[must_use]
    pub fn follow_server_clock(mut self) -> Self {
        self.signed.clock = Clock::following(0);
        self
    }

    fn read(&self, answer: &Answer) -> Result<(), Error> {
        let response = &answer.response;
        match answer::heed(response, answer::body(response).as_ref(), &self.signatory.secrets()) {
            Err(Error::Refused(refusal))
                if matches!(refusal.code.as_str(), "token_revoked" | "token_expired") =>
            {
                Ok(())
            }
            Ok(()) if !response.status().is_success() => {
                Err(countersign_wire::Error::NotAnAnswer { status: response.status().as_u16() }.into())
            }
            other => other,
        }
    }
}

impl Flow for TokenRevocation {
    type Output = ();
    type Error = Error;

    fn step(&mut self, input: Input, env: &Env<'_>) -> Result<Step<()>, Error> {
        Ok(match self.signed.step(input, env)? {
            Step::Send(request) => Step::Send(request),
            Step::Wait(pause) => Step::Wait(pause),
            Step::Done(answer) => Step::Done(self.read(&answer)?),
        })
    }
}

impl fmt::Debug for TokenRevocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signed, signatory } = self;
        f.debug_struct("TokenRevocation").field("signed", signed).field("signatory", signatory).finish()
    }
}
