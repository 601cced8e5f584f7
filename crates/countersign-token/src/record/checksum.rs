use alloc::{format, string::String};

use super::RecordError;
use crate::Secret;

/// What is between the rest of the form and the checksum, and after it.
const BEFORE: &str = ",\n  \"sum\": \"";
const AFTER: &str = "\"\n}\n";

/// How the form ends that is to have a checksum.
const END: &str = "\n}";

/// The checksum as a last member of `form`, over all that is before that member.
pub(super) fn add(form: &Secret) -> Secret {
    let rest = form.expose().strip_suffix(END).unwrap_or_default();
    let sum = format!("{BEFORE}{:08x}{AFTER}", crc32(rest.as_bytes()));
    let mut text = String::with_capacity(rest.len() + sum.len());
    text.push_str(rest);
    text.push_str(&sum);
    Secret::new(text)
}

/// Whether `text` ends as a form with a checksum does; an error when it is not that of the rest.
///
/// It is looked at before anything else in the text, so that a damaged version is not taken for a later one.
pub(super) fn verify(text: &[u8]) -> Result<bool, RecordError> {
    let Some((rest, sum)) = split(text) else {
        return Ok(false);
    };
    if sum == format!("{:08x}", crc32(rest)).as_bytes() { Ok(true) } else { Err(RecordError::Checksum) }
}

fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.strip_suffix(AFTER.as_bytes())?;
    let (rest, sum) = text.split_at_checked(text.len().checked_sub(8)?)?;
    Some((rest.strip_suffix(BEFORE.as_bytes())?, sum))
}

/// CRC-32 as in ISO 3309: it finds a cut or a typing error, and is no protection against intent.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn crc32_has_the_standard_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
