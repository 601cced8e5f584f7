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
}
