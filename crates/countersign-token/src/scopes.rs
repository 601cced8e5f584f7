use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// A set of scope tokens (RFC 6749 §3.3), kept in the order in which they were given.
///
/// Equality, ordering and hashing ignore the order; a repeated token is kept once.
///
/// ```
/// use countersign_token::Scopes;
///
/// let asked = Scopes::from("mail  calendar mail");
/// assert_eq!(asked.to_string(), "mail calendar");
/// assert_eq!(asked, ["calendar", "mail"].into_iter().collect());
/// assert_eq!(asked.missing_from(&Scopes::from("mail")).to_string(), "calendar");
/// ```
#[derive(Clone, Default)]
pub struct Scopes(Vec<String>);

impl Scopes {
    /// No scopes.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The scope tokens in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there are no scope tokens.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many scope tokens there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether `scope` is one of them.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|own| own == scope)
    }

    /// Whether every token of `other` is one of ours.
    pub fn covers(&self, other: &Self) -> bool {
        other.iter().all(|scope| self.contains(scope))
    }

    /// What is asked for here and not `granted`.
    pub fn missing_from(&self, granted: &Self) -> Self {
        self.iter().filter(|scope| !granted.contains(scope)).collect()
    }

    /// Ours and then those of `other` that are new.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    fn sorted(&self) -> Vec<&str> {
        let mut scopes: Vec<&str> = self.iter().collect();
        scopes.sort_unstable();
        scopes
    }
}

impl<S: AsRef<str>> FromIterator<S> for Scopes {
    /// Each item may itself be a space-delimited list.
    fn from_iter<I: IntoIterator<Item = S>>(items: I) -> Self {
        let mut scopes = Self::none();
        for item in items {
            for scope in item.as_ref().split_ascii_whitespace() {
                if !scopes.contains(scope) {
                    scopes.0.push(scope.to_string());
                }
            }
        }
        scopes
    }
}

impl From<&str> for Scopes {
    fn from(list: &str) -> Self {
        [list].into_iter().collect()
    }
}

impl From<String> for Scopes {
    fn from(list: String) -> Self {
        list.as_str().into()
    }
}

impl From<&Self> for Scopes {
    fn from(scopes: &Self) -> Self {
        scopes.clone()
    }
}

impl<S: AsRef<str>, const N: usize> From<[S; N]> for Scopes {
    fn from(items: [S; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<S: AsRef<str>> From<&[S]> for Scopes {
    fn from(items: &[S]) -> Self {
        items.iter().collect()
    }
}

impl<S: AsRef<str>> From<Vec<S>> for Scopes {
    fn from(items: Vec<S>) -> Self {
        items.into_iter().collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scopes({:?})", self.to_string())
    }
}

impl PartialEq for Scopes {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scopes {}

impl PartialOrd for Scopes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scopes {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sorted().cmp(&other.sorted())
    }
}

impl Hash for Scopes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.sorted().hash(state);
    }
}
