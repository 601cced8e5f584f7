use countersign_token::json::Value;

/// 9999-12-31T23:59:59Z.
const LAST: i64 = 253_402_300_799;

/// A `NumericDate` (RFC 7519 §2): the second it is in, and whether it is past its beginning.
pub(super) fn read(value: &Value) -> Option<(i64, bool)> {
    let (second, into) = match value {
        Value::Integer(number) => (i64::try_from(*number).ok()?, false),
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
        Value::Float(number) if (0.0..=253_402_300_799.0).contains(number) => {
            let second = *number as i64;
            // A number of this size is written exactly, so that a part of a second is seen.
            #[expect(clippy::cast_precision_loss, reason = "under 2^53")]
            let into = *number > second as f64;
            (second, into)
        }
        _ => return None,
    };
    (0..=LAST).contains(&second).then_some((second, into))
}
