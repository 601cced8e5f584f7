use countersign_token::Timestamp;

use super::Received;
use crate::{Error, NonceStore, NonceUse, Problem, Recorded, Window};

/// A request whose signature holds: it comes from whoever has the secrets.
///
/// It may still be the repetition of an earlier one, until [`spend_nonce`](Self::spend_nonce) says otherwise.
#[derive(Clone, Debug)]
#[must_use = "a request that holds may still be a repetition"]
pub struct Verified(Received);

impl Verified {
    pub(super) fn new(received: Received) -> Self {
        Self(received)
    }

    /// The request.
    pub fn received(&self) -> &Received {
        &self.0
    }

    /// The request, kept.
    pub fn into_received(self) -> Received {
        self.0
    }

    /// Checks the timestamp and uses up the nonce (RFC 5849 §3.3), so that the request is accepted once.
    ///
    /// PLAINTEXT without timestamp or nonce passes, for RFC 5849 §3.1 lets it leave them out.
    ///
    /// # Errors
    /// [`Error::Timestamp`], [`Error::Refused`] with [`Problem::NonceUsed`], or [`Error::NoncesUnavailable`].
    pub fn spend_nonce(
        &self,
        now: Timestamp,
        window: Window,
        nonces: &mut dyn NonceStore,
    ) -> Result<(), Error> {
        let Some(timestamp) = self.0.timestamp() else {
            return Ok(());
        };
        let oldest = window.check(timestamp, now)?;
        let Some(nonce) = self.0.nonce() else {
            return Ok(());
        };
        let used = NonceUse::new(self.0.consumer_key(), self.0.token(), timestamp, nonce);
        match nonces.record(used, oldest) {
            Recorded::New => Ok(()),
            Recorded::Used => Err(Error::Refused { problem: Problem::NonceUsed }),
            Recorded::Unavailable => Err(Error::NoncesUnavailable),
        }
    }
}
