//! RFC 3339 in both directions.

use countersign_token::Timestamp;
use proptest::prelude::*;

fn check(text: &str, expected: Option<i64>) {
    assert_eq!(Timestamp::parse(text).ok().map(Timestamp::unix), expected, "{text}");
}

#[test]
fn times_are_read_or_refused() {
    check("1970-01-01T00:00:00Z", Some(0));
    check("2000-02-29T12:00:00Z", Some(951_825_600));
    check("1985-04-12T23:20:50.52Z", Some(482_196_050));
    check("1996-12-19T16:39:57-08:00", Some(851_042_397));
    check("1937-01-01T12:00:27.87+00:20", Some(-1_041_337_173));
    check("2016-12-31T23:59:60Z", Some(1_483_228_799));
    check("2026-11-20 10:00:00z", Some(1_795_168_800));
    for broken in [
        "",
        "2026",
        "2026-11-20",
        "2026-11-20T10:00:00",
        "2026-13-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T10:00:00.Z",
        "2026-11-20T10:00:00+0100",
        "2026-11-20T10:00:00Zx",
        "2026-1-20T10:00:00Z",
        "+026-11-20T10:00:00Z",
        "2026-11-20T10:00:00é",
    ] {
        check(broken, None);
    }
}

#[test]
fn arithmetic_stays_within_what_can_be_written() {
    let end = Timestamp::from_unix(i64::MAX);
    assert_eq!(end.to_string(), "9999-12-31T23:59:59Z");
    assert_eq!(end.plus(core::time::Duration::MAX), end);
    assert_eq!(Timestamp::from_unix(i64::MIN).to_string(), "0000-01-01T00:00:00Z");
    assert_eq!(Timestamp::from_unix(5).since(Timestamp::from_unix(9)).as_secs(), 0);
}

proptest! {
    #[test]
    fn what_is_printed_is_read(seconds in -62_167_219_200_i64..=253_402_300_799) {
        let moment = Timestamp::from_unix(seconds);
        prop_assert_eq!(Timestamp::parse(&moment.to_string()).unwrap(), moment);
    }
}
