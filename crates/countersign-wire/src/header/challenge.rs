//! `WWW-Authenticate` (RFC 9110 §11.6.1): challenges, read and written.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use super::grammar::Cursor;
use crate::Error;

/// One challenge: a scheme with its parameters.
///
/// ```
/// use countersign_wire::header::challenge::{self, Challenge};
///
/// let field = r#"Basic realm="a, b", Bearer error="invalid_token""#;
/// let challenges = challenge::parse(field)?;
/// assert_eq!(challenges[1].param("error"), Some("invalid_token"));
///
/// let bearer = Challenge::new("Bearer").with("realm", "files");
/// assert_eq!(bearer.to_string(), r#"Bearer realm="files""#);
/// # Ok::<(), countersign_wire::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// The scheme as it was written; compare it without regard to case.
    pub scheme: String,
    /// The `token68` form some schemes use in place of parameters.
    pub token68: Option<String>,
    /// Names in lower case, with their values, in order.
    pub params: Vec<(String, String)>,
}

impl Challenge {
    /// A challenge of this scheme without parameters.
    pub fn new(scheme: impl Into<String>) -> Self {
        Self { scheme: scheme.into(), token68: None, params: Vec::new() }
    }

    /// The same challenge with one more parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.push((name.to_string(), value.into()));
        self
    }

    /// Whether this is the scheme, in any case.
    pub fn is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }

    /// The parameter of this name, which is given in lower case.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Challenge {
    /// The field's value. Characters that no quoted string may hold are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.scheme)?;
        if let Some(token68) = &self.token68 {
            write!(f, " {token68}")?;
        }
        for (index, (name, value)) in self.params.iter().enumerate() {
            write!(f, "{} {name}=\"", if index > 0 { "," } else { "" })?;
            for char in value.chars().filter(|char| matches!(char, ' '..='~')) {
                if matches!(char, '"' | '\\') {
                    f.write_str("\\")?;
                }
                write!(f, "{char}")?;
            }
            f.write_str("\"")?;
        }
        Ok(())
    }
}

/// Reads the challenges of one field; for several fields of the name, read each.
///
/// # Errors
/// [`Error::Header`] with the offset at which the field stops making sense.
pub fn parse(field: &str) -> Result<Vec<Challenge>, Error> {
    let mut cursor = Cursor::new(field);
    let mut challenges = Vec::new();
    cursor.skip_list_space();
    while !cursor.is_at_end() {
        challenges.push(challenge(&mut cursor)?);
        cursor.skip_list_space();
    }
    Ok(challenges)
}

fn challenge(cursor: &mut Cursor<'_>) -> Result<Challenge, Error> {
    let scheme = cursor.token();
    if scheme.is_empty() {
        return Err(cursor.error());
    }
    let mut challenge = Challenge::new(scheme);
    if !matches!(cursor.peek(), None | Some(' ' | '\t' | ',')) {
        return Err(cursor.error());
    }
    cursor.skip_space();
    let start = cursor.position();
    if let Some(token68) = token68(cursor) {
        challenge.token68 = Some(token68.to_string());
        return Ok(challenge);
    }
    cursor.back_to(start);
    loop {
        // A comma may end this challenge: only `name =` shows that another parameter follows.
        let before = cursor.position();
        cursor.skip_list_space();
        let name = cursor.token();
        cursor.skip_space();
        if name.is_empty() || !cursor.eat('=') {
            cursor.back_to(before);
            return Ok(challenge);
        }
        cursor.skip_space();
        let value = if cursor.eat('"') { cursor.quoted()? } else { cursor.token().to_string() };
        challenge.params.push((name.to_ascii_lowercase(), value));
        cursor.skip_space();
        if !matches!(cursor.peek(), None | Some(',')) {
            return Err(cursor.error());
        }
    }
}

/// RFC 9110 §11.2 `token68`, which is only taken as one when nothing but a comma follows.
fn token68<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let start = cursor.rest();
    let body = cursor.take_while(|char| char.is_ascii_alphanumeric() || "-._~+/".contains(char));
    let padding = cursor.take_while(|char| char == '=');
    let token = start.get(..body.len().saturating_add(padding.len()))?;
    cursor.skip_space();
    // `Bearer realm` without a value would match too; a parameter has something after its `=`.
    (!body.is_empty() && matches!(cursor.peek(), None | Some(','))).then_some(token)
}
