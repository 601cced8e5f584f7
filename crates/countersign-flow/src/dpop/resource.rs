use alloc::{format, sync::Arc};
use core::fmt;

use countersign_token::{Binding, Secret, TokenSet, TokenType};
use countersign_wire::{flow::Env, header::bearer};

use super::{PROOF, Proof, Prove};
use crate::{Authorization, Authorize, Error, RequestView, endpoint, error::Misuse};

/// `Authorization: DPoP` with a proof for each request (RFC 9449 §7).
///
/// The nonce of the resource's server is taken from [`RequestView::dpop_nonce`]; whoever calls keeps
/// [`Nonces`](super::Nonces), and sends a request once more when [`wanted_nonce`](super::wanted_nonce) says so.
#[derive(Clone)]
pub struct DPoP(Arc<dyn Prove>);

impl DPoP {
    /// The way of tokens that are bound to this key.
    pub fn new(key: impl Prove + 'static) -> Self {
        Self(Arc::new(key))
    }
}

impl Authorize for DPoP {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        env: &Env<'_>,
    ) -> Result<Authorization, Error> {
        let token = &tokens.ok_or(Misuse::NoToken { name: "access_token" })?.access;
        if token.token_type != TokenType::DPoP {
            return Err(Misuse::TokenType.into());
        }
        // A proof by another key would be refused, and would tell its server of both.
        if let Some(Binding::DPoP { thumbprint }) = &token.binding
            && thumbprint != self.0.thumbprint()
        {
            return Err(Misuse::ProofKey.into());
        }
        if !endpoint::is_confidential(request.uri) {
            return Err(Misuse::ClearText.into());
        }
        if !bearer::is_sendable(token.secret.expose()) {
            return Err(countersign_wire::Error::Malformed { name: "access_token" }.into());
        }
        let proof = Proof::new(request.method, request.uri, request.dpop_nonce).with_token(&token.secret);
        let proof = self.0.prove(&proof, env)?;
        Authorization::new(&Secret::new(format!("DPoP {}", token.secret.expose())))?
            .with_header(PROOF, &proof)
    }
}

impl fmt::Debug for DPoP {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DPoP({})", self.0.thumbprint())
    }
}
