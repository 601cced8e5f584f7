//! No public value shows a secret.

use countersign_client::{
    ClientSecretsError, Error, ErrorKind, Fault, LoggedOut, LoginEvent, LoginOptions, LogoutOptions, Prompt,
    Server, Token,
    blocking::{Client, Handle},
};
use countersign_flow::{AuthorizationServer, ClientRegistration};
use countersign_store::MemoryStore;
use countersign_token::{
    AccessToken, Client as Registered, Credential, Expiry, IdToken, Key, RefreshToken, Secret, Timestamp,
    TokenSet,
};
use countersign_transport::ScriptedTransport;
use countersign_wire::response::{ErrorCode, ErrorResponse};
use testkit::{assert_no_canary, canary::SECRET};

fn credential() -> Credential {
    let mut client = Registered::new("demo");
    client.secret = Some(Secret::new(SECRET));
    client.token_endpoint = Some("https://as.example/token".into());
    let access = AccessToken::bearer(Secret::new(SECRET), Timestamp::from_unix(0))
        .with_expiry(Expiry::At(Timestamp::from_unix(1)));
    let mut tokens = TokenSet::new(access);
    tokens.refresh = Some(RefreshToken::new(SECRET));
    tokens.id_token = Some(IdToken::new(SECRET));
    tokens.extra.insert_text("user_id", SECRET);
    Credential::oauth2(client, tokens)
}

/// A client whose refresh is refused in words that hold the secret.
fn client() -> Client {
    let refusal = format!(r#"{{"error":"invalid_grant","error_description":"{SECRET}"}}"#);
    let answer = http::Response::builder().status(400).body(refusal.into_bytes()).unwrap();
    Client::new(ScriptedTransport::new().respond(answer), MemoryStore::new())
}

fn handle() -> Handle {
    client().keep("ann", credential()).unwrap()
}

fn error() -> Error {
    handle().token(core::time::Duration::ZERO).unwrap_err()
}

fn options() -> LoginOptions {
    let client = ClientRegistration::confidential("demo", SECRET);
    LoginOptions::new("https://as.example", client).param("login_hint", SECRET)
}

fn secrets_file(content: &str) -> Error {
    let path = std::env::temp_dir().join(format!("countersign-canary-{}.json", std::process::id()));
    std::fs::write(&path, content).unwrap();
    let error = LoginOptions::from_client_secrets(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    error
}

#[test]
fn nothing_shows_a_secret() {
    assert!(matches!(error().kind(), ErrorKind::NeedsLogin { .. }));
    assert_no_canary! {
        Client => client(),
        Handle => handle(),
        Error, Display => error(),
        ErrorKind, Display => error().kind().clone(),
        ErrorKind, Display => ErrorKind::NeedsLogin { account: "ann".into() },
        ErrorKind, Display => {
            let words = ErrorResponse::new(ErrorCode::InvalidGrant).with_description(Some(SECRET));
            ErrorKind::Refused(words)
        },
        ErrorKind, Display => ErrorKind::Ambiguous { name: "a".into(), keys: vec![Key::new("i", "c", "a")] },
        LoginOptions => options(),
        LoginEvent<'_> => LoginEvent::Visit {
            url: &format!("https://as.example/authorize?state={SECRET}"),
            opening: true,
        },
        Server => Server::from("https://as.example"),
        Server => AuthorizationServer::new("https://as.example", "https://as.example/token").unwrap().into(),
        Token => token(),
        LogoutOptions => LogoutOptions::new(),
        LoggedOut => LoggedOut::LocalOnly,
    }
    <() as Prompt>::event(&(), &LoginEvent::Answered);
}

fn token() -> Token {
    let mut fresh = credential();
    fresh.tokens[0].expires = Expiry::Never;
    client().keep("ann", fresh).unwrap().token(core::time::Duration::ZERO).unwrap()
}

#[test]
fn a_broken_client_secrets_file_shows_nothing_of_itself() {
    for content in [
        format!(r#"{{"installed":{{"client_secret":"{SECRET}"}}}}"#),
        format!(r#"{{"installed":{{"client_id":"a","auth_uri":"ftp://{SECRET}/","token_uri":"{SECRET}"}}}}"#),
        SECRET.to_owned(),
    ] {
        let error = secrets_file(&content);
        let source = std::error::Error::source(&error).unwrap();
        let of_file: &ClientSecretsError = source.downcast_ref().unwrap();
        assert_no_canary! {
            ClientSecretsError, Display => of_file.clone(),
            Fault => of_file.fault().clone(),
            Error, Display => error.clone(),
        }
        if let Some(cause) = std::error::Error::source(of_file) {
            testkit::canary::check_text("cause", &cause.to_string());
        }
    }
}

#[cfg(feature = "oauth1")]
#[test]
fn nothing_of_oauth1_shows_a_secret() {
    use countersign_client::{OAuth1Login, RevocationMethod};
    use countersign_flow::oauth1::Endpoints;
    use countersign_token::{ClientCredentials, TokenCredentials};

    let endpoints = Endpoints::new("https://a.example/1", "https://a.example/2", "https://a.example/3");
    let login = OAuth1Login::new(endpoints.unwrap(), ClientCredentials::new("ck", SECRET))
        .authorization_param("login_hint", SECRET);
    let signed =
        Credential::oauth1(ClientCredentials::new("ck", SECRET), TokenCredentials::new(SECRET, SECRET));
    assert_no_canary! {
        OAuth1Login => login.clone(),
        RevocationMethod => RevocationMethod::Get,
        LoginOptions => LoginOptions::oauth1(login),
        Handle => client().keep("batch", signed).unwrap(),
    }
}
