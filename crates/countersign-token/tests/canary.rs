//! No secret reaches what is printed.
#![cfg(feature = "json")]

use countersign_token::{
    AccessToken, Binding, Client, ClientCredentials, ClientId, Credential, Expiry, Extra, ExtraValue, Grant,
    IdToken, Key, KeyError, Record, RecordError, RefreshToken, Revision, Scopes, Secret, State,
    TemporaryCredentials, Timestamp, TimestampError, TokenCredentials, TokenSet, TokenType,
    json::{JsonError, Object, Value},
};
use testkit::{assert_no_canary, canary::SECRET};

fn client() -> Client {
    let mut client = Client::new("demo");
    client.secret = Some(SECRET.into());
    client
}

fn extra() -> Extra {
    let mut extra = Extra::new();
    extra.insert_text("user_id", SECRET);
    extra.insert("nested", ExtraValue::Json(SECRET.into()));
    extra
}

fn token_set() -> TokenSet {
    let mut tokens = TokenSet::new(AccessToken::bearer(SECRET.into(), Timestamp::from_unix(0)));
    tokens.refresh = Some(RefreshToken::new(SECRET));
    tokens.id_token = Some(IdToken::new(SECRET));
    tokens.extra = extra();
    tokens
}

fn oauth1() -> Credential {
    Credential::oauth1(ClientCredentials::new("ck", SECRET), TokenCredentials::new(SECRET, SECRET))
}

#[test]
fn nothing_shows_a_secret() {
    let mut object = Object::new();
    object.insert("access_token", Value::text(SECRET));
    let record =
        Record::new(Key::new("i", "c", "a"), Credential::oauth2(client(), token_set()), Revision::ABSENT);
    assert_no_canary! {
        Secret => Secret::new(SECRET),
        ClientId, Display => ClientId::new("demo"),
        Client => client(),
        Scopes, Display => Scopes::from("a"),
        Timestamp, Display => Timestamp::from_unix(0),
        TimestampError, Display => Timestamp::parse(SECRET).unwrap_err(),
        Expiry => Expiry::Never,
        TokenType => TokenType::Bearer,
        Binding => Binding::DPoP { thumbprint: "t".into() },
        AccessToken => token_set().access,
        RefreshToken => RefreshToken::new(SECRET),
        IdToken => IdToken::new(SECRET),
        TokenSet => token_set(),
        Extra => extra(),
        ExtraValue => ExtraValue::Text(SECRET.into()),
        ClientCredentials => ClientCredentials::new("ck", SECRET),
        TemporaryCredentials => TemporaryCredentials::new(SECRET, SECRET),
        TokenCredentials => TokenCredentials::new(SECRET, SECRET),
        Credential => Credential::oauth2(client(), token_set()),
        Credential => oauth1(),
        Grant => oauth1().grant,
        State => State::Ok,
        Key => Key::new("i", "c", "a"),
        KeyError, Display => Key::from_text(SECRET).unwrap_err(),
        Record => record,
        Revision => Revision::new(1),
        RecordError, Display => Record::from_json(SECRET.as_bytes()).unwrap_err(),
        RecordError, Display => Record::from_blob(&SECRET.into()).unwrap_err(),
        JsonError, Display => Value::parse(SECRET.as_bytes()).unwrap_err(),
        Object => object.clone(),
        Value => Value::Object(object),
    }
}
