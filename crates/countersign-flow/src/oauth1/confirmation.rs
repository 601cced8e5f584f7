use crate::Error;

/// How a server must confirm the callback (RFC 5849 §2.1 `oauth_callback_confirmed`).
///
/// # Security
/// The confirmation tells OAuth 1.0a from OAuth 1.0, where an attacker can have a victim finish the
/// attacker's login. [`Absent`](Self::Absent) gives that protection up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackConfirmed {
    /// With `true`, as the specification says.
    #[default]
    Strict,
    /// With `true` in any case, or `1`.
    TrueIsh,
    /// Not at all: an OAuth 1.0 server, which sends no verifier either. A confirmation counts if it comes.
    Absent,
}

impl CallbackConfirmed {
    /// Whether the server confirmed, which an OAuth 1.0 server does not.
    pub(super) fn check(self, value: Option<&str>) -> Result<bool, Error> {
        let name = "oauth_callback_confirmed";
        match (self, value) {
            (_, Some("true")) => Ok(true),
            (Self::TrueIsh | Self::Absent, Some(value))
                if value == "1" || value.eq_ignore_ascii_case("true") =>
            {
                Ok(true)
            }
            (Self::Absent, None) => Ok(false),
            (_, Some(_)) => Err(countersign_wire::Error::Malformed { name }.into()),
            (_, None) => Err(countersign_wire::Error::Missing { name }.into()),
        }
    }
}
