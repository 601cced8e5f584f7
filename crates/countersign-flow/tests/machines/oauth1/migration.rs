//! OAuth 1.0a token credentials exchanged for OAuth 2.0 tokens.

use std::collections::BTreeSet;

use countersign_flow::{
    ClientRegistration, Endpoint, Error,
    oauth1::{Migrated, Migration, Signatory},
};
use countersign_token::{Client, Expiry, Grant, Timestamp, TokenCredentials};
use countersign_wire::{
    flow::{Failure, Input, Purpose, Sent},
    response::ErrorCode,
};
use http::{Method, header::AUTHORIZATION};

use super::{FORM, client, verified};
use crate::support::{
    NOW, Played, TOKEN_ENDPOINT, confidential, json, maybe_sent, not_sent, play, public, typed,
};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:migration:oauth1";
const ALONE: &str = r#"{"refresh_token":"rt"}"#;
const BOTH: &str =
    r#"{"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt","scope":"files"}"#;
const ACCESS: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":3600}"#;

fn migration(registration: &ClientRegistration) -> Migration {
    let endpoint = Endpoint::new("token_endpoint", TOKEN_ENDPOINT).unwrap();
    let signatory = Signatory::new(client(), TokenCredentials::new("tok", "tok-secret"));
    Migration::new(&endpoint, registration, &signatory).unwrap().scopes("files mail")
}

fn migrate(answers: impl IntoIterator<Item = Input>) -> Played<Migrated> {
    play(migration(&confidential()), answers)
}

#[test]
fn the_form_is_signed_with_the_old_token() {
    for (registration, secret) in [(confidential(), Some("s3cret-of-web")), (public(), None)] {
        let played = play(migration(&registration), [json(200, BOTH)]);
        assert_eq!(played.purposes(), [Purpose::Token]);
        let request = &played.requests[0];
        assert_eq!((request.method(), request.uri().to_string()), (&Method::POST, TOKEN_ENDPOINT.into()));
        assert_eq!(verified(request, Some("tok-secret")).first("oauth_token"), Some("tok"));
        let form = played.form(0);
        let mut expected = vec![("grant_type", GRANT_TYPE), ("client_id", registration.id.as_str())];
        expected.extend(secret.map(|secret| ("client_secret", secret)));
        expected.push(("scope", "files mail"));
        assert_eq!(form.iter().collect::<Vec<_>>(), expected);
        let Migrated { tokens, refresh_token, .. } = played.done();
        let tokens = tokens.unwrap();
        assert!(tokens.access.secret.ct_eq("at") && refresh_token.unwrap().secret().ct_eq("rt"));
        assert_eq!(tokens.access.scopes.to_string(), "files");
        assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(NOW + 3600)));
    }
    // The check of the signature sees a form that was changed afterwards.
    let mut request = migrate([json(200, BOTH)]).requests.remove(0);
    request.body_mut().extend_from_slice(b"+more");
    assert!(super::verify(&request, Some("tok-secret")).is_err());
}

#[test]
fn a_refresh_token_alone_is_refreshed_at_once() {
    let played = migrate([json(200, ALONE), json(200, ACCESS)]);
    assert_eq!(played.purposes(), [Purpose::Token, Purpose::Token]);
    let form = played.form(1);
    assert_eq!((form.first("grant_type"), form.first("refresh_token")), (Some("refresh_token"), Some("rt")));
    let header = played.requests[1].headers()[AUTHORIZATION].to_str().unwrap();
    assert!(header.starts_with("Basic "), "the second request is OAuth 2.0's own");
    let Migrated { tokens, refresh_token, .. } = played.done();
    let tokens = tokens.unwrap();
    assert!(tokens.refresh.unwrap().secret().ct_eq("rt") && refresh_token.unwrap().secret().ct_eq("rt"));
    assert_eq!(tokens.access.scopes.to_string(), "files mail");

    let rotated = ACCESS.replace('}', r#","refresh_token":"rt-2"}"#);
    let migrated = migrate([json(200, ALONE), json(200, &rotated)]).done();
    assert!(migrated.refresh_token.unwrap().secret().ct_eq("rt-2"));
}

#[test]
fn a_refresh_token_that_was_had_is_never_lost() {
    for answer in [
        maybe_sent(),
        json(400, r#"{"error":"invalid_grant"}"#),
        typed(503, "text/html", "<html>"),
        Input::Start,
    ] {
        let shown = format!("{answer:?}");
        let migrated = migrate([json(200, ALONE), answer]).done();
        assert!(migrated.tokens.is_none(), "{shown}");
        assert!(migrated.refresh_token.as_ref().unwrap().secret().ct_eq("rt"), "{shown}");
        let credential = migrated.into_credential(Client::new("web"));
        let Grant::OAuth2 { refresh_token: Some(kept) } = &credential.grant else { panic!("{shown}") };
        assert!(kept.secret().ct_eq("rt") && credential.tokens.is_empty());
        assert_eq!(credential.client_id().unwrap().as_str(), "web");
    }
    let credential = migrate([json(200, BOTH)]).done().into_credential(Client::new("web"));
    assert!(credential.refresh_token().unwrap().secret().ct_eq("rt"));
    assert_eq!(credential.tokens.len(), 1);
}

#[test]
fn an_access_token_alone_is_enough() {
    let migrated = migrate([json(200, ACCESS)]).done();
    assert!(migrated.refresh_token.is_none() && migrated.tokens.is_some());
}

#[test]
fn refusals_of_both_protocols_are_typed() {
    for (answer, code) in [
        (json(400, r#"{"error":"invalid_client"}"#), ErrorCode::InvalidClient),
        (json(200, r#"{"error":"invalid_grant"}"#), ErrorCode::InvalidGrant),
        (typed(401, FORM, "oauth_problem=signature_invalid"), ErrorCode::from_text("signature_invalid")),
        (typed(401, "text/html", "<html>"), ErrorCode::from_text("unknown_error")),
    ] {
        let Error::Refused(refusal) = migrate([answer]).error() else { panic!("{code:?}") };
        assert_eq!(refusal.code, code);
    }
    let body = r#"{"error":"x","error_description":"tok-secret tok cs&1 s3cret-of-web"}"#;
    let Error::Refused(refusal) = migrate([json(400, body)]).error() else { panic!("refused") };
    assert_eq!(refusal.description(), Some("[secret] [secret] [secret] [secret]"));
    for answer in [
        json(200, "{}"),
        json(200, r#"{"refresh_token":""}"#),
        json(200, r#"{"refresh_token":"a b"}"#),
        json(200, r#"{"refresh_token":7}"#),
        json(500, ALONE),
        typed(200, "text/html", "<html>"),
    ] {
        let shown = format!("{answer:?}");
        assert!(matches!(migrate([answer]).error(), Error::Protocol(_)), "{shown}");
    }
}

#[test]
fn nothing_signed_is_sent_twice() {
    let played = migrate([not_sent(), not_sent(), json(200, BOTH)]);
    let nonce = |request| verified(request, Some("tok-secret")).first("oauth_nonce").unwrap().to_string();
    assert_eq!(played.requests.iter().map(nonce).collect::<BTreeSet<_>>().len(), 3);
    for index in 0..3 {
        assert_eq!(played.form(index).all("scope").count(), 1, "the form does not grow");
    }
    let played = migrate([maybe_sent()]);
    assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
    assert_eq!(played.error(), Error::Network(Failure { sent: Sent::Maybe, transient: true }));
    let refused = http::Response::builder()
        .status(401)
        .header("date", "Tue, 14 Nov 2023 23:13:20 GMT")
        .header("content-type", FORM)
        .body(b"oauth_problem=timestamp_refused".to_vec())
        .unwrap();
    let flow = migration(&confidential()).follow_server_clock();
    let played = play(flow, [Input::Response(refused), json(200, BOTH)]);
    let sent = verified(&played.requests[1], Some("tok-secret"));
    assert_eq!(sent.first("oauth_timestamp"), Some((NOW + 3600).to_string().as_str()));
}
