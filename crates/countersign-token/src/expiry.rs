use core::time::Duration;

use crate::Timestamp;

/// When a token stops being good, as far as anybody said.
///
/// A server that does not say leaves it [`Unknown`](Self::Unknown), which is not "never":
/// such a token is used until it is refused, and then refreshed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "a caller must decide for each of the three")]
pub enum Expiry {
    /// The server did not say.
    #[default]
    Unknown,
    /// Good until revoked: an API key, an OAuth 1.0a token, or a token its owner says does not expire.
    Never,
    /// Good until, but not at, this moment.
    At(Timestamp),
}

impl Expiry {
    /// Whether it is known to be over at `now`; an unknown expiry is never *known* to be over.
    pub fn is_past(self, now: Timestamp) -> bool {
        match self {
            Self::Unknown | Self::Never => false,
            Self::At(end) => now >= end,
        }
    }

    /// What is left at `now`: zero when it is past, `None` when there is no end to count to.
    pub fn remaining(self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::Unknown | Self::Never => None,
            Self::At(end) => Some(end.since(now)),
        }
    }
}
