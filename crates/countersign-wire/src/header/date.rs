//! `Date` and its like (RFC 9110 §5.6.7).

use alloc::format;
use core::time::Duration;

use countersign_token::Timestamp;
use http::{HeaderMap, header::RETRY_AFTER};

/// Reads `IMF-fixdate`, the form that is current, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// ```
/// let moment = countersign_wire::header::date::parse("Tue, 14 Nov 2023 22:13:20 GMT").unwrap();
/// assert_eq!(moment.unix(), 1_700_000_000);
/// ```
pub fn parse(text: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.trim().split_once(", ")?;
    let mut parts = date.split(' ');
    let mut next = || parts.next();
    let (day, month, year, time, zone) = (next()?, next()?, next()?, next()?, next()?);
    if zone != "GMT" || next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)?.saturating_add(1);
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}

/// How long a server asks to be left alone (RFC 9110 §10.2.3), in either form; a moment that is over is no time.
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => parse(value).map(|moment| moment.since(now)),
    }
}
