use core::time::Duration;

use countersign_token::{Expiry, Timestamp, json::Value};

use crate::Error;

/// How long a server says a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifetime {
    /// It did not say, or said zero.
    Unknown,
    /// This long from the moment the token was asked for.
    For(Duration),
    /// It is over already: the number was negative.
    Over,
    /// Until this moment.
    Until(Timestamp),
}

/// The longest lifetime that is believed, about 68 years; beyond it a number is taken as this.
const LONGEST: u64 = 2_147_483_647;

impl Lifetime {
    /// When a token of this lifetime ends that was asked for at `requested_at`.
    pub fn from_request(self, requested_at: Timestamp) -> Expiry {
        match self {
            Self::Unknown => Expiry::Unknown,
            Self::For(duration) => Expiry::At(requested_at.plus(duration)),
            Self::Over => Expiry::At(requested_at),
            Self::Until(moment) => Expiry::At(moment),
        }
    }

    /// Reads the number, and whether it was written as the specification says.
    pub(super) fn read(value: Option<&Value>) -> Result<(Self, bool), Error> {
        let malformed = Error::Malformed { name: "expires_in" };
        match value {
            None => Ok((Self::Unknown, true)),
            Some(Value::Null) => Ok((Self::Unknown, false)),
            Some(Value::Integer(seconds)) => Ok(Self::from_seconds(*seconds)),
            // A fraction is cut off; `as` saturates, and turns what is not a number into zero.
            Some(Value::Float(seconds)) if seconds.is_finite() => {
                Ok((Self::from_seconds(*seconds as i128).0, false))
            }
            Some(Value::Text(text)) => {
                let seconds = text.expose().trim().parse::<i128>().map_err(|_| malformed)?;
                Ok((Self::from_seconds(seconds).0, false))
            }
            Some(_) => Err(malformed),
        }
    }

    /// Reads a moment in seconds since 1970; zero and nonsense are unknown.
    pub(super) fn read_moment(value: &Value) -> Self {
        let seconds = match value {
            Value::Integer(seconds) => *seconds,
            Value::Text(text) => text.expose().trim().parse().unwrap_or(0),
            _ => 0,
        };
        match i64::try_from(seconds) {
            Ok(seconds) if seconds > 0 => Self::Until(Timestamp::from_unix(seconds)),
            _ => Self::Unknown,
        }
    }

    fn from_seconds(seconds: i128) -> (Self, bool) {
        match u64::try_from(seconds) {
            Ok(0) => (Self::Unknown, false),
            Ok(seconds) => (Self::For(Duration::from_secs(seconds.min(LONGEST))), seconds <= LONGEST),
            Err(_) if seconds < 0 => (Self::Over, false),
            Err(_) => (Self::For(Duration::from_secs(LONGEST)), false),
        }
    }
}
