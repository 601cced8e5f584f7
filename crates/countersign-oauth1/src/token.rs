use countersign_token::{Secret, TemporaryCredentials, TokenCredentials};

/// What a request is signed with besides the client credentials.
#[doc(alias = "two_legged")]
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Token {
    /// Nothing: `oauth_token` is not sent, as in the request for temporary credentials and two-legged calls.
    #[default]
    None,
    /// Nothing, but `oauth_token` is sent empty, which some servers ask of two-legged calls.
    Empty,
    /// Temporary credentials, which sign the request for token credentials (RFC 5849 §2.3).
    Temporary(TemporaryCredentials),
    /// Token credentials, which sign on behalf of an account.
    Account(TokenCredentials),
}

impl Token {
    /// The value of `oauth_token` and the secret that goes with it.
    pub(crate) fn parts(&self) -> (Option<&str>, Option<&Secret>) {
        match self {
            Self::None => (None, None),
            Self::Empty => (Some(""), None),
            Self::Temporary(pair) => (Some(pair.identifier.expose()), Some(&pair.secret)),
            Self::Account(pair) => (Some(pair.identifier.expose()), Some(&pair.secret)),
        }
    }
}

impl From<TokenCredentials> for Token {
    fn from(pair: TokenCredentials) -> Self {
        Self::Account(pair)
    }
}

impl From<TemporaryCredentials> for Token {
    fn from(pair: TemporaryCredentials) -> Self {
        Self::Temporary(pair)
    }
}

impl<T: Into<Self>> From<Option<T>> for Token {
    fn from(pair: Option<T>) -> Self {
        pair.map_or(Self::None, Into::into)
    }
}
