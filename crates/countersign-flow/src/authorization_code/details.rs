use alloc::vec::Vec;

use countersign_token::{ExtraValue, Secret, json::Value};

use crate::{Error, Redeemed};

/// What is asked for or granted in more detail than scopes can say (RFC 9396), as data.
///
/// ```
/// use countersign_flow::AuthorizationDetails;
///
/// let details = AuthorizationDetails::parse(r#"[{"type":"payment","amount":"5.00"}]"#)?;
/// assert_eq!(details.types().collect::<Vec<_>>(), ["payment"]);
/// assert!(AuthorizationDetails::parse(r#"[{"amount":"5.00"}]"#).is_err());
/// # Ok::<(), countersign_flow::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AuthorizationDetails(Vec<Value>);

impl AuthorizationDetails {
    /// Reads a JSON array of objects that each have a `type` (RFC 9396 §2).
    ///
    /// # Errors
    /// [`Error::Protocol`] when the text is something else.
    pub fn parse(json: &str) -> Result<Self, Error> {
        let malformed = countersign_wire::Error::Malformed { name: "authorization_details" };
        let Value::Array(items) = Value::parse(json.as_bytes()).map_err(countersign_wire::Error::Json)?
        else {
            return Err(malformed.into());
        };
        let has_type = |item: &Value| {
            item.as_object().and_then(|item| item.get("type")?.as_text()).is_some_and(|name| !name.is_empty())
        };
        if items.is_empty() || !items.iter().all(has_type) {
            return Err(malformed.into());
        }
        Ok(Self(items))
    }

    /// The type of each.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|item| item.as_object()?.get("type")?.as_text())
    }

    /// The JSON array.
    pub fn to_json(&self) -> Secret {
        Value::Array(self.0.clone()).to_json()
    }
}

impl Redeemed {
    /// What was granted in detail, when the server says so; compare it with what was asked for.
    ///
    /// # Errors
    /// [`Error::Protocol`] when the server says it in a form that is none.
    pub fn authorization_details(&self) -> Result<Option<AuthorizationDetails>, Error> {
        match self.tokens.extra.get("authorization_details") {
            Some(ExtraValue::Json(json)) => AuthorizationDetails::parse(json.expose()).map(Some),
            Some(_) => Err(countersign_wire::Error::Malformed { name: "authorization_details" }.into()),
            None => Ok(None),
        }
    }
}
