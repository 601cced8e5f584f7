use alloc::{string::String, vec::Vec};

/// How an answer of the token endpoint is read.
///
/// The default tolerates what many servers do and reports each as an [`Oddity`](super::Oddity). What one
/// provider alone does is understood only when it is named here, as data; [`strict`](Self::strict) tolerates
/// nothing that RFC 6749 §5 does not allow.
///
/// ```
/// use countersign_wire::{Error, response::{Oddity, TokenResponse, Tolerance}};
///
/// let answer = http::Response::new(br#"{"access_token":"a","token_type":"bot"}"#.to_vec());
/// assert_eq!(TokenResponse::parse(&answer).unwrap_err(), Error::TokenType);
///
/// let mut slack = Tolerance::default();
/// slack.bearer_types.push("bot".into());
/// assert!(TokenResponse::parse_with(&answer, &slack)?.oddities.contains(&Oddity::TokenTypeAlias));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tolerance {
    /// Nothing odd is tolerated: [`Error::Odd`](crate::Error::Odd) names the first that was met.
    pub strict: bool,
    /// Token types of the provider's own that are presented as Bearer, such as `bot`.
    pub bearer_types: Vec<String>,
    /// Members in which the answer may be nested, such as `authed_user`; the outermost token comes first.
    pub nested: Vec<String>,
    /// A comma delimits scopes even beside spaces.
    pub scope_commas: bool,
    /// Members under which the provider writes an error code, such as `errcode`.
    pub error_names: Vec<String>,
    /// The lifetime may be given as the moment `expires_at` or `expires_on`, in seconds since 1970.
    pub expires_at: bool,
    /// A lifetime of zero means that the token is over, not that its lifetime is unknown.
    pub zero_is_over: bool,
}

impl Tolerance {
    /// Tolerates nothing.
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }
}
