use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
};
use core::fmt;

use crate::Secret;

/// What a server sent beside the parameters that have a meaning here, such as `user_id`.
///
/// Names are shown by `Debug`, values are not: nobody knows which of them are secret.
#[derive(Clone, Default)]
pub struct Extra(BTreeMap<String, ExtraValue>);

/// One such value.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ExtraValue {
    /// A text: a form parameter, or a JSON string.
    Text(Secret),
    /// Any other JSON value, as JSON text.
    Json(Secret),
}

impl Extra {
    /// Nothing beside.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Keeps `value` under `name`, in place of what was there.
    pub fn insert(&mut self, name: impl Into<String>, value: ExtraValue) {
        self.0.insert(name.into(), value);
    }

    /// Keeps a text under `name`.
    pub fn insert_text(&mut self, name: impl Into<String>, value: impl Into<Secret>) {
        self.insert(name, ExtraValue::Text(value.into()));
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&ExtraValue> {
        self.0.get(name)
    }

    /// The value of this name, when it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            ExtraValue::Text(text) => Some(text.expose()),
            ExtraValue::Json(_) => None,
        }
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ExtraValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes over what `newer` holds; names it does not mention keep their value.
    pub fn merge(&mut self, newer: Self) {
        self.0.extend(newer.0);
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extra")?;
        f.debug_set().entries(self.0.keys().map(|name| name.to_string())).finish()
    }
}
