use alloc::string::String;

/// A person, as far as resources and pages need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// What identifies the person for ever; never given to another.
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// Whether the person administers the service.
    pub admin: bool,
}

impl User {
    /// A person who is no administrator.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), admin: false }
    }

    /// The same person as an administrator.
    #[must_use]
    pub fn administrator(mut self) -> Self {
        self.admin = true;
        self
    }
}
