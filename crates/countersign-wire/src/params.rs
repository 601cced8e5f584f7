use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use countersign_token::Secret;

use crate::{Error, text};

/// Parameters in order, repetitions kept, decoded.
///
/// Values are shown by no `Debug`: among them are codes, secrets and tokens.
#[derive(Clone, Default)]
pub struct Params(Vec<(String, Secret)>);

impl Params {
    /// No parameters.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a parameter.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<Secret>) {
        self.0.push((name.into(), value.into()));
    }

    /// The same parameters with one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.push(name, value);
        self
    }

    /// The first value of this name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every value of this name, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(own, _)| *own == name).map(|(_, value)| value)
    }

    /// The only value of this name; an empty one counts as absent (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`Error::Repeated`] when the name appears more than once, whatever the values.
    pub fn unique(&self, name: &str) -> Result<Option<&str>, Error> {
        let mut values = self.all(name);
        let first = values.next();
        match values.next() {
            Some(_) => Err(Error::Repeated { name: text::sanitise(name, 64) }),
            None => Ok(first.filter(|value| !value.is_empty())),
        }
    }

    /// The only value of this name, which must be there and not be empty.
    ///
    /// # Errors
    /// [`Error::Missing`] or [`Error::Repeated`].
    pub fn required(&self, name: &'static str) -> Result<&str, Error> {
        self.unique(name)?.ok_or(Error::Missing { name })
    }

    /// A name that appears more than once, if there is one.
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        })
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<String>, V: Into<Secret>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(items: I) -> Self {
        Self(items.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<Secret>> Extend<(N, V)> for Params {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, items: I) {
        self.0.extend(items.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Params")?;
        f.debug_list().entries(self.0.iter().map(|(name, _)| text::sanitise(name, 64).to_string())).finish()
    }
}
