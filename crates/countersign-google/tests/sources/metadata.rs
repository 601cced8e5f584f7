use core::time::Duration;

use countersign_flow::{Error, Source, error::Misuse};
use countersign_google::{ErrorKind, MemoryEnvironment, MetadataServer, MetadataValue, Unsupported};
use countersign_token::{Expiry, Key, Timestamp};
use countersign_wire::{
    flow::{Failure, Handling, Input, Purpose, Sent},
    response::ErrorCode,
};

use crate::support::{NOW, Played, answer, not_sent, play};

const TOKEN: &str = r#"{"access_token":"ya29","expires_in":3599,"token_type":"Bearer"}"#;
const FLAVOR: (&str, &str) = ("metadata-flavor", "Google");
const JSON: (&str, &str) = ("content-type", "application/json");

fn google(status: u16, body: &str) -> Input {
    answer(status, &[FLAVOR, JSON], body)
}

/// Every request goes to the own link, in clear, past every proxy, and says whose server is meant.
fn is_bounded<T>(played: &Played<T>, purposes: &[Purpose]) {
    assert_eq!(played.requests.len(), purposes.len());
    for (index, purpose) in purposes.iter().enumerate() {
        assert_eq!(played.header(index, "metadata-flavor"), Some("Google"));
        let Handling { purpose: found, link_local_http, no_proxy, timeout, response_limit, .. } =
            played.handling(index);
        assert_eq!(found, purpose);
        assert!(link_local_http & no_proxy);
        assert_eq!(*timeout, Some(Duration::from_secs(3)));
        assert_eq!(*response_limit, Some(65_536));
    }
}

#[test]
fn a_token_is_asked_for_by_scopes_with_commas() {
    let source = MetadataServer::new().source().scopes(["a", "https://x.example/b"]);
    let played = play(source.begin(None).unwrap(), [google(200, TOKEN)]);
    assert_eq!(
        played.uris(),
        ["http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token\
          ?scopes=a%2Chttps%3A%2F%2Fx.example%2Fb"]
    );
    is_bounded(&played, &[Purpose::Token]);
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq("ya29"));
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(NOW + 1 + 3599)));
    assert_eq!(Some(&tokens.access.scopes), source.key().scopes.as_ref());
    let source = MetadataServer::new().source().account("robot@demo.example");
    let played = play(source.begin(None).unwrap(), [google(200, TOKEN)]);
    assert!(
        played.uris()[0].ends_with("/service-accounts/robot%40demo.example/token"),
        "{:?}",
        played.uris()
    );
}

#[test]
fn whoever_does_not_say_that_he_is_googles_is_not_believed() {
    for headers in [&[JSON][..], &[JSON, ("metadata-flavor", "google")], &[JSON, ("metadata-flavor", "")]] {
        let source = MetadataServer::new().source();
        let error = play(source.begin(None).unwrap(), [answer(200, headers, TOKEN)]).error();
        assert_eq!(error, Error::Protocol(countersign_wire::Error::Missing { name: "Metadata-Flavor" }));
        let there = play(MetadataServer::new().detection(), [answer(200, headers, "")]).done();
        assert!(!there);
    }
}

#[test]
fn the_server_is_looked_for_a_few_times_and_silence_means_no() {
    let played = play(MetadataServer::new().detection(), [google(200, "computeMetadata/\n")]);
    assert_eq!(played.uris(), ["http://169.254.169.254/"]);
    is_bounded(&played, &[Purpose::Metadata]);
    assert!(played.done());
    let played = play(MetadataServer::new().detection(), [not_sent(), not_sent(), not_sent()]);
    assert_eq!(played.waits, [Duration::from_secs(1), Duration::from_secs(2)]);
    assert!(!played.done());
    assert!(play(MetadataServer::new().detection(), [not_sent(), google(200, "")]).done());
    let lasting = Input::Failed(Failure { sent: Sent::No, transient: false });
    assert!(!play(MetadataServer::new().detection(), [lasting]).done());
}

#[test]
fn a_source_that_looks_first_says_that_there_are_no_default_credentials() {
    let source = MetadataServer::new().source().detecting();
    let error = play(source.begin(None).unwrap(), [not_sent(), not_sent(), not_sent()]).error();
    assert_eq!(error, Error::Misuse(Misuse::NoToken { name: "default_credentials" }));
    let played = play(source.begin(None).unwrap(), [google(200, ""), google(200, TOKEN)]);
    is_bounded(&played, &[Purpose::Metadata, Purpose::Token]);
    assert!(played.done().access.secret.ct_eq("ya29"));
    let played =
        play(source.id_token("a").begin(None).unwrap(), [google(200, ""), google(200, "e30.e30.c2ln")]);
    assert!(played.done().id_token.is_some());
}

#[test]
fn trouble_passes_and_a_refusal_does_not() {
    let source = || MetadataServer::new().source().begin(None).unwrap();
    let played = play(source(), [google(503, ""), not_sent(), google(429, ""), google(200, TOKEN)]);
    assert_eq!(played.waits.len(), 3);
    assert!(played.done().access.secret.ct_eq("ya29"));
    let played =
        play(source(), [google(500, ""), google(500, ""), google(500, ""), google(500, ""), google(500, "")]);
    assert!(played.error().is_transient());
    let Error::Refused(refusal) = play(source(), [google(404, "not found")]).error() else {
        panic!("no account is attached")
    };
    assert_eq!(refusal.code, ErrorCode::from_text("service_account_not_found"));
    assert_eq!(refusal.status, Some(404));
    let forbidden = play(source(), [google(403, "{}")]);
    assert_eq!(forbidden.requests.len(), 1);
    assert!(!forbidden.error().is_transient());
}

#[test]
fn a_server_that_asks_for_time_gets_it_up_to_half_a_minute() {
    let busy = |seconds| answer(503, &[FLAVOR, ("retry-after", seconds)], "");
    let source = || MetadataServer::new().source().begin(None).unwrap();
    let played = play(source(), [busy("7"), busy("30"), google(200, TOKEN)]);
    assert_eq!(played.waits, [Duration::from_secs(7), Duration::from_secs(30)]);
    let played = play(source(), [busy("31")]);
    assert!(played.waits.is_empty());
    assert!(played.error().is_transient());
}

#[test]
fn an_identity_is_a_token_and_nothing_else() {
    // {"exp":1700003600}
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDM2MDB9.c2ln";
    let source = MetadataServer::new().source().id_token("https://service.example");
    let played = play(source.begin(None).unwrap(), [answer(200, &[FLAVOR], &format!("{token}\n"))]);
    assert_eq!(
        played.uris(),
        ["http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/identity\
          ?audience=https%3A%2F%2Fservice.example&format=full"]
    );
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq(token));
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(1_700_003_600)));
    assert_eq!(tokens.access.resource, source.key().resource);
    let error = play(source.begin(None).unwrap(), [answer(200, &[FLAVOR], "<html>")]).error();
    assert_eq!(error, Error::Protocol(countersign_wire::Error::Malformed { name: "identity" }));
}

#[test]
fn other_values_are_read_and_may_be_missing() {
    let check = |value, response, expected: Option<&str>| {
        let played = play(MetadataServer::new().value(value), [response]);
        is_bounded(&played, &[Purpose::Metadata]);
        assert_eq!(played.done().as_deref(), expected);
    };
    check(MetadataValue::Project, google(200, "demo"), Some("demo"));
    check(MetadataValue::Project, google(404, ""), None);
    check(MetadataValue::Universe, google(404, ""), Some("googleapis.com"));
    check(MetadataValue::Universe, google(200, "example-universe.goog"), Some("example-universe.goog"));
    check(MetadataValue::Email, google(200, "robot@demo.example\n"), Some("robot@demo.example"));
}

#[test]
fn variables_say_where_the_server_is_and_whether_to_ask() {
    let server = |variables: &[(&str, &str)]| {
        let environment = variables.iter().fold(MemoryEnvironment::new(), |environment, (name, value)| {
            environment.with_variable(*name, value)
        });
        MetadataServer::from_environment(&environment)
    };
    let at = |variables: &[(&str, &str)], expected: &str| {
        let source = server(variables).unwrap().unwrap().source();
        assert_eq!(source.key().issuer, expected);
    };
    at(&[], "http://169.254.169.254");
    at(&[("GCE_METADATA_HOST", "metadata.google.internal:80")], "http://169.254.169.254:80");
    at(
        &[("GCE_METADATA_HOST", "127.0.0.1:8080"), ("GCE_METADATA_ROOT", "127.0.0.2")],
        "http://127.0.0.1:8080",
    );
    at(&[("GCE_METADATA_HOST", ""), ("GCE_METADATA_ROOT", "127.0.0.2")], "http://127.0.0.2");
    at(&[("GCE_METADATA_IP", "169.254.1.1")], "http://169.254.1.1");
    for host in [
        "attacker.example",
        "10.0.0.1",
        "metadata.google.internal.attacker.example",
        "127.0.0.1@x.example",
        "127.0.0.1/x",
        "a b",
        "localhost",
    ] {
        let error = server(&[("GCE_METADATA_HOST", host)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Endpoint { name: "GCE_METADATA_HOST" }, "{host}");
    }
    assert!(server(&[("NO_GCE_CHECK", "True")]).unwrap().is_none());
    assert!(server(&[("NO_GCE_CHECK", "1")]).unwrap().is_some());
    assert_eq!(
        server(&[("GCE_METADATA_MTLS_MODE", "strict")]).unwrap_err().kind(),
        ErrorKind::NotSupported(Unsupported::MetadataMutualTls)
    );
    let quick =
        server(&[("GCE_METADATA_TIMEOUT", "1"), ("GCE_METADATA_DETECT_RETRIES", "1")]).unwrap().unwrap();
    let played = play(quick.detection(), [not_sent()]);
    assert_eq!(played.handling(0).timeout, Some(Duration::from_secs(1)));
    assert!(!played.done());
}

#[test]
fn no_two_identities_share_a_key() {
    let source = || MetadataServer::new().source();
    let keys: Vec<Key> = [
        source().key().clone(),
        source().scopes("a").key().clone(),
        source().scopes("b").key().clone(),
        source().account("robot@demo.example").key().clone(),
        source().id_token("a").key().clone(),
        source().id_token("b").key().clone(),
        MetadataServer::at("127.0.0.1").unwrap().source().key().clone(),
    ]
    .into();
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key:?}");
    }
}
