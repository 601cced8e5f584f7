use alloc::vec::Vec;

use countersign_token::{
    AccessToken, Extra, ExtraValue, IdToken, RefreshToken, Scopes, Secret, Timestamp, TokenSet, TokenType,
    json::{Object, Value},
};
use http::{Response, StatusCode};

use super::{Lifetime, Oddity, body};
use crate::{Error, header::bearer};

/// A successful answer of the token endpoint (RFC 6749 §5.1).
///
/// ```
/// use countersign_wire::response::{Oddity, TokenResponse};
///
/// let response = http::Response::builder()
///     .header("content-type", "application/x-www-form-urlencoded")
///     .body(b"access_token=gho_16C7&scope=repo%2Cgist&token_type=bearer".to_vec())
///     .unwrap();
/// let answer = TokenResponse::parse(&response)?;
/// assert_eq!(answer.scopes.unwrap().to_string(), "repo gist");
/// assert_eq!(answer.oddities, [Oddity::FormBody, Oddity::ScopeCommas]);
/// # Ok::<(), countersign_wire::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenResponse {
    /// The access token.
    pub access_token: Secret,
    /// How it is presented.
    pub token_type: TokenType,
    /// How long it is good for.
    pub lifetime: Lifetime,
    /// The scopes granted; `None` means those that were asked for.
    pub scopes: Option<Scopes>,
    /// A refresh token.
    pub refresh_token: Option<RefreshToken>,
    /// An ID token, not verified.
    pub id_token: Option<IdToken>,
    /// Everything else.
    pub extra: Extra,
    /// What was tolerated.
    pub oddities: Vec<Oddity>,
}

impl TokenResponse {
    /// Reads the answer to a token request.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, whatever its status; [`Error::NotAnAnswer`] when it is of
    /// another kind; otherwise what is wrong with it.
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let (object, mut oddities) = body::members(response)?;
        if let Some(refusal) = body::refused(response, &object) {
            return Err(Error::Refused(refusal));
        }
        if !response.status().is_success() {
            return Err(Error::NotAnAnswer { status: response.status().as_u16() });
        }
        if response.status() != StatusCode::OK {
            oddities.push(Oddity::Status);
        }
        Self::from_members(object, oddities)
    }

    fn from_members(mut object: Object, mut oddities: Vec<Oddity>) -> Result<Self, Error> {
        let access_token = token(object.remove("access_token"), "access_token")?
            .ok_or(Error::Missing { name: "access_token" })?;
        let token_type = match object.remove("token_type") {
            None | Some(Value::Null) => {
                oddities.push(Oddity::TokenTypeAssumed);
                TokenType::Bearer
            }
            Some(Value::Text(name)) => TokenType::from_name(name.expose()).ok_or(Error::TokenType)?,
            Some(_) => return Err(Error::Malformed { name: "token_type" }),
        };
        let mut expires_in = object.remove("expires_in");
        // Only a form's author could have meant `expires` this way: there it is the old Facebook spelling.
        if expires_in.is_none() && oddities.contains(&Oddity::FormBody) {
            expires_in = object.remove("expires");
            if expires_in.is_some() {
                oddities.push(Oddity::Expires);
            }
        }
        let (lifetime, as_specified) = Lifetime::read(expires_in.as_ref())?;
        if !as_specified && !oddities.contains(&Oddity::FormBody) {
            oddities.push(Oddity::Lifetime);
        }
        let (scopes, scope_oddities) = body::scopes(object.remove("scope").as_ref())?;
        oddities.extend(scope_oddities);
        let refresh_token = match object.remove("refresh_token") {
            None => None,
            Some(Value::Null | Value::Bool(false)) => {
                oddities.push(Oddity::RefreshTokenEmpty);
                None
            }
            Some(Value::Text(empty)) if empty.is_empty() => {
                oddities.push(Oddity::RefreshTokenEmpty);
                None
            }
            other => token(other, "refresh_token")?,
        };
        let id_token = token(object.remove("id_token"), "id_token")?;
        Ok(Self {
            access_token,
            token_type,
            lifetime,
            scopes,
            refresh_token: refresh_token.map(RefreshToken::new),
            id_token: id_token.map(IdToken::new),
            extra: extra(object),
            oddities,
        })
    }

    /// The tokens, given what was asked for and when.
    ///
    /// The lifetime counts from before the request was sent, so that it never ends later than the server
    /// thinks.
    pub fn into_tokens(self, requested: &Scopes, requested_at: Timestamp) -> TokenSet {
        let mut access = AccessToken::bearer(self.access_token, requested_at)
            .with_scopes(self.scopes.unwrap_or_else(|| requested.clone()))
            .with_expiry(self.lifetime.from_request(requested_at));
        access.token_type = self.token_type;
        let mut tokens = TokenSet::new(access);
        tokens.refresh = self.refresh_token;
        tokens.id_token = self.id_token;
        tokens.extra = self.extra;
        tokens
    }
}

/// A token that can be sent: visible ASCII, so that it cannot become a second header.
fn token(value: Option<Value>, name: &'static str) -> Result<Option<Secret>, Error> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) if text.is_empty() => Ok(None),
        Some(Value::Text(text)) if bearer::is_sendable(text.expose()) => Ok(Some(text)),
        Some(_) => Err(Error::Malformed { name }),
    }
}

fn extra(object: Object) -> Extra {
    let mut extra = Extra::new();
    for (name, value) in object {
        let value = match value {
            Value::Text(text) => ExtraValue::Text(text),
            other => ExtraValue::Json(other.to_json()),
        };
        extra.insert(name, value);
    }
    extra
}
