use alloc::string::String;
use core::fmt;

use countersign_token::{
    Secret, Timestamp,
    json::{Object, Value},
};

use crate::Error;

/// The claims of a token (RFC 7519 §4), in the order in which they were set.
///
/// A claim that is set again keeps its place and changes its value.
///
/// ```
/// use countersign_jwt::Claims;
/// use countersign_token::Timestamp;
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// let claims = Claims::new()
///     .with_issuer("robot@example.com")
///     .with_audience("https://issuer.example")
///     .with_issued_at(now)
///     .with_expiry(now.plus_seconds(300));
/// assert_eq!(
///     claims.to_json().expose(),
///     r#"{"iss":"robot@example.com","aud":"https://issuer.example","iat":1700000000,"exp":1700000300}"#,
/// );
/// # Ok::<(), countersign_jwt::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Claims(Object);

impl Claims {
    /// No claims.
    pub const fn new() -> Self {
        Self(Object::new())
    }

    /// The claims of a JSON object.
    ///
    /// # Errors
    /// [`Error::NotAnObject`] when the text is no JSON, repeats a name within an object, or is no object.
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self, Error> {
        match Value::parse(json.as_ref()) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            _ => Err(Error::NotAnObject),
        }
    }

    /// Who made the token (`iss`).
    #[must_use]
    pub fn with_issuer(self, issuer: impl Into<Secret>) -> Self {
        self.with_text("iss", issuer)
    }

    /// About whom it speaks (`sub`).
    #[must_use]
    pub fn with_subject(self, subject: impl Into<Secret>) -> Self {
        self.with_text("sub", subject)
    }

    /// For whom it is (`aud`), one and as a plain string.
    #[must_use]
    pub fn with_audience(self, audience: impl Into<Secret>) -> Self {
        self.with_text("aud", audience)
    }

    /// For whom it is (`aud`), as a list.
    #[must_use]
    pub fn with_audiences<S: Into<Secret>>(self, audiences: impl IntoIterator<Item = S>) -> Self {
        self.with("aud", Value::Array(audiences.into_iter().map(Value::text).collect()))
    }

    /// Until when it holds (`exp`).
    #[must_use]
    pub fn with_expiry(self, expiry: Timestamp) -> Self {
        self.with_time("exp", expiry)
    }

    /// From when on it holds (`nbf`).
    #[must_use]
    pub fn with_not_before(self, not_before: Timestamp) -> Self {
        self.with_time("nbf", not_before)
    }

    /// When it was made (`iat`).
    #[must_use]
    pub fn with_issued_at(self, issued_at: Timestamp) -> Self {
        self.with_time("iat", issued_at)
    }

    /// Its own name, by which it is accepted once (`jti`).
    #[must_use]
    pub fn with_id(self, id: impl Into<Secret>) -> Self {
        self.with_text("jti", id)
    }

    /// Any claim that is a text.
    #[must_use]
    pub fn with_text(self, name: impl Into<String>, text: impl Into<Secret>) -> Self {
        self.with(name, Value::text(text))
    }

    /// Any claim that is a time, in whole seconds since 1970.
    #[must_use]
    pub fn with_time(self, name: impl Into<String>, time: Timestamp) -> Self {
        self.with(name, Value::Integer(time.unix().into()))
    }

    /// Any claim.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.0.insert(name, value);
        self
    }

    /// The value of a claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// The text of a claim that is one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_text)
    }

    /// The claims in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter()
    }

    /// The claims as JSON on one line: what a signing service is sent as the payload.
    pub fn to_json(&self) -> Secret {
        self.0.to_json()
    }
}

impl From<Object> for Claims {
    fn from(object: Object) -> Self {
        Self(object)
    }
}

impl From<Claims> for Object {
    fn from(Claims(object): Claims) -> Self {
        object
    }
}

/// The names alone: what a token says of a person is not for a log.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
