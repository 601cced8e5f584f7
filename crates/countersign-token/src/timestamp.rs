use core::{fmt, time::Duration};

/// A moment in whole seconds since 1970-01-01T00:00:00Z, as the wall clock counts them.
///
/// `Display` and [`parse`](Self::parse) use RFC 3339, in UTC.
///
/// ```
/// use countersign_token::Timestamp;
///
/// let moment = Timestamp::parse("2026-11-20T11:30:00+01:30")?;
/// assert_eq!(moment.to_string(), "2026-11-20T10:00:00Z");
/// assert_eq!(moment.unix(), 1_795_168_800);
/// # Ok::<(), countersign_token::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text is not an RFC 3339 timestamp between the years 0000 and 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimestampError;

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 time; write it like 2026-11-20T10:00:00Z")
    }
}

impl core::error::Error for TimestampError {}

const DAY: i64 = 86_400;
/// 9999-12-31T23:59:59Z, the last moment RFC 3339 can write.
const MAX: i64 = 253_402_300_799;
/// 0000-01-01T00:00:00Z, the first one.
const MIN: i64 = -62_167_219_200;

impl Timestamp {
    /// A moment from its seconds since 1970, kept within the years 0000 to 9999.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(if seconds > MAX {
            MAX
        } else if seconds < MIN {
            MIN
        } else {
            seconds
        })
    }

    /// Seconds since 1970, negative before it.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment `duration` later; parts of a second are dropped.
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_seconds(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX))
    }

    /// The moment `duration` earlier; parts of a second are dropped.
    pub fn minus(self, duration: Duration) -> Self {
        self.plus_seconds(i64::try_from(duration.as_secs()).map_or(i64::MIN, core::ops::Neg::neg))
    }

    /// The moment `seconds` later, or earlier when negative.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// How long ago `earlier` was; zero when it is still to come.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Reads an RFC 3339 time with `Z` or an offset; a fraction of a second is dropped.
    ///
    /// # Errors
    /// [`TimestampError`] when the text has another form or names a day that does not exist.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        parse(text).ok_or(TimestampError)
    }
}

/// RFC 3339 §5.6 `date-time`.
fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (time.get(..8)?, time.get(8..)?);
    let (year, month, day) = three(date, '-', [4, 2, 2])?;
    let (hour, minute, second) = three(clock, ':', [2, 2, 2])?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    // A leap second (:60) is taken as the second before it.
    if day < 1 || day > days || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_from_civil(year, month, day) * DAY + hour * 3600 + minute * 60 + second.min(59);
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
        None => rest,
    };
    Some(Timestamp::from_unix(seconds - offset(zone)?))
}

fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" || zone == "z" {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let (hours, minutes) = (number(hours, 2)?, number(minutes, 2)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn three(text: &str, separator: char, widths: [usize; 3]) -> Option<(i64, i64, i64)> {
    let mut parts = text.split(separator);
    let mut next = |width| number(parts.next()?, width);
    let [a, b, c] = widths;
    let numbers = (next(a)?, next(b)?, next(c)?);
    parts.next().is_none().then_some(numbers)
}

fn number(text: &str, width: usize) -> Option<i64> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Days since 1970-01-01 of a proleptic Gregorian date; the year begins in March, so that a leap day ends it.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`].
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}
