use core::fmt;

use countersign_token::Scopes;

/// Why a configuration cannot be used, or a request does not reach a resource.
///
/// For a request, [`Provider::refuse`](crate::Provider::refuse) turns it into the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The issuer is not an `https` origin, or an `http` one on a loopback address (RFC 8414 §2).
    Issuer,
    /// Faults are for tests: the issuer must be on a loopback address.
    NotLoopback,
    /// The request carries no credentials; its challenge names no error (RFC 6750 §3.1).
    NoCredentials,
    /// The credentials are malformed, or there are several (RFC 6750 §3.1 `invalid_request`).
    InvalidRequest,
    /// The token is unknown, expired or revoked (RFC 6750 §3.1 `invalid_token`).
    InvalidToken,
    /// The token does not reach this far (RFC 6750 §3.1 `insufficient_scope`).
    InsufficientScope {
        /// What would.
        needed: Scopes,
    },
    /// The OAuth 1.0a signature, or what it signs, is refused (RFC 5849 §3.2).
    OAuth1(countersign_oauth1::Error),
    /// The state could not be reached, or holds as much as it may; later may be better.
    Unavailable,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issuer => {
                f.write_str("the issuer must be https, or http on a loopback address, without query")
            }
            Self::NotLoopback => f.write_str("faults need an issuer on a loopback address"),
            Self::NoCredentials => f.write_str("the request carries no credentials"),
            Self::InvalidRequest => f.write_str("the request's credentials are malformed"),
            Self::InvalidToken => f.write_str("the token is unknown, expired or revoked"),
            Self::InsufficientScope { needed } => write!(f, "the token lacks the scope {needed}"),
            Self::OAuth1(error) => error.fmt(f),
            Self::Unavailable => f.write_str("the provider's state is unavailable"),
        }
    }
}

impl core::error::Error for Error {}
