use alloc::string::String;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A value that must not be seen: wiped when dropped, never printed.
///
/// There is no `Display`, no `PartialEq` and no serialisation.
/// Reading it takes a call to [`expose`](Self::expose), which is easy to find in a review;
/// comparing it takes [`ct_eq`](Self::ct_eq), which takes the same time wherever the values differ.
///
/// ```
/// use countersign_token::Secret;
///
/// let secret = Secret::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert!(secret.ct_eq("hunter2"));
/// ```
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// Takes over a value as a secret.
    ///
    /// A `String` is taken over without a copy; a `&str` is copied, and the original stays where it was.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value in clear, for the one place that sends, stores or signs with it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the value has no characters.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `other` is the same value, in time that depends on the lengths only.
    pub fn ct_eq(&self, other: impl AsRef<str>) -> bool {
        self.0.as_bytes().ct_eq(other.as_ref().as_bytes()).into()
    }
}

/// So that one secret compares with another: `a.ct_eq(&b)`.
impl AsRef<str> for Secret {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
