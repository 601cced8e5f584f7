/// Something in an answer that no specification allows and that was understood all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Oddity {
    /// The body was a form and not JSON.
    FormBody,
    /// The body was JSON under another content type, or under none.
    ContentType,
    /// The body began with a byte order mark.
    ByteOrderMark,
    /// The status was a success other than 200.
    Status,
    /// There was no `token_type`: Bearer was assumed.
    TokenTypeAssumed,
    /// `expires_in` was a text, a fraction, negative or beyond reason.
    Lifetime,
    /// The lifetime was given as `expires`.
    Expires,
    /// `scope` was an array.
    ScopeArray,
    /// `scope` was delimited by commas.
    ScopeCommas,
    /// `scope` was empty, which grants nothing.
    ScopeEmpty,
    /// `refresh_token` was empty, `null` or `false`: taken as absent.
    RefreshTokenEmpty,
    /// `token_type` was a name of the provider's own for Bearer.
    TokenTypeAlias,
    /// The token was nested in another member.
    Nested,
    /// The lifetime was given as a moment.
    ExpiresAt,
    /// The access token has characters beyond RFC 6750's `b64token`.
    TokenCharacters,
    /// `error` was an object, or the error was under a name of the provider's own.
    ErrorShape,
    /// There was no `issued_token_type` (RFC 8693 §2.2.1).
    IssuedTokenTypeMissing,
    /// The address for the user was given as `verification_url` (RFC 8628 §3.2 says `verification_uri`).
    VerificationUrl,
    /// A number was written as a text.
    NumberAsText,
    /// There was a secret without `client_secret_expires_at` (RFC 7591 §3.2.1).
    SecretLifetimeMissing,
}

impl Oddity {
    /// What it is, in a few words for a person.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::FormBody => "the answer was a form and not JSON",
            Self::ContentType => "the answer was JSON under another content type",
            Self::ByteOrderMark => "the answer began with a byte order mark",
            Self::Status => "the status was another success than the specified one",
            Self::TokenTypeAssumed => "token_type was missing; Bearer was assumed",
            Self::Lifetime => "expires_in was not a plain positive number",
            Self::Expires => "the lifetime was given as expires",
            Self::ScopeArray => "scope was an array",
            Self::ScopeCommas => "scope was delimited by commas",
            Self::ScopeEmpty => "scope was empty",
            Self::RefreshTokenEmpty => "refresh_token was there without a token",
            Self::TokenTypeAlias => "token_type was the provider's own name for Bearer",
            Self::Nested => "the token was nested in another member",
            Self::ExpiresAt => "the lifetime was given as a moment",
            Self::TokenCharacters => "the access token has unusual characters",
            Self::ErrorShape => "the error was not a text under error",
            Self::IssuedTokenTypeMissing => "issued_token_type was missing",
            Self::VerificationUrl => "verification_uri was named verification_url",
            Self::NumberAsText => "a number was written as a text",
            Self::SecretLifetimeMissing => "client_secret_expires_at was missing",
        }
    }
}

impl core::fmt::Display for Oddity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.describe())
    }
}
