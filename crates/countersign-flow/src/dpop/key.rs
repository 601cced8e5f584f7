use alloc::{string::String, sync::Arc};
use core::fmt;

use countersign_jwt::{Claims, Header, Jwk, Signer, sign};
use countersign_token::Secret;
use countersign_wire::flow::Env;

use super::{Proof, Prove};
use crate::{Error, assertion, error::Misuse, pkce};

/// A key of this process that makes proofs (RFC 9449 §4.2).
#[derive(Clone)]
pub struct DPoPKey {
    signer: Arc<dyn Signer>,
    public: Jwk,
    thumbprint: String,
}

impl DPoPKey {
    /// Takes over a key.
    ///
    /// # Errors
    /// [`Misuse::ProofKey`] when it is a shared secret or does not tell its public half.
    pub fn new(signer: impl Signer + 'static) -> Result<Self, Error> {
        let public = signer.public_key().cloned().ok_or(Misuse::ProofKey)?;
        if signer.algorithm().is_symmetric() {
            return Err(Misuse::ProofKey.into());
        }
        let thumbprint = public.thumbprint();
        Ok(Self { signer: Arc::new(signer), public, thumbprint })
    }
}

impl Prove for DPoPKey {
    fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    fn prove(&self, proof: &Proof<'_>, env: &Env<'_>) -> Result<Secret, Error> {
        let Proof { method, target, token_hash, nonce } = proof;
        let mut claims = Claims::new()
            .with_id(pkce::random_text(env.entropy)?)
            .with_text("htm", method.as_str())
            .with_text("htu", target.as_str())
            .with_issued_at(env.now);
        if let Some(hash) = token_hash {
            claims = claims.with_text("ath", hash.as_str());
        }
        if let Some(nonce) = nonce {
            claims = claims.with_text("nonce", *nonce);
        }
        let header = Header::typed("dpop+jwt").with_jwk(self.public.clone());
        sign(&header, &claims, &self.signer).map_err(assertion::unsigned)
    }
}

impl fmt::Debug for DPoPKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DPoPKey({})", self.thumbprint)
    }
}
