use countersign_token::{TokenSet, TokenType};
use countersign_wire::{flow::Env, header::bearer};

use super::{Authorization, Authorize, RequestView};
use crate::{Error, endpoint, error::Misuse};

/// `Authorization: Bearer` (RFC 6750 §2.1).
///
/// Only over `https`, or `http` to a literal loopback address: whoever sees the token may use it. Never in
/// the query and never in the body.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to choose")]
pub struct Bearer;

impl Bearer {
    /// The way of bearer tokens.
    pub const fn new() -> Self {
        Self
    }
}

impl Authorize for Bearer {
    fn authorize(
        &self,
        request: RequestView<'_>,
        tokens: Option<&TokenSet>,
        _: &Env<'_>,
    ) -> Result<Authorization, Error> {
        let token = &tokens.ok_or(Misuse::NoToken { name: "access_token" })?.access;
        // A token that is bound to a key is refused by its server without the proof.
        if token.token_type != TokenType::Bearer || token.binding.is_some() {
            return Err(Misuse::TokenType.into());
        }
        if !endpoint::is_confidential(request.uri) {
            return Err(Misuse::ClearText.into());
        }
        Authorization::new(&bearer::print(token.secret.expose())?)
    }
}
