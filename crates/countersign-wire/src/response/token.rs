use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use countersign_token::{
    AccessToken, Extra, IdToken, RefreshToken, Scopes, Secret, Timestamp, TokenSet, TokenType,
    json::{Object, Value},
};
use http::Response;

use super::{Lifetime, Oddity, Tolerance, body};
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
    /// The scope as it was written, when it was split at commas.
    joined: Option<String>,
}

impl TokenResponse {
    /// Reads the answer to a token request.
    ///
    /// # Errors
    /// [`Error::Refused`] with the server's error, whatever its status; [`Error::NotAnAnswer`] when it is of
    /// another kind; otherwise what is wrong with it.
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        Self::parse_with(response, &Tolerance::default())
    }

    /// Reads the answer to a token request with this tolerance.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and [`Error::Odd`] when nothing odd is tolerated.
    pub fn parse_with(response: &Response<Vec<u8>>, tolerance: &Tolerance) -> Result<Self, Error> {
        let (object, oddities) = body::granted(response, tolerance)?;
        Self::from_members(object, oddities, tolerance)
    }

    fn from_members(object: Object, mut oddities: Vec<Oddity>, tolerance: &Tolerance) -> Result<Self, Error> {
        let mut object = unnested(object, &mut oddities, tolerance);
        let access_token = token(object.remove("access_token"), "access_token")?
            .ok_or(Error::Missing { name: "access_token" })?;
        if !bearer::is_b64token(access_token.expose()) {
            oddities.push(Oddity::TokenCharacters);
        }
        let token_type = token_type(object.remove("token_type"), &mut oddities, tolerance)?;
        let lifetime = lifetime(&mut object, &mut oddities, tolerance)?;
        let scope = object.remove("scope");
        let (scopes, scope_oddities) = body::scopes(scope.as_ref(), tolerance)?;
        let joined =
            scope_oddities.contains(&Oddity::ScopeCommas).then(|| scope.as_ref()?.as_text()).flatten();
        let joined = joined.map(ToString::to_string);
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
        // Nothing granted is lawful, if unusual; everything else on the list is not.
        if tolerance.strict
            && let Some(oddity) = oddities.iter().find(|oddity| **oddity != Oddity::ScopeEmpty)
        {
            return Err(Error::Odd(*oddity));
        }
        Ok(Self {
            access_token,
            token_type,
            lifetime,
            scopes,
            refresh_token: refresh_token.map(RefreshToken::new),
            id_token: id_token.map(IdToken::new),
            extra: body::extra(object),
            oddities,
            joined,
        })
    }

    /// The tokens, given what was asked for and when.
    ///
    /// The lifetime counts from before the request was sent, so that it never ends later than the server
    /// thinks.
    pub fn into_tokens(self, requested: &Scopes, requested_at: Timestamp) -> TokenSet {
        // A scope whose own name has a comma was asked for, and is what was granted.
        let scopes = match (self.joined, self.scopes) {
            (Some(joined), Some(_)) if requested.contains(&joined) => joined.into(),
            (_, Some(scopes)) => scopes,
            (_, None) => requested.clone(),
        };
        let mut access = AccessToken::bearer(self.access_token, requested_at)
            .with_scopes(scopes)
            .with_expiry(self.lifetime.from_request(requested_at));
        access.token_type = self.token_type;
        let mut tokens = TokenSet::new(access);
        tokens.refresh = self.refresh_token;
        tokens.id_token = self.id_token;
        tokens.extra = self.extra;
        tokens
    }
}

/// A successful answer to a token exchange (RFC 8693 §2.2.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExchangeResponse {
    /// The answer as that of any token request; its access token is whatever was issued.
    pub answer: TokenResponse,
    /// What was issued, as a token type identifier (RFC 8693 §3).
    pub issued_token_type: Option<String>,
    /// Whether it is an access token; otherwise (`token_type` is `N_A`) it must not be presented as one.
    pub is_access_token: bool,
}

impl ExchangeResponse {
    /// Reads the answer to a token exchange.
    ///
    /// # Errors
    /// Those of [`TokenResponse::parse_with`].
    pub fn parse_with(response: &Response<Vec<u8>>, tolerance: &Tolerance) -> Result<Self, Error> {
        let (mut object, mut oddities) = body::granted(response, tolerance)?;
        let name = object.get("token_type").and_then(Value::as_text);
        let is_access_token = !name.is_some_and(|name| name.eq_ignore_ascii_case("N_A"));
        if !is_access_token {
            object.insert("token_type", Value::text(TokenType::Bearer.as_str()));
        }
        let issued_token_type = match object.remove("issued_token_type") {
            Some(Value::Text(name)) if !name.is_empty() => Some(name.expose().to_string()),
            None | Some(Value::Null | Value::Text(_)) => {
                oddities.push(Oddity::IssuedTokenTypeMissing);
                None
            }
            Some(_) => return Err(Error::Malformed { name: "issued_token_type" }),
        };
        let answer = TokenResponse::from_members(object, oddities, tolerance)?;
        Ok(Self { answer, issued_token_type, is_access_token })
    }
}

/// An answer that is an ID token without an access token, as Google gives to an assertion.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IdTokenResponse {
    /// The ID token, not verified.
    pub id_token: IdToken,
    /// How long the answer says it is good for.
    pub lifetime: Lifetime,
    /// What was tolerated.
    pub oddities: Vec<Oddity>,
}

impl IdTokenResponse {
    /// Reads the answer to a token request.
    ///
    /// # Errors
    /// Those of [`TokenResponse::parse`], of which [`Error::Missing`] names `id_token`.
    pub fn parse(response: &Response<Vec<u8>>) -> Result<Self, Error> {
        let tolerance = Tolerance::default();
        let (mut object, mut oddities) = body::granted(response, &tolerance)?;
        let id_token =
            token(object.remove("id_token"), "id_token")?.ok_or(Error::Missing { name: "id_token" })?;
        let lifetime = lifetime(&mut object, &mut oddities, &tolerance)?;
        Ok(Self { id_token: IdToken::new(id_token), lifetime, oddities })
    }
}

/// The members with the token among them: those of the member it is nested in, if it is nowhere else.
fn unnested(mut object: Object, oddities: &mut Vec<Oddity>, tolerance: &Tolerance) -> Object {
    let has_token = |object: &Object| {
        object.get("access_token").and_then(Value::as_text).is_some_and(|token| !token.is_empty())
    };
    if has_token(&object) {
        return object;
    }
    let is_there = |name: &&String| object.get(name).and_then(Value::as_object).is_some_and(has_token);
    let Some(name) = tolerance.nested.iter().find(is_there) else {
        return object;
    };
    if let Some(Value::Object(inner)) = object.remove(name) {
        oddities.push(Oddity::Nested);
        for (name, value) in inner {
            object.insert(name, value);
        }
    }
    object
}

fn token_type(
    value: Option<Value>,
    oddities: &mut Vec<Oddity>,
    tolerance: &Tolerance,
) -> Result<TokenType, Error> {
    let name = match value {
        None | Some(Value::Null) => {
            oddities.push(Oddity::TokenTypeAssumed);
            return Ok(TokenType::Bearer);
        }
        Some(Value::Text(name)) => name,
        Some(_) => return Err(Error::Malformed { name: "token_type" }),
    };
    if let Some(known) = TokenType::from_name(name.expose()) {
        return Ok(known);
    }
    if tolerance.bearer_types.iter().any(|alias| alias.eq_ignore_ascii_case(name.expose())) {
        oddities.push(Oddity::TokenTypeAlias);
        return Ok(TokenType::Bearer);
    }
    Err(Error::TokenType)
}

fn lifetime(
    object: &mut Object,
    oddities: &mut Vec<Oddity>,
    tolerance: &Tolerance,
) -> Result<Lifetime, Error> {
    let is_form = oddities.contains(&Oddity::FormBody);
    let mut expires_in = object.remove("expires_in");
    // Only a form's author could have meant `expires` this way: there it is the old Facebook spelling.
    if expires_in.is_none() && is_form {
        expires_in = object.remove("expires");
        if expires_in.is_some() {
            oddities.push(Oddity::Expires);
        }
    }
    if expires_in.is_none() && (is_form || tolerance.expires_at) {
        let moment = ["expires_at", "expires_on"].into_iter().find_map(|name| object.remove(name));
        if let Some(moment) = moment {
            oddities.push(Oddity::ExpiresAt);
            return Ok(Lifetime::read_moment(&moment));
        }
    }
    let is_zero = match &expires_in {
        Some(Value::Integer(seconds)) => *seconds == 0,
        Some(Value::Text(text)) => text.expose().trim().parse() == Ok(0_u64),
        _ => false,
    };
    let (lifetime, as_specified) = Lifetime::read(expires_in.as_ref())?;
    if !as_specified && !is_form {
        oddities.push(Oddity::Lifetime);
    }
    Ok(if is_zero && tolerance.zero_is_over { Lifetime::Over } else { lifetime })
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
