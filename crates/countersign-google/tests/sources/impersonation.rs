use core::time::Duration;

use countersign_flow::{Endpoint, Error, Source, error::Misuse, source};
use countersign_google::{Impersonation, MetadataServer, ServiceAccount, ServiceAccountKey};
use countersign_jwt::Backend;
use countersign_token::{AccessToken, Binding, Expiry, Key, Secret, Timestamp, TokenSet, TokenType};
use countersign_wire::{
    flow::{Env, Flow, Input, Purpose, Step},
    response::ErrorCode,
};

use crate::support::{google, json, not_sent, play, service_account_file};

const TARGET: &str = "deploy@demo.iam.gserviceaccount.com";
const BASE_TOKEN: &str = r#"{"access_token":"base","token_type":"Bearer","expires_in":3599}"#;
const TOKEN: &str = r#"{"accessToken":"ya29","expireTime":"2023-11-14T23:13:20.5Z"}"#;

fn robot() -> ServiceAccount {
    let key = ServiceAccountKey::from_json(service_account_file().to_string(), &google()).unwrap();
    ServiceAccount::from_key(&key, Backend::AwsLcRs).unwrap().scopes("cloud")
}

fn deploy() -> Impersonation {
    Impersonation::new(robot(), TARGET).unwrap()
}

#[test]
fn one_account_speaks_for_another() {
    let account =
        deploy().scopes(["a", "b"]).delegates(["via@demo.example"]).lifetime(Duration::from_secs(600));
    let played = play(account.begin(None).unwrap(), [json(200, BASE_TOKEN), json(200, TOKEN)]);
    assert_eq!(
        played.uris(),
        [
            "https://oauth2.googleapis.com/token",
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\
             deploy@demo.iam.gserviceaccount.com:generateAccessToken"
        ]
    );
    assert_eq!(played.header(1, "authorization"), Some("Bearer base"));
    assert!(played.requests[1].headers()["authorization"].is_sensitive());
    assert_eq!(played.handling(1).purpose, Purpose::Token);
    assert!(!played.handling(1).link_local_http);
    assert_eq!(
        played.body(1),
        serde_json::json!({
            "delegates": ["projects/-/serviceAccounts/via@demo.example"], "scope": ["a", "b"], "lifetime": "600s",
        })
    );
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq("ya29"));
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(1_700_003_600)));
    assert_eq!(tokens.access.resource, account.key().resource);
    assert_eq!(Some(&tokens.access.scopes), account.key().scopes.as_ref());
}

#[test]
fn delegates_have_a_short_and_a_long_form() {
    let account = deploy().delegates(["projects/-/serviceAccounts/via@demo.example", "b@demo.example"]);
    let played = play(account.begin(None).unwrap(), [json(200, BASE_TOKEN), json(200, TOKEN)]);
    assert_eq!(
        played.body(1)["delegates"],
        serde_json::json!([
            "projects/-/serviceAccounts/via@demo.example",
            "projects/-/serviceAccounts/b@demo.example",
        ])
    );
}

#[test]
fn no_lifetime_is_longer_than_twelve_hours() {
    let account = deploy().lifetime(Duration::from_secs(1_000_000));
    let played = play(account.begin(None).unwrap(), [json(200, BASE_TOKEN), json(200, TOKEN)]);
    assert_eq!(played.body(1)["lifetime"], "43200s");
}

#[test]
fn the_server_refuses_is_in_trouble_or_says_nothing_of_use() {
    let refusal = r#"{"error":{"code":403,"message":"no base for you","status":"PERMISSION_DENIED"}}"#;
    let played = play(deploy().begin(None).unwrap(), [json(200, BASE_TOKEN), json(403, refusal)]);
    let Error::Refused(refusal) = played.error() else { panic!("a refusal") };
    assert_eq!(refusal.code, ErrorCode::from_text("PERMISSION_DENIED"));
    assert_eq!(refusal.description(), Some("no [secret] for you"), "the token is taken out");
    let script = [json(200, BASE_TOKEN), json(503, "{}"), not_sent(), json(200, TOKEN)];
    let played = play(deploy().begin(None).unwrap(), script);
    assert_eq!(played.waits, [Duration::from_secs(1), Duration::from_secs(2)]);
    assert!(played.done().access.secret.ct_eq("ya29"));
    for (body, missing) in [("{}", "accessToken"), (r#"{"accessToken":"x"}"#, "expireTime")] {
        let error = play(deploy().begin(None).unwrap(), [json(200, BASE_TOKEN), json(200, body)]).error();
        assert_eq!(error, Error::Protocol(countersign_wire::Error::Missing { name: missing }));
    }
    let played = play(deploy().begin(None).unwrap(), [json(400, r#"{"error":"invalid_grant"}"#)]);
    assert_eq!(played.requests.len(), 1, "who may not speak asks for nothing");
    assert!(played.error().needs_login());
}

#[test]
fn id_tokens_and_signatures_are_made_elsewhere() {
    // {"exp":1700003600}
    let token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDM2MDB9.c2ln";
    let source = deploy().delegates(["via@demo.example"]).id_token("https://service.example");
    let answer = json(200, &format!(r#"{{"token":"{token}"}}"#));
    let played = play(source.begin(None).unwrap(), [json(200, BASE_TOKEN), answer]);
    assert!(played.uris()[1].ends_with(":generateIdToken"));
    assert_eq!(
        played.body(1),
        serde_json::json!({
            "delegates": ["projects/-/serviceAccounts/via@demo.example"],
            "audience": "https://service.example", "includeEmail": true,
        })
    );
    let tokens = played.done();
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(1_700_003_600)));
    assert!(tokens.id_token.unwrap().secret().ct_eq(token));
    let answer = json(200, r#"{"keyId":"k1","signedBlob":"c2ln"}"#);
    let played = play(deploy().sign_blob(b"message").unwrap(), [json(200, BASE_TOKEN), answer]);
    assert!(played.uris()[1].ends_with(":signBlob"));
    assert_eq!(played.handling(1).purpose, Purpose::Signature);
    assert_eq!(played.body(1), serde_json::json!({"payload": "bWVzc2FnZQ=="}));
    let signature = played.done();
    assert_eq!((signature.key_id.as_str(), signature.signature.as_slice()), ("k1", &b"sig"[..]));
    let answer = json(200, r#"{"keyId":"k1","signedBlob":"*"}"#);
    let played = play(deploy().sign_blob(b"message").unwrap(), [json(200, BASE_TOKEN), answer]);
    assert_eq!(played.error(), Error::Protocol(countersign_wire::Error::Malformed { name: "signedBlob" }));
}

/// The end of a conversation that was had elsewhere.
struct Had(Option<TokenSet>);

impl Flow for Had {
    type Output = TokenSet;
    type Error = Error;

    fn step(&mut self, _: Input, _: &Env<'_>) -> Result<Step<TokenSet>, Error> {
        self.0.take().map(Step::Done).ok_or_else(|| Misuse::Finished.into())
    }
}

#[test]
fn a_token_that_is_bound_to_a_key_is_not_presented_without_the_proof() {
    let check = |change: fn(&mut AccessToken), expected: Option<Error>| {
        let base = source::from_fn(Key::new("base", "", ""), move |_| {
            let mut access = AccessToken::bearer(Secret::new("base"), Timestamp::from_unix(0));
            change(&mut access);
            Ok(Box::new(Had(Some(TokenSet::new(access)))))
        });
        let account = Impersonation::new(base, TARGET).unwrap();
        let played = play(account.begin(None).unwrap(), expected.is_none().then(|| json(200, TOKEN)));
        assert_eq!(played.end.unwrap().err(), expected);
    };
    check(|_| {}, None);
    check(|access| access.token_type = TokenType::DPoP, Some(Misuse::TokenType.into()));
    let bound = |access: &mut AccessToken| access.binding = Some(Binding::DPoP { thumbprint: "t".into() });
    check(bound, Some(Misuse::TokenType.into()));
}

#[test]
fn only_the_address_of_an_account_is_one() {
    for email in ["", "a/b@demo.example", "a?b", "a#b", "a:b", "a%2Fb", "a b"] {
        assert!(matches!(Impersonation::new(robot(), email), Err(Error::Endpoint { .. })), "{email}");
    }
    let at = |url: &str| {
        let url = Endpoint::new("service_account_impersonation_url", url).unwrap();
        Impersonation::at(robot(), &url)
    };
    assert_eq!(at("http://127.0.0.1:1/x/a@b.example:generateAccessToken").unwrap().email(), "a@b.example");
    for url in [
        "https://x.example/a:b:generateAccessToken",
        "https://x.example/a%2Fb:generateAccessToken",
        "https://x.example/a@b.example:signBlob",
        "https://x.example/?q=/a@b.example:generateAccessToken",
    ] {
        assert!(matches!(at(url), Err(Error::Endpoint { .. })), "{url}");
    }
}

#[test]
fn no_two_identities_share_a_key() {
    let other = source::from_fn(Key::new("other", "", ""), |_| unreachable!());
    let keys: Vec<Key> = [
        deploy().key().clone(),
        deploy().scopes("a").key().clone(),
        deploy().delegates(["via@demo.example"]).key().clone(),
        deploy().delegates(["via@demo.example", "b@demo.example"]).key().clone(),
        deploy().id_token("a").key().clone(),
        deploy().id_token("b").key().clone(),
        Impersonation::new(robot(), "other@demo.example").unwrap().key().clone(),
        Impersonation::new(robot().subject("ann@example.com"), TARGET).unwrap().key().clone(),
        Impersonation::new(MetadataServer::new().source(), TARGET).unwrap().key().clone(),
        Impersonation::new(other, TARGET).unwrap().key().clone(),
    ]
    .into();
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key:?}");
        assert_eq!(&Key::from_text(&key.to_text()).unwrap(), key);
    }
}
