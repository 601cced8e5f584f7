use alloc::{borrow::Cow, string::String};

use crate::words::bytes_before;
use crate::{Error, Parameter, base_string::is_token_byte};

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

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    /// Skips bytes, which are ASCII, as long as they are wanted.
    fn skip(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.position = self.position.saturating_add(1);
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.position).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.skip(is_space);
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.position = self.position.saturating_add(usize::from(found));
        found
    }

    const fn error(&self) -> Error {
        Error::Header { position: self.position }
    }

    /// RFC 9110 §5.6.4 `quoted-string`, the opening quote already taken.
    fn quoted(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.position;
        self.position = self.position.saturating_add(bytes_before(self.rest().as_bytes(), [b'"', b'\\']));
        let literal = self.since(start);
        if self.eat(b'"') {
            return Ok(Cow::Borrowed(literal));
        }
        let mut value = String::from(literal);
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

    /// Takes a pair as almost everybody writes it, with a name that is known, no space and no backslash:
    /// parameter and value, and where the value begins.
    #[inline]
    pub(super) fn ordinary(&mut self) -> Option<(Parameter, &'a [u8], usize)> {
        let bytes = self.text.as_bytes();
        let (parameter, rest) = opening(bytes.get(self.position..)?)?;
        let position = bytes.len().wrapping_sub(rest.len());
        let end = position.wrapping_add(bytes_before(rest, [b'"', b'\\']));
        let next = match bytes.get(end..)? {
            [b'"', b',', b' ', ..] => end.wrapping_add(3),
            [b'"'] | [b'"', b',', ..] => end.wrapping_add(1),
            _ => return None,
        };
        let value = bytes.get(position..end)?;
        self.position = next;
        Some((parameter, value, position))
    }

    fn field(&mut self) -> Result<Field<'a>, Error> {
        let start = self.position;
        self.skip(is_token_byte);
        let name = self.since(start);
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
            self.skip(|byte| !matches!(byte, b',' | b'"') && !is_space(byte));
            Cow::Borrowed(self.since(position))
        };
        self.skip_space();
        match self.peek() {
            None | Some(b',') => Ok(Field { name, value, position }),
            Some(_) => Err(self.error()),
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.skip(|byte| byte == b',' || is_space(byte));
        (self.position < self.text.len()).then(|| self.field())
    }
}

/// The known parameter that begins here, and what follows the quote before its value.
#[inline]
fn opening(text: &[u8]) -> Option<(Parameter, &[u8])> {
    let [b'o', b'a', b'u', b't', b'h', b'_', first, second, ..] = text else { return None };
    let after = |opening: &str, parameter| Some((parameter, text.strip_prefix(opening.as_bytes())?));
    match (first, second) {
        (b'c', b'o') => after("oauth_consumer_key=\"", Parameter::ConsumerKey),
        (b'c', _) => after("oauth_callback=\"", Parameter::Callback),
        (b't', b'o') => after("oauth_token=\"", Parameter::Token),
        (b't', _) => after("oauth_timestamp=\"", Parameter::Timestamp),
        (b'n', _) => after("oauth_nonce=\"", Parameter::Nonce),
        (b's', _) => after("oauth_signature_method=\"", Parameter::SignatureMethod)
            .or_else(|| after("oauth_signature=\"", Parameter::Signature)),
        (b'v', _) => after("oauth_version=\"", Parameter::Version)
            .or_else(|| after("oauth_verifier=\"", Parameter::Verifier)),
        (b'b', _) => after("oauth_body_hash=\"", Parameter::BodyHash),
        _ => None,
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
