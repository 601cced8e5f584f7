use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use countersign_token::{
    Extra, Scopes, Timestamp, TokenType,
    json::{Object, Value},
};
use http::{Response, StatusCode};

use super::body;
use crate::{Error, text};

/// What a server says of a token (RFC 7662 §2.2), read strictly: whether somebody is let in hangs on it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IntrospectionResponse {
    /// Whether the token is good at the server that was asked; only `true` as a boolean is yes.
    pub active: bool,
    /// The scopes.
    pub scopes: Option<Scopes>,
    /// The client the token was issued to.
    pub client_id: Option<String>,
    /// A name of the user for people.
    pub username: Option<String>,
    /// How it is presented; `None` for another type or when the server does not say.
    pub token_type: Option<TokenType>,
    /// When it stops being good.
    pub expires: Option<Timestamp>,
    /// When it was issued.
    pub issued_at: Option<Timestamp>,
    /// When it begins to be good.
    pub not_before: Option<Timestamp>,
    /// Whose it is, as the server numbers its users.
    pub subject: Option<String>,
    /// Whom it is for.
    pub audience: Vec<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// The thumbprint of the key it is bound to (RFC 9449 §6.2).
    pub thumbprint: Option<String>,
    /// Everything else.
    pub extra: Extra,
}

impl IntrospectionResponse {
    /// Reads the answer of the introspection endpoint.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, [`Error::NotAnAnswer`] for another status than 200 or
    /// another kind of answer, or what is wrong with it.
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let not_an_answer = Error::NotAnAnswer { status: response.status().as_u16() };
        let (mut object, oddities) = body::members(response)?;
        if let Some(refusal) = body::refused(response, &object) {
            return Err(Error::Refused(refusal));
        }
        // A form has no booleans, so it cannot say yes.
        if response.status() != StatusCode::OK || oddities.contains(&super::Oddity::FormBody) {
            return Err(not_an_answer);
        }
        let active = match object.remove("active") {
            Some(Value::Bool(active)) => active,
            None => return Err(Error::Missing { name: "active" }),
            Some(_) => return Err(Error::Malformed { name: "active" }),
        };
        let scopes = match object.remove("scope") {
            None | Some(Value::Null) => None,
            Some(Value::Text(scopes)) => Some(scopes.expose().into()),
            Some(_) => return Err(Error::Malformed { name: "scope" }),
        };
        let audience = match object.remove("aud") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Text(audience)) => vec![audience.expose().to_string()],
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_text().map(ToString::to_string).ok_or(Error::Malformed { name: "aud" }))
                .collect::<Result<_, _>>()?,
            Some(_) => return Err(Error::Malformed { name: "aud" }),
        };
        let confirmation = object.remove("cnf");
        let thumbprint = confirmation
            .as_ref()
            .and_then(|confirmation| confirmation.as_object()?.get("jkt")?.as_text())
            .map(ToString::to_string);
        // A binding that is not understood must not be dropped: the token would pass as anybody's.
        if confirmation.is_some() && thumbprint.is_none() {
            return Err(Error::Malformed { name: "cnf" });
        }
        Ok(Self {
            active,
            scopes,
            client_id: plain(&mut object, "client_id")?,
            username: plain(&mut object, "username")?.map(|name| text::sanitise(&name, 256)),
            token_type: plain(&mut object, "token_type")?.as_deref().and_then(TokenType::from_name),
            expires: moment(&mut object, "exp")?,
            issued_at: moment(&mut object, "iat")?,
            not_before: moment(&mut object, "nbf")?,
            subject: plain(&mut object, "sub")?,
            audience,
            issuer: plain(&mut object, "iss")?,
            thumbprint,
            extra: body::extra(object),
        })
    }

    /// Whether the token is good at `now` by all the answer says, for whom and from whom it is apart.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.active
            && self.expires.is_none_or(|expires| now < expires)
            && self.not_before.is_none_or(|begins| begins <= now)
    }

    /// Whether the answer names this audience.
    pub fn is_for(&self, audience: &str) -> bool {
        self.audience.iter().any(|own| own == audience)
    }
}

fn plain(object: &mut Object, name: &'static str) -> Result<Option<String>, Error> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text.expose().to_string())),
        Some(_) => Err(Error::Malformed { name }),
    }
}

/// A moment as JSON writes it: a number, which must not be taken as absent when it is a text.
fn moment(object: &mut Object, name: &'static str) -> Result<Option<Timestamp>, Error> {
    let seconds = match object.remove(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Integer(seconds)) => seconds,
        Some(Value::Float(seconds)) if seconds.is_finite() => seconds as i128,
        Some(_) => return Err(Error::Malformed { name }),
    };
    let seconds = i64::try_from(seconds).map_err(|_| Error::Malformed { name })?;
    Ok(Some(Timestamp::from_unix(seconds)))
}
