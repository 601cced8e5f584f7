use alloc::string::ToString;

use super::{Record, texts};
use crate::{
    AccessToken, Binding, Client, Credential, Expiry, Extra, ExtraValue, Grant, Key, State,
    json::{Object, Value},
};

pub(super) fn record(record: &Record, version: i128) -> Value {
    let Record { key: own_key, credential, revision } = record;
    let Credential { grant, client: own_client, scopes, tokens, id_token, user_agent, extra, state, unknown } =
        credential;
    let mut object = Object::new();
    object.insert("v", Value::Integer(version));
    object.insert("revision", Value::Integer(revision.number().into()));
    object.insert("key", key(own_key));
    write_grant(grant, &mut object);
    if let Some(own_client) = own_client {
        object.insert("client", client(own_client));
    }
    object.insert("scopes", texts(scopes.iter()));
    object.insert("tokens", Value::Array(tokens.iter().map(token).collect()));
    optional(&mut object, "id_token", id_token.as_ref().map(|token| token.secret().expose()));
    optional(&mut object, "user_agent", user_agent.as_deref());
    object.insert("extra", extra_object(extra));
    match state {
        State::Ok => object.insert("state", Value::text("ok")),
        State::NeedsLogin { since } => {
            object.insert("state", Value::text("needs_login"));
            object.insert("state_since", Value::text(since.to_string()));
        }
    }
    keep_unknown(&mut object, unknown);
    Value::Object(object)
}

fn key(key: &Key) -> Value {
    let Key { issuer, client, account, scopes, resource } = key;
    let mut object = Object::new();
    object.insert("issuer", Value::text(issuer.as_str()));
    object.insert("client", Value::text(client.as_str()));
    object.insert("account", Value::text(account.as_str()));
    if let Some(scopes) = scopes {
        object.insert("scopes", texts(scopes.iter()));
    }
    if !resource.is_empty() {
        object.insert("resource", texts(resource.iter().map(AsRef::as_ref)));
    }
    Value::Object(object)
}

fn write_grant(grant: &Grant, object: &mut Object) {
    match grant {
        Grant::OAuth1 { client, token, signature_method } => {
            object.insert("kind", Value::text("oauth1"));
            object.insert("client_credentials", pair(&client.identifier, client.secret.expose()));
            if let Some(token) = token {
                object.insert("token_credentials", pair(token.identifier.expose(), token.secret.expose()));
            }
            optional(object, "signature_method", signature_method.as_deref());
        }
        Grant::OAuth2 { refresh_token } => {
            object.insert("kind", Value::text("oauth2"));
            optional(object, "refresh_token", refresh_token.as_ref().map(|token| token.secret().expose()));
        }
        Grant::ClientCredentials => object.insert("kind", Value::text("client_credentials")),
        Grant::Sealed { envelope } => {
            object.insert("kind", Value::text("sealed"));
            object.insert("envelope", Value::Text(envelope.clone()));
        }
    }
}

fn pair(identifier: &str, secret: &str) -> Value {
    let mut object = Object::new();
    object.insert("identifier", Value::text(identifier));
    object.insert("secret", Value::text(secret));
    Value::Object(object)
}

fn client(client: &Client) -> Value {
    let Client {
        id,
        secret,
        auth_method,
        redirect_uri,
        token_endpoint,
        revocation_endpoint,
        registration_endpoint,
        unknown,
    } = client;
    let mut object = Object::new();
    object.insert("id", Value::text(id.as_str()));
    optional(&mut object, "secret", secret.as_ref().map(|secret| secret.expose()));
    optional(&mut object, "auth_method", auth_method.as_deref());
    optional(&mut object, "redirect_uri", redirect_uri.as_deref());
    optional(&mut object, "token_endpoint", token_endpoint.as_deref());
    optional(&mut object, "revocation_endpoint", revocation_endpoint.as_deref());
    optional(&mut object, "registration_endpoint", registration_endpoint.as_deref());
    keep_unknown(&mut object, unknown);
    Value::Object(object)
}

fn token(token: &AccessToken) -> Value {
    let AccessToken { secret, token_type, scopes, resource, binding, obtained_at, expires, unknown } = token;
    let mut object = Object::new();
    object.insert("access_token", Value::text(secret.expose()));
    object.insert("type", Value::text(token_type.as_str()));
    object.insert("scopes", texts(scopes.iter()));
    if !resource.is_empty() {
        object.insert("resource", texts(resource.iter().map(AsRef::as_ref)));
    }
    if let Some(Binding::DPoP { thumbprint }) = binding {
        object.insert("binding", Value::text(thumbprint.as_str()));
    }
    object.insert("obtained_at", Value::text(obtained_at.to_string()));
    object.insert(
        "expires_at",
        match expires {
            Expiry::Unknown => Value::Null,
            Expiry::Never => Value::text("never"),
            Expiry::At(end) => Value::text(end.to_string()),
        },
    );
    keep_unknown(&mut object, unknown);
    Value::Object(object)
}

fn extra_object(extra: &Extra) -> Value {
    let mut object = Object::new();
    for (name, value) in extra.iter() {
        object.insert(name, extra_value(value));
    }
    Value::Object(object)
}

fn extra_value(value: &ExtraValue) -> Value {
    match value {
        ExtraValue::Text(text) => Value::Text(text.clone()),
        // What was kept was JSON when it was read; anything else is kept as the text it is.
        ExtraValue::Json(json) => {
            Value::parse(json.expose().as_bytes()).unwrap_or_else(|_| Value::Text(json.clone()))
        }
    }
}

fn keep_unknown(object: &mut Object, unknown: &Extra) {
    for (name, value) in unknown.iter() {
        if object.get(name).is_none() {
            object.insert(name, extra_value(value));
        }
    }
}

fn optional(object: &mut Object, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        object.insert(name, Value::text(value));
    }
}
