use alloc::{borrow::Cow, string::String};

use crate::{Error, base_string::is_token_byte};

/// The pairs of an `Authorization: OAuth` header as they are written (RFC 5849 §3.5.1), names and values
/// still percent-encoded.
///
/// The grammar is that of `countersign_wire::header::oauth`, which decodes every pair into texts of its own.
pub(super) struct Fields<'a> {
    text: &'a str,
    position: usize,
}

/// One pair, and where its value begins.
pub(super) struct Field<'a> {
    pub(super) name: &'a str,
    pub(super) value: Cow<'a, str>,
    pub(super) position: usize,
}

impl<'a> Fields<'a> {
    /// The pairs of what follows the scheme.
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Takes bytes, which are ASCII, as long as they are wanted.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        self.position = self.position.saturating_add(end);
        rest.get(..end).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.take(is_space);
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.rest().bytes().next() == Some(wanted);
        self.position = self.position.saturating_add(usize::from(found));
        found
    }

    const fn error(&self) -> Error {
        Error::Header { position: self.position }
    }

    /// RFC 9110 §5.6.4 `quoted-string`, the opening quote already taken.
    fn quoted(&mut self) -> Result<Cow<'a, str>, Error> {
        let plain = self.take(|byte| (byte != b'"') & (byte != b'\\'));
        if self.eat(b'"') {
            return Ok(Cow::Borrowed(plain));
        }
        let mut value = String::from(plain);
        let mut chars = self.rest().char_indices();
        while let Some((offset, char)) = chars.next() {
            match char {
                '"' => {
                    self.position = self.position.saturating_add(offset).saturating_add(1);
                    return Ok(Cow::Owned(value));
                }
                '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
                _ => value.push(char),
            }
        }
        self.position = self.text.len();
        Err(self.error())
    }

    fn field(&mut self) -> Result<Field<'a>, Error> {
        let name = self.take(is_token_byte);
        self.skip_space();
        if name.is_empty() || !self.eat(b'=') {
            return Err(self.error());
        }
        self.skip_space();
        let quoted = self.eat(b'"');
        let position = self.position;
        let value = if quoted {
            self.quoted()?
        } else {
            Cow::Borrowed(self.take(|byte| !matches!(byte, b',' | b'"') && !is_space(byte)))
        };
        self.skip_space();
        match self.rest().bytes().next() {
            None | Some(b',') => Ok(Field { name, value, position }),
            Some(_) => Err(self.error()),
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.take(|byte| byte == b',' || is_space(byte));
        (self.position < self.text.len()).then(|| self.field())
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
