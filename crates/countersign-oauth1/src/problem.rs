use core::fmt;

use http::StatusCode;

/// Why a server refuses a request, as the Problem Reporting extension of OAuth 1.0 names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// The version is not 1.0.
    VersionRejected,
    /// A parameter is missing.
    ParameterAbsent,
    /// A parameter repeats, stands in a second place or has a value that cannot be used.
    ParameterRejected,
    /// The timestamp is too far from the server's clock.
    TimestampRefused,
    /// The nonce has been used with this timestamp, client and token.
    NonceUsed,
    /// The signature method is not one of the server's.
    SignatureMethodRejected,
    /// The signature does not hold.
    SignatureInvalid,
    /// There is no such client.
    ConsumerKeyUnknown,
    /// The client may not do this.
    ConsumerKeyRejected,
    /// The temporary credentials have been used.
    TokenUsed,
    /// The token is past its lifetime.
    TokenExpired,
    /// The user has taken the token back.
    TokenRevoked,
    /// There is no such token, or it is another client's.
    TokenRejected,
    /// The token does not reach this far.
    AdditionalAuthorizationRequired,
    /// The user has not yet decided.
    PermissionUnknown,
    /// The user has said no.
    PermissionDenied,
    /// The verifier is missing or wrong.
    VerifierInvalid,
}

impl Problem {
    /// The value of `oauth_problem`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VersionRejected => "version_rejected",
            Self::ParameterAbsent => "parameter_absent",
            Self::ParameterRejected => "parameter_rejected",
            Self::TimestampRefused => "timestamp_refused",
            Self::NonceUsed => "nonce_used",
            Self::SignatureMethodRejected => "signature_method_rejected",
            Self::SignatureInvalid => "signature_invalid",
            Self::ConsumerKeyUnknown => "consumer_key_unknown",
            Self::ConsumerKeyRejected => "consumer_key_rejected",
            Self::TokenUsed => "token_used",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::TokenRejected => "token_rejected",
            Self::AdditionalAuthorizationRequired => "additional_authorization_required",
            Self::PermissionUnknown => "permission_unknown",
            Self::PermissionDenied => "permission_denied",
            Self::VerifierInvalid => "verifier_invalid",
        }
    }

    /// The status of the answer (RFC 5849 §3.2): 400 for the request's form, 401 for what it presents.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::VersionRejected
            | Self::ParameterAbsent
            | Self::ParameterRejected
            | Self::SignatureMethodRejected => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNAUTHORIZED,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
