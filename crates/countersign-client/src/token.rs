use countersign_token::AccessToken;

/// An access token, handed out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Token {
    /// The token, with its scopes and its expiry.
    pub access: AccessToken,
    /// Whether it was got from the server just now, by this call or one it waited for.
    pub refreshed: bool,
}

impl Token {
    pub(crate) fn new(access: AccessToken, refreshed: bool) -> Self {
        Self { access, refreshed }
    }
}
