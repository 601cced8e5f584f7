use core::fmt;

use countersign_token::Secret;
use countersign_wire::flow::Entropy;

use super::{SharedSecret, SignatureMethod};
use crate::{Algorithm, Error, Signature};

/// PLAINTEXT (RFC 5849 §3.4.4): the signature is the two secrets themselves.
///
/// # Security
/// Whoever reads the request has the secrets. It is for TLS, and a [`Signer`](crate::Signer) refuses to send
/// it otherwise.
///
/// ```
/// use countersign_oauth1::Plaintext;
/// use countersign_token::Secret;
///
/// let method = Plaintext::new(&Secret::new("ja893SD9"), None);
/// assert!(method.signature().ct_eq("ja893SD9&"));
/// ```
#[derive(Clone)]
pub struct Plaintext(Secret);

impl Plaintext {
    /// The method under a client's secret and the token's; no token is an empty secret.
    pub fn new(client: &Secret, token: Option<&Secret>) -> Self {
        Self(SharedSecret::new(client, token).text())
    }

    /// The value of `oauth_signature`.
    pub fn signature(&self) -> &Secret {
        &self.0
    }

    /// Whether a signature holds, in time that depends on the lengths only.
    pub fn verify(&self, signature: &str) -> bool {
        self.0.ct_eq(signature)
    }
}

impl SignatureMethod for Plaintext {
    fn name(&self) -> &str {
        Algorithm::Plaintext.as_str()
    }

    fn sign(&self, _: &str, _: &dyn Entropy) -> Result<Signature, Error> {
        Ok(self.0.clone().into())
    }

    fn verify(&self, _: &str, signature: &str) -> bool {
        self.0.ct_eq(signature)
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Plaintext(..)")
    }
}
