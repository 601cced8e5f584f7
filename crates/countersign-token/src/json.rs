//! A strict JSON reader and a writer, for the stored record and for messages that are JSON.
//!
//! Stricter than RFC 8259 asks: a name that repeats within an object is refused, nesting is limited, and
//! nothing may follow the value. Every text is a [`Secret`], because a reader cannot know which one is.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
    vec::Vec,
};
use core::{cell::Cell, fmt};

use serde_core::{
    de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor},
    ser::{Serialize, SerializeMap, SerializeSeq, Serializer},
};

use crate::Secret;

/// How deep arrays and objects may nest.
pub const MAX_DEPTH: usize = 64;

/// A JSON value.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "JSON has these kinds of values and no more")]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without fraction or exponent that fits.
    Integer(i128),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(Secret),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Object),
}

/// The members of a JSON object, in the order in which they were written; no name repeats.
#[derive(Clone, Debug, Default)]
pub struct Object(Vec<(String, Value)>);

/// A text is not the JSON that is accepted here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// Not JSON, or something follows the value.
    Syntax {
        /// The line, counted from 1.
        line: usize,
        /// The column, counted from 1.
        column: usize,
    },
    /// A name repeats within one object.
    DuplicateName,
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column } => write!(f, "not JSON at line {line}, column {column}"),
            Self::DuplicateName => f.write_str("JSON object with a repeated name"),
            Self::TooDeep => write!(f, "JSON nested deeper than {MAX_DEPTH}"),
        }
    }
}

impl core::error::Error for JsonError {}

impl Value {
    /// Reads one JSON value and nothing after it but white space.
    ///
    /// # Errors
    /// [`JsonError`], which says where but never what.
    pub fn parse(text: &[u8]) -> Result<Self, JsonError> {
        let refused = Cell::new(None);
        let mut reader = serde_json::Deserializer::from_slice(text);
        let value = Seed { depth: 0, refused: &refused }.deserialize(&mut reader);
        value.and_then(|value| reader.end().map(|()| value)).map_err(|error| {
            refused.take().unwrap_or(JsonError::Syntax { line: error.line(), column: error.column() })
        })
    }

    /// A text value.
    pub fn text(text: impl Into<Secret>) -> Self {
        Self::Text(text.into())
    }

    /// The text, when this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The integer, when this is one.
    pub fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The object, when this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The array, when this is one.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The value as JSON on one line.
    pub fn to_json(&self) -> Secret {
        // Writing to memory fails on no value of this type: all names are strings.
        Secret::new(serde_json::to_string(&Written(self)).unwrap_or_default())
    }

    /// The value as JSON on indented lines, for a person to read.
    pub fn to_json_pretty(&self) -> Secret {
        Secret::new(serde_json::to_string_pretty(&Written(self)).unwrap_or_default())
    }
}

impl Object {
    /// An object without members.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The member of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// Takes the member of this name out.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let index = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(index).1)
    }

    /// Puts a member at the end, or in place of the one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, value: Value) {
        let name = name.into();
        match self.0.iter_mut().find(|(own, _)| *own == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object as JSON on one line.
    pub fn to_json(&self) -> Secret {
        Secret::new(serde_json::to_string(&WrittenMembers(self)).unwrap_or_default())
    }
}

impl IntoIterator for Object {
    type Item = (String, Value);
    type IntoIter = alloc::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    /// Why a visitor gave up: serde's own error could carry it only as text.
    refused: &'a Cell<Option<JsonError>>,
}

impl Seed<'_> {
    fn refuse<E: serde_core::de::Error>(self, why: JsonError) -> E {
        self.refused.set(Some(why));
        E::custom("refused")
    }

    fn deeper<E: serde_core::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(self.refuse(JsonError::TooDeep));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut object = Vec::new();
        // A set beside the list, so that a huge object costs n log n and not n².
        let mut names = alloc::collections::BTreeSet::new();
        while let Some(Value::Text(name)) = members.next_key_seed(seed)? {
            let name = name.expose().to_owned();
            if !names.insert(name.clone()) {
                return Err(self.refuse(JsonError::DuplicateName));
            }
            let value = members.next_value_seed(seed)?;
            object.push((name, value));
        }
        Ok(Value::Object(Object(object)))
    }
}

/// Keeps serde's trait off the public type.
struct Written<'a>(&'a Value);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => out.serialize_unit(),
            Value::Bool(value) => out.serialize_bool(*value),
            Value::Integer(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => out.serialize_i64(value),
                (_, Ok(value)) => out.serialize_u64(value),
                _ => out.serialize_str(&value.to_string()),
            },
            Value::Float(value) => out.serialize_f64(*value),
            Value::Text(value) => out.serialize_str(value.expose()),
            Value::Array(items) => {
                let mut array = out.serialize_seq(Some(items.len()))?;
                for item in items {
                    array.serialize_element(&Self(item))?;
                }
                array.end()
            }
            Value::Object(members) => WrittenMembers(members).serialize(out),
        }
    }
}

/// The same for the members of an object.
struct WrittenMembers<'a>(&'a Object);

impl Serialize for WrittenMembers<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut object = out.serialize_map(Some(self.0.0.len()))?;
        for (name, value) in &self.0.0 {
            object.serialize_entry(name, &Written(value))?;
        }
        object.end()
    }
}
