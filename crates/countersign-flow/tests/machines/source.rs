use std::sync::Arc;

use countersign_flow::{
    BoxFlow, ClientCredentialsSource, Endpoint, Error, RefreshSource, Source, error::Misuse, source,
};
use countersign_token::{AccessToken, Key, RefreshToken, Secret, Timestamp, TokenSet};

use crate::support::{ISSUER, TOKEN_ENDPOINT, confidential, json, play, public};

fn endpoint() -> Endpoint {
    Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap()
}

fn refresh() -> RefreshSource {
    RefreshSource::new(Key::new(ISSUER, "demo", "ann"), endpoint(), public(), "files")
}

fn tokens(refresh: Option<&str>) -> TokenSet {
    let mut tokens = TokenSet::new(AccessToken::bearer(Secret::new("at-1"), Timestamp::from_unix(0)));
    tokens.refresh = refresh.map(RefreshToken::new);
    tokens
}

fn check(source: &dyn Source, current: Option<&TokenSet>, grant_type: &str) {
    let flow: BoxFlow<TokenSet> = source.begin(current).unwrap();
    let played = play(flow, [json(200, r#"{"access_token":"at-2","token_type":"bearer"}"#)]);
    assert_eq!(played.form(0).first("grant_type"), Some(grant_type));
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq("at-2"));
    assert_eq!(tokens.access.scopes.to_string(), "files");
}

#[test]
fn a_refresh_source_spends_the_refresh_token_it_is_given() {
    check(&refresh(), Some(&tokens(Some("rt-1"))), "refresh_token");
    assert_eq!(refresh().key(), &Key::new(ISSUER, "demo", "ann"));
    for current in [None, Some(tokens(None))] {
        let error = refresh().begin(current.as_ref()).err().unwrap();
        assert_eq!(error, Error::Misuse(Misuse::NoToken { name: "refresh_token" }));
        assert!(!error.needs_login());
    }
}

#[test]
fn a_client_credentials_source_names_what_it_asks_for_in_its_key() {
    let source = ClientCredentialsSource::new(ISSUER, endpoint(), confidential(), "files")
        .with_resource(vec!["https://api.example/".into()]);
    assert_eq!(
        source.key(),
        &Key::new(ISSUER, "web", "")
            .with_scopes("files".into())
            .with_resource(vec!["https://api.example/".into()])
    );
    check(&source, None, "client_credentials");
    let played = play(source.begin(None).unwrap(), []);
    assert_eq!(played.form(0).unique("resource").unwrap(), Some("https://api.example/"));
}

#[test]
fn a_source_may_be_borrowed_shared_boxed_or_a_function() {
    let current = tokens(Some("rt-1"));
    let borrowed: &RefreshSource = &refresh();
    check(&borrowed, Some(&current), "refresh_token");
    let shared: Arc<dyn Source> = Arc::new(refresh());
    check(&shared, Some(&current), "refresh_token");
    let boxed: Box<dyn Source> = Box::new(refresh());
    check(&boxed, Some(&current), "refresh_token");
    let inner = refresh();
    let function = source::from_fn(Key::new("x", "y", "z"), move |current| inner.begin(current));
    assert_eq!(function.key(), &Key::new("x", "y", "z"));
    check(&function, Some(&current), "refresh_token");
}
