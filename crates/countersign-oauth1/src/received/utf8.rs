use super::words::bytes_before;
use crate::encoding::unescaped;

/// Whether the escapes of a text stand for text; that there is something to unescape is checked already.
///
/// What is not escaped is text, and so are the bytes before and after it: escapes that follow each other are
/// text by themselves or not at all.
pub(super) fn is_utf8(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        let escape = bytes_before(rest, b'%', b'%');
        rest = match rest.get(escape..) {
            // An escape of ASCII by its first digit.
            Some([b'%', b'0'..=b'7', _, rest @ ..]) => rest,
            Some([b'%', ..]) => match after_char(rest.get(escape..).unwrap_or_default()) {
                Some(rest) => rest,
                None => return false,
            },
            _ => return true,
        };
    }
}

/// What comes after the escapes of one character beyond ASCII; `None` when they are not those of one.
fn after_char(text: &[u8]) -> Option<&[u8]> {
    let mut bytes = [0; 4];
    let mut rest = text;
    let mut length = 1;
    for index in 0..4 {
        if index == length {
            break;
        }
        let [b'%', high, low, after @ ..] = rest else { return None };
        let byte = unescaped(*high, *low)?;
        if index == 0 {
            length = match byte {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return None,
            };
        }
        *bytes.get_mut(index)? = byte;
        rest = after;
    }
    core::str::from_utf8(bytes.get(..length)?).is_ok().then_some(rest)
}
