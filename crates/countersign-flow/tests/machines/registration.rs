use countersign_flow::{
    Endpoint, Error, Registered, Registration,
    error::{Misuse, Unsupported},
};
use countersign_token::{Scopes, Secret, Timestamp, json::Value};
use countersign_wire::{
    flow::{Input, Purpose},
    registration::ClientMetadata,
    response::Oddity,
};

use crate::support::{Played, json, maybe_sent, not_sent, play, typed, whole_server};

const PUBLIC: &str = r#"{"client_id":"c-1","token_endpoint_auth_method":"none",
    "redirect_uris":["http://127.0.0.1/other"],"client_id_issued_at":1700000000,"tos":"x"}"#;

fn endpoint() -> Endpoint {
    whole_server().registration_endpoint.unwrap()
}

fn native() -> ClientMetadata {
    ClientMetadata::native("Demo", ["http://127.0.0.1/callback"])
}

fn register(answers: impl IntoIterator<Item = Input>) -> Played<Registered> {
    play(Registration::new(&endpoint(), native()), answers)
}

fn sent(played: &Played<Registered>, index: usize, name: &str) -> Option<String> {
    let body = Value::parse(played.requests[index].body()).unwrap();
    body.as_object().unwrap().get(name).map(|value| value.to_json().expose().to_string())
}

#[test]
fn a_client_says_what_it_is() {
    let mut metadata = native();
    metadata.scopes = Scopes::from("files mail");
    metadata.client_uri = Some("https://demo.example".into());
    metadata.contacts = vec!["ann@example.com".into()];
    metadata.software_id = Some("id".into());
    metadata.software_version = Some("1".into());
    metadata.software_statement = Some("st.at.ement".into());
    metadata.jwks = Some(r#"{"keys":[]}"#.into());
    metadata.jwks_uri = Some("https://demo.example/jwks".into());
    metadata.dpop_bound_access_tokens = true;
    let played = play(Registration::new(&endpoint(), metadata), [json(201, PUBLIC)]);
    assert_eq!(played.purposes(), [Purpose::Registration]);
    let request = &played.requests[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.headers()["content-type"], "application/json");
    assert!(!request.headers().contains_key("authorization"));
    assert_eq!(
        core::str::from_utf8(request.body()).unwrap(),
        r#"{"redirect_uris":["http://127.0.0.1/callback"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"contacts":["ann@example.com"],"client_name":"Demo","client_uri":"https://demo.example","application_type":"native","jwks_uri":"https://demo.example/jwks","software_id":"id","software_version":"1","token_endpoint_auth_method":"none","scope":"files mail","jwks":{"keys":[]},"software_statement":"st.at.ement","dpop_bound_access_tokens":true}"#
    );
}

#[test]
fn what_the_server_registered_counts_and_not_what_was_asked_for() {
    let registered = register([json(201, PUBLIC)]).done();
    assert_eq!(registered.client.id.as_str(), "c-1");
    assert_eq!(registered.client.authentication.method(), "none");
    assert_eq!(registered.client.redirect_uri.as_deref(), Some("http://127.0.0.1/other"));
    assert_eq!(registered.secret_expires_at, None);
    assert_eq!(registered.extra.text("tos"), Some("x"));
    assert!(registered.oddities.is_empty());

    let body = r#"{"client_id":"c-2","client_secret":"s","client_secret_expires_at":1700000060,
        "token_endpoint_auth_method":"client_secret_post",
        "registration_access_token":"rat","registration_client_uri":"https://as.example/register/c-2"}"#;
    let registered = register([json(201, body)]).done();
    assert_eq!(registered.client.authentication.method(), "client_secret_post");
    assert!(registered.client.authentication.secret().unwrap().ct_eq("s"));
    assert_eq!(registered.client.redirect_uri.as_deref(), Some("http://127.0.0.1/callback"));
    assert_eq!(registered.secret_expires_at, Some(Timestamp::from_unix(1_700_000_060)));
    assert!(registered.registration_access_token.as_ref().unwrap().ct_eq("rat"));
    assert_eq!(registered.registration_client_uri.as_deref(), Some("https://as.example/register/c-2"));
    let error = registered.management().unwrap_err();
    assert_eq!(error, Misuse::NotSupported(Unsupported::RegistrationManagement).into());

    // A key does not come with the answer; whoever has it says so.
    let body = r#"{"client_id":"c-3","token_endpoint_auth_method":"private_key_jwt"}"#;
    let registered = register([json(201, body)]).done();
    assert_eq!(registered.client.authentication.method(), "private_key_jwt");
}

#[test]
fn odd_answers_are_understood_and_reported() {
    let body = r#"{"client_id":"c","client_secret":"s","token_endpoint_auth_method":"client_secret_basic"}"#;
    let registered = register([json(200, body)]).done();
    assert_eq!(registered.oddities, [Oddity::Status, Oddity::SecretLifetimeMissing]);
    let body = r#"{"client_id":"c","client_secret":"s","client_secret_expires_at":0,"token_endpoint_auth_method":"client_secret_basic"}"#;
    let registered = register([json(201, body)]).done();
    assert_eq!((registered.secret_expires_at, registered.oddities.len()), (None, 0));
    // Without a method in the answer, the one that was asked for.
    assert_eq!(register([json(201, r#"{"client_id":"c"}"#)]).done().client.authentication.method(), "none");
}

#[test]
fn answers_that_cannot_be_used_are_refused() {
    for body in [
        "{}",
        r#"{"client_id":""}"#,
        r#"{"client_id":7}"#,
        r#"{"client_id":"c","client_secret":7}"#,
        r#"{"client_id":"c","client_secret":"s","client_secret_expires_at":"soon"}"#,
        r#"{"client_id":"c","redirect_uris":"x"}"#,
        r#"{"client_id":"c","redirect_uris":[7]}"#,
        r#"{"client_id":"c","registration_access_token":"a\r\nb"}"#,
    ] {
        let error = register([json(201, body)]).error();
        assert!(matches!(error, Error::Protocol(_)), "{body}: {error:?}");
    }
    let body = r#"{"client_id":"c","token_endpoint_auth_method":"client_secret_basic"}"#;
    assert_eq!(register([json(201, body)]).error(), Misuse::AuthenticationMethod.into());
    let body = r#"{"client_id":"c","token_endpoint_auth_method":"tls_client_auth"}"#;
    assert_eq!(register([json(201, body)]).error(), Misuse::NotSupported(Unsupported::MutualTls).into());
    assert!(matches!(register([typed(404, "text/html", "<p>")]).error(), Error::Protocol(_)));
}

#[test]
fn each_registration_makes_a_client_so_it_is_not_repeated() {
    assert_eq!(register([not_sent(), json(201, PUBLIC)]).requests.len(), 2);
    let played = register([maybe_sent()]);
    assert!(matches!(played.error(), Error::Network(_)));
}

#[test]
fn an_initial_access_token_is_shown_and_not_repeated() {
    let token = Secret::new("iat-1");
    let flow = Registration::new(&endpoint(), native()).initial_access_token(&token).unwrap();
    let body = r#"{"error":"invalid_token","error_description":"iat-1 is over"}"#;
    let played = play(flow, [json(401, body)]);
    assert_eq!(played.requests[0].headers()["authorization"], "Bearer iat-1");
    assert!(played.requests[0].headers()["authorization"].is_sensitive());
    let Error::Refused(refusal) = played.error() else { panic!("a refusal") };
    assert_eq!(refusal.description(), Some("[secret] is over"));
    let broken = Registration::new(&endpoint(), native()).initial_access_token(&Secret::new("a\nb"));
    assert!(matches!(broken.unwrap_err(), Error::Protocol(_)));
}

#[test]
fn redirect_uris_may_be_asked_for_as_the_other_kind_of_application_once() {
    let refused = || json(400, r#"{"error":"invalid_redirect_uri"}"#);
    let again = || {
        Registration::new(&endpoint(), native())
            .initial_access_token(&Secret::new("iat"))
            .unwrap()
            .or_as_other_application_type()
    };
    let played = play(again(), [refused(), json(201, PUBLIC)]);
    assert_eq!(sent(&played, 0, "application_type").as_deref(), Some(r#""native""#));
    assert_eq!(sent(&played, 1, "application_type").as_deref(), Some(r#""web""#));
    assert_eq!(played.requests[1].headers()["authorization"], "Bearer iat");
    let played = play(again(), [refused(), refused()]);
    assert!(matches!(played.error(), Error::Refused(_)));
    let played = play(again(), [json(400, r#"{"error":"invalid_client_metadata"}"#)]);
    assert_eq!(played.requests.len(), 1);
    assert_eq!(register([refused()]).requests.len(), 1);
}
