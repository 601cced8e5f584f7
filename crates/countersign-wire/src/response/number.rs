//! Numbers of seconds, which some servers write as texts.

use alloc::vec::Vec;

use countersign_token::json::{Object, Value};

use super::Oddity;
use crate::Error;

/// Takes a number of seconds that is not negative; absent and `null` are none.
pub(crate) fn seconds(
    object: &mut Object,
    name: &'static str,
    oddities: &mut Vec<Oddity>,
) -> Result<Option<u64>, Error> {
    let malformed = Error::Malformed { name };
    let number = match object.remove(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Integer(number)) => number,
        // A fraction is cut off; `as` saturates.
        Some(Value::Float(number)) if number.is_finite() => {
            push(oddities, Oddity::Lifetime);
            number as i128
        }
        Some(Value::Text(text)) => {
            if !oddities.contains(&Oddity::FormBody) {
                push(oddities, Oddity::NumberAsText);
            }
            text.expose().trim().parse().map_err(|_| malformed.clone())?
        }
        Some(_) => return Err(malformed),
    };
    if number < 0 {
        return Err(malformed);
    }
    Ok(Some(u64::try_from(number).unwrap_or(u64::MAX)))
}

fn push(oddities: &mut Vec<Oddity>, oddity: Oddity) {
    if !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}
