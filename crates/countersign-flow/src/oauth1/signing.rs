use alloc::{
    string::{String, ToString},
    sync::Arc,
};
use core::fmt;

use countersign_oauth1::{Algorithm, SignatureMethod, Signer, Token};
use countersign_token::{ClientCredentials, ClientId};

use crate::{Error, authorize::unsignable, error::Misuse};

/// The signature method of a conversation: one that is keyed by the secrets, or one that has its key already.
#[derive(Clone)]
pub(super) struct Signing {
    name: String,
    own: Option<Arc<dyn SignatureMethod>>,
}

impl Signing {
    /// The method of this name, keyed by the secrets; whether there is one is seen when it is to sign.
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_string(), own: None }
    }

    /// A method that has its key.
    pub(super) fn own(method: impl SignatureMethod + 'static) -> Self {
        Self { name: method.name().to_string(), own: Some(Arc::new(method)) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        Algorithm::from_name(&self.name).unwrap_or(Algorithm::Own)
    }

    pub(super) fn signer(
        &self,
        client: &ClientCredentials,
        token: impl Into<Token>,
    ) -> Result<Signer, Error> {
        if let Some(method) = &self.own {
            return Ok(Signer::with_method(
                Arc::clone(method),
                ClientId::new(client.identifier.as_str()),
                token,
            ));
        }
        let algorithm = Algorithm::from_name(&self.name).ok_or(Misuse::SignatureMethod)?;
        Signer::new(algorithm, client.clone(), token).map_err(unsignable)
    }
}

impl From<Algorithm> for Signing {
    fn from(algorithm: Algorithm) -> Self {
        Self::named(algorithm.as_str())
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, own: _ } = self;
        write!(f, "Signing({name})")
    }
}
