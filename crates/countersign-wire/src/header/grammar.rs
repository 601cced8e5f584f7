//! A cursor over a header field, for RFC 9110 §5.6 tokens, quoted strings and lists.

use alloc::string::String;

use crate::Error;

pub(super) struct Cursor<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn error(&self) -> Error {
        Error::Header { position: self.position }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn back_to(&mut self, position: usize) {
        self.position = position;
    }

    /// Skips `char` if it comes next.
    pub(super) fn eat(&mut self, char: char) -> bool {
        let found = self.rest().starts_with(char);
        if found {
            self.position = self.position.saturating_add(char.len_utf8());
        }
        found
    }

    /// Takes characters as long as `wanted` says so.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|char| !wanted(char)).unwrap_or(rest.len());
        self.position = self.position.saturating_add(end);
        rest.get(..end).unwrap_or_default()
    }

    /// Optional white space, line breaks of old folded headers included.
    pub(super) fn skip_space(&mut self) {
        self.take_while(|char| matches!(char, ' ' | '\t' | '\r' | '\n'));
    }

    /// White space and commas: lists may have empty elements.
    pub(super) fn skip_list_space(&mut self) {
        self.take_while(|char| matches!(char, ' ' | '\t' | '\r' | '\n' | ','));
    }

    /// RFC 9110 §5.6.2 `token`; empty when none comes next.
    pub(super) fn token(&mut self) -> &'a str {
        self.take_while(is_token)
    }

    /// RFC 9110 §5.6.4 `quoted-string`, the opening quote already taken.
    pub(super) fn quoted(&mut self) -> Result<String, Error> {
        let mut out = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((offset, char)) = chars.next() {
            match char {
                '"' => {
                    self.position = self.position.saturating_add(offset).saturating_add(1);
                    return Ok(out);
                }
                '\\' => out.extend(chars.next().map(|(_, escaped)| escaped)),
                _ => out.push(char),
            }
        }
        self.position = self.text.len();
        Err(self.error())
    }
}

fn is_token(char: char) -> bool {
    char.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(char)
}
