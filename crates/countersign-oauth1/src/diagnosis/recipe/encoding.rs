use alloc::string::String;

use countersign_wire::percent;

use super::Encoding;

impl Encoding {
    /// Appends the encoding of some bytes, which is ASCII.
    pub(super) fn write(self, bytes: &[u8], out: &mut String) {
        for &byte in bytes {
            let stays = match byte {
                b'~' => !self.tilde,
                b'*' => self.asterisk,
                b'!' => self.exclamation,
                b'\'' | b'(' | b')' => self.quotes,
                other => percent::is_unreserved(other),
            };
            if stays {
                out.push(char::from(byte));
            } else if byte == b' ' && self.plus {
                out.push('+');
            } else {
                let start = out.len();
                percent::encode_to(&[byte], out);
                if out.len() == start.saturating_add(1) {
                    // The tilde, which the right encoder leaves as it is.
                    out.truncate(start);
                    out.push_str("%7E");
                }
                if self.lower
                    && let Some(escape) = out.get_mut(start..)
                {
                    escape.make_ascii_lowercase();
                }
            }
        }
    }

    pub(super) fn of(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        self.write(text.as_bytes(), &mut out);
        out
    }
}
