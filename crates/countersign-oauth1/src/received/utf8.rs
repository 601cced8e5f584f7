use crate::encoding::unescaped;

/// Whether the escapes of a text stand for text; that there is something to unescape is checked already.
///
/// What is not escaped is text, and so are the bytes before and after it: escapes that follow each other are
/// text by themselves or not at all.
pub(super) fn is_utf8(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        // Most of it is passed in blocks.
        while let (Some(bytes), Some(digits)) =
            (rest.first_chunk(), rest.get(1..).and_then(<[u8]>::first_chunk))
        {
            if is_beyond_ascii(bytes, digits) {
                break;
            }
            rest = rest.get(bytes.len()..).unwrap_or_default();
        }
        let pairs = rest.iter().zip(rest.iter().skip(1));
        let Some(at) = pairs.into_iter().position(begins_char) else { return true };
        match rest.get(at..).and_then(after_char) {
            Some(after) => rest = after,
            None => return false,
        }
    }
}

/// Whether an escape begins at one of these bytes that stands for none of ASCII, by the digits after them.
fn is_beyond_ascii(bytes: &[u8; 16], digits: &[u8; 16]) -> bool {
    bytes.iter().zip(digits).fold(false, |any, pair| any | begins_char(pair))
}

#[inline]
fn begins_char((byte, digit): (&u8, &u8)) -> bool {
    (*byte == b'%') & (*digit >= b'8')
}

/// What comes after the escapes of one character beyond ASCII; `None` when they are not those of one.
fn after_char(text: &[u8]) -> Option<&[u8]> {
    let (first, mut rest) = escape(text)?;
    let mut bytes = [first, 0, 0, 0];
    let length = match first {
        0xc2..=0xdf => {
            // Any byte that continues will do, and this is the most frequent length.
            let (second, rest) = escape(rest)?;
            return (second & 0xc0 == 0x80).then_some(rest);
        }
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    for place in bytes.get_mut(1..length)? {
        (*place, rest) = escape(rest)?;
    }
    core::str::from_utf8(bytes.get(..length)?).is_ok().then_some(rest)
}

/// The byte that an escape stands for, and what comes after it.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, rest @ ..] = text else { return None };
    Some((unescaped(*high, *low)?, rest))
}
