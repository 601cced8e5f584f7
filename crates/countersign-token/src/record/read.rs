use alloc::{string::String, vec::Vec};

use super::{BARE, CHECKED, Record, RecordError, Revision};
use crate::{
    AccessToken, Binding, Client, ClientCredentials, Credential, Expiry, Extra, ExtraValue, Grant, IdToken,
    Key, RefreshToken, Scopes, Secret, State, Timestamp, TokenCredentials, TokenType,
    json::{Object, Value},
};

pub(super) fn record(value: Value, is_checked: bool) -> Result<Record, RecordError> {
    let Value::Object(mut object) = value else {
        return Err(RecordError::Member { name: "v" });
    };
    let version = object.remove("v").and_then(|v| v.as_integer()).ok_or(RecordError::Member { name: "v" })?;
    if version > CHECKED {
        return Err(RecordError::TooNew { version });
    }
    if version < BARE {
        return Err(RecordError::Member { name: "v" });
    }
    // One changed byte makes neither version look like the other.
    let has_sum = object.remove("sum").is_some();
    if has_sum != (version == CHECKED) || has_sum != is_checked {
        return Err(RecordError::Member { name: "sum" });
    }
    let revision = object
        .remove("revision")
        .and_then(|number| u64::try_from(number.as_integer()?).ok())
        .ok_or(RecordError::Member { name: "revision" })?;
    let key = key(&take_object(&mut object, "key")?)?;
    let grant = grant(&mut object)?;
    let client = match object.remove("client") {
        None => None,
        Some(Value::Object(object)) => Some(client(object)?),
        Some(_) => return Err(RecordError::Member { name: "client" }),
    };
    let credential = Credential {
        grant,
        client,
        scopes: scopes(object.remove("scopes").as_ref(), "scopes")?,
        tokens: tokens(object.remove("tokens"))?,
        id_token: take_text(&mut object, "id_token")?.map(IdToken::new),
        user_agent: take_text(&mut object, "user_agent")?.map(|text| text.expose().into()),
        extra: match object.remove("extra") {
            None => Extra::new(),
            Some(Value::Object(object)) => extra(object),
            Some(_) => return Err(RecordError::Member { name: "extra" }),
        },
        state: state(&mut object)?,
        unknown: extra(object),
    };
    Ok(Record { key, credential, revision: Revision::new(revision) })
}

fn key(object: &Object) -> Result<Key, RecordError> {
    let part = |name: &'static str, path: &'static str| {
        object.get(name).and_then(Value::as_text).ok_or(RecordError::Member { name: path })
    };
    let mut key = Key::new(
        part("issuer", "key.issuer")?,
        part("client", "key.client")?,
        part("account", "key.account")?,
    );
    if object.get("scopes").is_some() {
        key.scopes = Some(scopes(object.get("scopes"), "key.scopes")?);
    }
    key.resource = strings(object.get("resource"), "key.resource")?;
    Ok(key)
}

fn grant(object: &mut Object) -> Result<Grant, RecordError> {
    let kind = take_text(object, "kind")?.ok_or(RecordError::Member { name: "kind" })?;
    match kind.expose() {
        "oauth1" => {
            let (identifier, secret) =
                pair(&take_object(object, "client_credentials")?, "client_credentials")?;
            let client = ClientCredentials::new(identifier.expose(), secret);
            let token = match object.remove("token_credentials") {
                None => None,
                Some(Value::Object(token)) => {
                    let (identifier, secret) = pair(&token, "token_credentials")?;
                    Some(TokenCredentials::new(identifier, secret))
                }
                Some(_) => {
                    return Err(RecordError::Member { name: "token_credentials" });
                }
            };
            let signature_method = take_text(object, "signature_method")?.map(|text| text.expose().into());
            Ok(Grant::OAuth1 { client, token, signature_method })
        }
        "oauth2" => {
            let refresh_token =
                take_text(object, "refresh_token")?.filter(|token| !token.is_empty()).map(RefreshToken::new);
            Ok(Grant::OAuth2 { refresh_token })
        }
        "client_credentials" => Ok(Grant::ClientCredentials),
        "sealed" => {
            let envelope = take_text(object, "envelope")?.ok_or(RecordError::Member { name: "envelope" })?;
            Ok(Grant::Sealed { envelope })
        }
        _ => Err(RecordError::Member { name: "kind" }),
    }
}

fn pair(object: &Object, name: &'static str) -> Result<(Secret, Secret), RecordError> {
    let part = |part| object.get(part).and_then(Value::as_text).map(Secret::new);
    match (part("identifier"), part("secret")) {
        (Some(identifier), Some(secret)) => Ok((identifier, secret)),
        _ => Err(RecordError::Member { name }),
    }
}

fn client(mut object: Object) -> Result<Client, RecordError> {
    let id = take_text(&mut object, "id")?.ok_or(RecordError::Member { name: "client.id" })?;
    let mut client = Client::new(id.expose());
    client.secret = take_text(&mut object, "secret")?;
    let mut text = |name| Ok(take_text(&mut object, name)?.map(|text| String::from(text.expose())));
    client.auth_method = text("auth_method")?;
    client.redirect_uri = text("redirect_uri")?;
    client.token_endpoint = text("token_endpoint")?;
    client.revocation_endpoint = text("revocation_endpoint")?;
    client.registration_endpoint = text("registration_endpoint")?;
    client.unknown = extra(object);
    Ok(client)
}

fn tokens(value: Option<Value>) -> Result<Vec<AccessToken>, RecordError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.into_iter().map(token).collect(),
        Some(_) => Err(RecordError::Member { name: "tokens" }),
    }
}

fn token(value: Value) -> Result<AccessToken, RecordError> {
    let Value::Object(mut object) = value else {
        return Err(RecordError::Member { name: "tokens" });
    };
    let mut text = |name| take_text(&mut object, name)?.ok_or(RecordError::Member { name: "tokens" });
    let (secret, token_type, obtained_at) = (text("access_token")?, text("type")?, text("obtained_at")?);
    let mut token = AccessToken::bearer(secret, moment(obtained_at.expose(), "tokens.obtained_at")?);
    token.token_type =
        TokenType::from_name(token_type.expose()).ok_or(RecordError::Member { name: "tokens.type" })?;
    token.scopes = scopes(object.remove("scopes").as_ref(), "tokens.scopes")?;
    token.resource = strings(object.remove("resource").as_ref(), "tokens.resource")?;
    token.binding = take_text(&mut object, "binding")?
        .map(|thumbprint| Binding::DPoP { thumbprint: thumbprint.expose().into() });
    token.expires = match take_text(&mut object, "expires_at")? {
        None => Expiry::Unknown,
        Some(text) if text.expose() == "never" => Expiry::Never,
        Some(text) => Expiry::At(moment(text.expose(), "tokens.expires_at")?),
    };
    token.unknown = extra(object);
    Ok(token)
}

fn state(object: &mut Object) -> Result<State, RecordError> {
    let state = take_text(object, "state")?;
    let since = take_text(object, "state_since")?;
    match (state.as_ref().map(Secret::expose), since) {
        (None | Some("ok"), _) => Ok(State::Ok),
        (Some("needs_login"), Some(since)) => {
            Ok(State::NeedsLogin { since: moment(since.expose(), "state_since")? })
        }
        _ => Err(RecordError::Member { name: "state" }),
    }
}

fn extra(object: Object) -> Extra {
    let mut extra = Extra::new();
    for (name, value) in object {
        extra.insert(
            name,
            match value {
                Value::Text(text) => ExtraValue::Text(text),
                other => ExtraValue::Json(other.to_json()),
            },
        );
    }
    extra
}

fn moment(text: &str, name: &'static str) -> Result<Timestamp, RecordError> {
    Timestamp::parse(text).map_err(|_| RecordError::Member { name })
}

fn scopes(value: Option<&Value>, name: &'static str) -> Result<Scopes, RecordError> {
    Ok(strings(value, name)?.into())
}

fn strings(value: Option<&Value>, name: &'static str) -> Result<Vec<String>, RecordError> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_text().map(String::from).ok_or(RecordError::Member { name }))
            .collect(),
        Some(_) => Err(RecordError::Member { name }),
    }
}

fn take_object(object: &mut Object, name: &'static str) -> Result<Object, RecordError> {
    match object.remove(name) {
        Some(Value::Object(object)) => Ok(object),
        _ => Err(RecordError::Member { name }),
    }
}

fn take_text(object: &mut Object, name: &'static str) -> Result<Option<Secret>, RecordError> {
    match object.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(RecordError::Member { name }),
    }
}
