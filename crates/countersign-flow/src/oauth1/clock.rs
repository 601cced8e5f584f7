use alloc::vec::Vec;

use countersign_token::Timestamp;
use countersign_wire::{flow::Env, header::date};
use http::{Response, header::DATE};

use super::answer;

/// Whose clock the timestamps of signatures are from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    /// How many seconds the server's clock is ahead; `None` when the own clock counts alone.
    skew: Option<i64>,
    corrected: bool,
}

impl Clock {
    /// Follows the server's, which is known to be ahead by this.
    pub(super) const fn following(skew: i64) -> Self {
        Self { skew: Some(skew), corrected: false }
    }

    /// What is known of the server's, when it is to be followed.
    pub(super) const fn skew(self) -> Option<i64> {
        self.skew
    }

    pub(super) fn now(self, env: &Env<'_>) -> Timestamp {
        env.now.plus_seconds(self.skew.unwrap_or(0))
    }

    /// Sets it by a server that refused the timestamp: once, and only if that makes a difference.
    pub(super) fn correct(&mut self, response: &Response<Vec<u8>>, env: &Env<'_>) -> bool {
        let (Some(known), false) = (self.skew, self.corrected) else {
            return false;
        };
        let Some(server) = server_time(response) else {
            return false;
        };
        let skew = server.unix().saturating_sub(env.now.unix());
        if skew == known {
            return false;
        }
        *self = Self { skew: Some(skew), corrected: true };
        true
    }
}

/// The server's time by the `Date` of an answer that refuses the timestamp (`timestamp_refused`), which may be
/// signed anew with it, once.
///
/// `None` for any other answer, and for one without a date (RFC 9110 §5.6.7, in the form that is current).
///
/// ```
/// let refusal = http::Response::builder()
///     .status(401)
///     .header("date", "Tue, 14 Nov 2023 22:13:20 GMT")
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body(b"oauth_problem=timestamp_refused".to_vec())
///     .unwrap();
/// assert_eq!(countersign_flow::oauth1::server_time(&refusal).unwrap().unix(), 1_700_000_000);
/// ```
pub fn server_time(response: &Response<Vec<u8>>) -> Option<Timestamp> {
    if !matches!(response.status().as_u16(), 400 | 401) {
        return None;
    }
    let refusal = answer::refusal(response, answer::body(response).as_ref())?;
    if refusal.code.as_str() != answer::TIMESTAMP_REFUSED {
        return None;
    }
    let mut dates = response.headers().get_all(DATE).iter();
    let (Some(date), None) = (dates.next(), dates.next()) else {
        return None;
    };
    date::parse(date.to_str().ok()?).filter(|time| time.unix() > 0)
}
