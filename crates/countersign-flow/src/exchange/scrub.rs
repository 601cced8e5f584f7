use alloc::vec::Vec;

use countersign_token::Secret;

use crate::{ClientRegistration, Error};

/// What was sent and must not come back to anybody in a server's words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scrub(Vec<Secret>);

impl Scrub {
    /// The secret of this client.
    pub(crate) fn of(client: &ClientRegistration) -> Self {
        Self(client.authentication.secret().cloned().into_iter().collect())
    }

    /// This secret too.
    pub(crate) fn push(&mut self, secret: &Secret) {
        self.0.push(secret.clone());
    }

    /// The error without them.
    pub(crate) fn error(&self, error: Error) -> Error {
        let Error::Refused(mut refusal) = error else {
            return error;
        };
        for secret in &self.0 {
            refusal.scrub(secret);
        }
        Error::Refused(refusal)
    }
}
