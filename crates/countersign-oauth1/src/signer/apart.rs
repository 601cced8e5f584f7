use alloc::{string::String, vec::Vec};

use countersign_token::Secret;

use super::Signer;
use crate::{Error, SignatureMethod, Stamp, Target};

impl Signer {
    pub(crate) fn inner(&self) -> &dyn SignatureMethod {
        self.method.inner()
    }

    /// What is sent, the signature apart, decoded, in the order in which it is sent; also for a key that can
    /// sign nothing.
    pub(crate) fn protocol(
        &self,
        target: Target<'_>,
        stamp: Stamp<'_>,
    ) -> Result<Vec<(String, Secret)>, Error> {
        let mut protocol = Vec::new();
        self.message(&target, stamp)?.each(|name, value| protocol.push((name.into(), value.into())));
        Ok(protocol)
    }
}
