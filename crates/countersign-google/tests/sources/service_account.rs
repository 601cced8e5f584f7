use core::time::Duration;

use countersign_flow::{Authorize, Endpoint, Error, RequestView, Source, error::Misuse};
use countersign_google::{ErrorKind, FileKind, SelfSignedAudience, ServiceAccount, ServiceAccountKey};
use countersign_jwt::{Algorithm, Backend, Expected, Jwk, KeySet, Verified, VerifyingKey};
use countersign_token::{Expiry, Key, Timestamp, json::Value};
use countersign_wire::{flow::NoEntropy, response::ErrorCode};
use http::Request;

use crate::support::{EMAIL, NOW, env, google, json, later, not_sent, play, rsa, service_account_file};

const TOKEN: &str = r#"{"access_token":"ya29","token_type":"Bearer","expires_in":3599}"#;
const DRIVE: &str = "https://www.googleapis.com/auth/drive";

fn key() -> ServiceAccountKey {
    ServiceAccountKey::from_json(service_account_file().to_string(), &google()).unwrap()
}

fn robot() -> ServiceAccount {
    ServiceAccount::from_key(&key(), Backend::AwsLcRs).unwrap()
}

/// Believes a token as a strict server does.
fn verified(token: &str) -> Verified {
    let public = Jwk::from_pem(rsa().1).unwrap().with_key_id("kid1");
    let keys = KeySet::from(VerifyingKey::new(&public, Backend::AwsLcRs).unwrap());
    let expected = Expected::from_issuer(EMAIL).for_any_audience().signed_by([Algorithm::Rs256]);
    expected.verify(token, &keys, Timestamp::from_unix(NOW + 1)).unwrap()
}

fn claims(token: &str) -> serde_json::Value {
    serde_json::from_str(verified(token).into_claims().to_json().expose()).unwrap()
}

#[test]
fn scopes_are_asserted_and_a_token_comes_back() {
    let robot = robot().scopes([DRIVE, "mail"]);
    let played = play(robot.begin(None).unwrap(), [json(200, TOKEN)]);
    assert_eq!(played.uris(), ["https://oauth2.googleapis.com/token"]);
    let form = played.form(0);
    assert_eq!(form.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["grant_type", "assertion"]);
    let mut asserted = claims(form.unique("assertion").unwrap().unwrap());
    assert!(asserted["jti"].take().as_str().unwrap().len() >= 22);
    let expected = serde_json::json!({
        "iss": EMAIL, "scope": format!("{DRIVE} mail"), "aud": "https://oauth2.googleapis.com/token",
        "iat": NOW, "exp": NOW + 3600, "jti": null,
    });
    assert_eq!(asserted, expected);
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq("ya29") && tokens.refresh.is_none());
    assert_eq!(tokens.access.scopes, robot.key().scopes.clone().unwrap());
    assert_eq!(tokens.access.resource, robot.key().resource);
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(NOW + 3599)));
}

#[test]
fn a_scope_of_two_names_is_the_one_that_was_asked_for() {
    let long = "https://www.googleapis.com/auth/userinfo.email";
    let check = |asked: &str, granted: &str, expected: &str| {
        let answer = format!(r#"{{"access_token":"a","token_type":"Bearer","scope":"{granted}"}}"#);
        let tokens = play(robot().scopes(asked).begin(None).unwrap(), [json(200, &answer)]).done();
        assert_eq!(tokens.access.scopes, expected.into());
    };
    check("email drive", &format!("drive {long}"), &format!("email drive {long}"));
    check(long, "email", &format!("email {long}"));
    check("profile drive", &format!("drive {long}"), &format!("drive {long}"));
    check("drive mail", "drive", "drive");
}

#[test]
fn each_try_has_an_assertion_of_its_own_and_a_refusal_is_final() {
    let played = play(robot().begin(None).unwrap(), [not_sent(), json(503, "{}"), json(200, TOKEN)]);
    let sent: Vec<_> =
        (0..3).map(|index| played.form(index).unique("assertion").unwrap().unwrap().to_owned()).collect();
    assert!(sent[0] != sent[1] && sent[1] != sent[2]);
    let refusal = r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#;
    let Error::Refused(refusal) = play(robot().begin(None).unwrap(), [json(400, refusal)]).error() else {
        panic!("a refusal")
    };
    assert_eq!(refusal.code, ErrorCode::InvalidGrant);
}

#[test]
fn a_user_further_claims_lifetime_and_skew_are_asserted() {
    let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
    let robot = robot()
        .scopes([DRIVE])
        .subject("ann@example.com")
        .claim("tenant", Value::text("t1"))
        .unwrap()
        .lifetime(Duration::from_secs(600))
        .clock_skew(Duration::from_secs(60))
        .token_endpoint(endpoint)
        .audience("https://as.example");
    let asserted = claims(robot.assertion(&env()).unwrap().expose());
    assert_eq!(asserted["sub"], "ann@example.com");
    assert_eq!(asserted["tenant"], "t1");
    assert_eq!(asserted["aud"], "https://as.example");
    assert_eq!((asserted["iat"].as_i64(), asserted["exp"].as_i64()), (Some(NOW - 60), Some(NOW + 540)));
    let longest = claims(robot.lifetime(Duration::from_secs(86_400)).assertion(&env()).unwrap().expose());
    assert_eq!(longest["exp"].as_i64().unwrap() - longest["iat"].as_i64().unwrap(), 3600);
    for name in ["iss", "sub", "aud", "iat", "exp", "nbf", "jti", "scope", "target_audience"] {
        let error = self::robot().claim(name, Value::Null).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse(_)), "{name}");
    }
    let dry = |_: &mut [u8]| Err(NoEntropy);
    let env = countersign_wire::flow::Env { now: later(0).now, entropy: &dry };
    assert_eq!(self::robot().assertion(&env).unwrap_err(), Error::NoEntropy);
}

#[test]
fn no_two_identities_share_a_key() {
    let other_key = |kid: &str| {
        let mut file = service_account_file();
        file["private_key_id"] = kid.into();
        let key = ServiceAccountKey::from_json(file.to_string(), &google()).unwrap();
        ServiceAccount::from_key(&key, Backend::AwsLcRs).unwrap()
    };
    let claim = |name: &str, value: &str| robot().claim(name, Value::text(value)).unwrap();
    let endpoint = Endpoint::new("token_endpoint", "https://as.example/token").unwrap();
    let keys: Vec<Key> = [
        robot().key().clone(),
        robot().scopes([DRIVE]).key().clone(),
        robot().scopes("mail").key().clone(),
        robot().subject("ann@example.com").key().clone(),
        robot().subject("bob@example.com").key().clone(),
        robot().subject(EMAIL).key().clone(),
        robot().subject("ann@example.com").scopes("mail").key().clone(),
        other_key("kid2").key().clone(),
        other_key("").key().clone(),
        claim("a", "1").key().clone(),
        claim("a", "2").key().clone(),
        claim("a", "1\",\"b\":\"2").key().clone(),
        claim("a", "1").claim("b", Value::text("2")).unwrap().key().clone(),
        robot().id_token("https://a.example").key().clone(),
        robot().id_token("https://b.example").key().clone(),
        robot().subject("ann@example.com").id_token("https://a.example").key().clone(),
        robot().token_endpoint(endpoint).key().clone(),
    ]
    .into();
    for (index, key) in keys.iter().enumerate() {
        assert!(!keys[..index].contains(key), "{key:?}");
        assert_eq!(&Key::from_text(&key.to_text()).unwrap(), key);
    }
    // The order of scopes and of claims is no difference.
    assert_eq!(robot().scopes("a b").key(), robot().scopes("b a").key());
    let (ab, ba) = (
        claim("a", "1").claim("b", Value::text("2")).unwrap(),
        claim("b", "2").claim("a", Value::text("1")).unwrap(),
    );
    assert_eq!(ab.key(), ba.key());
}

#[test]
fn an_id_token_is_asked_for_by_its_audience() {
    // {"exp":1700003600}
    let id_token = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDM2MDB9.c2ln";
    let source = robot().subject("ann@example.com").id_token("https://service.example");
    let played = play(source.begin(None).unwrap(), [json(200, &format!(r#"{{"id_token":"{id_token}"}}"#))]);
    let asserted = claims(played.form(0).unique("assertion").unwrap().unwrap());
    assert_eq!(asserted["target_audience"], "https://service.example");
    assert!(asserted.get("scope").is_none());
    let tokens = played.done();
    assert!(tokens.access.secret.ct_eq(id_token) && tokens.id_token.unwrap().secret().ct_eq(id_token));
    assert_eq!(tokens.access.expires, Expiry::At(Timestamp::from_unix(1_700_003_600)));
    assert_eq!(tokens.access.resource, source.key().resource);
    let error = play(source.begin(None).unwrap(), [json(200, TOKEN)]).error();
    assert_eq!(error, Error::Protocol(countersign_wire::Error::Missing { name: "id_token" }));
}

#[test]
fn a_token_signed_here_is_for_the_service_the_request_an_audience_or_scopes() {
    let check = |audience: SelfSignedAudience, uri: &str, name: &str, expected: &str| {
        let authorize = robot().scopes([DRIVE]).self_signed(audience).unwrap();
        let mut request = Request::get(uri).body(Vec::new()).unwrap();
        authorize.authorize(RequestView::whole(&request), None, &env()).unwrap().apply(&mut request);
        let field = request.headers()["authorization"].to_str().unwrap().to_owned();
        assert!(request.headers()["authorization"].is_sensitive());
        let asserted = claims(field.strip_prefix("Bearer ").unwrap());
        assert_eq!(asserted[name], expected);
        assert_eq!((&asserted["iss"], &asserted["sub"]), (&EMAIL.into(), &EMAIL.into()));
        assert!(asserted.get(if name == "aud" { "scope" } else { "aud" }).is_none(), "never both");
        assert_eq!(asserted["exp"].as_i64(), Some(NOW + 3600));
    };
    let uri = "https://pubsub.googleapis.com/v1/topics?page=2";
    check(SelfSignedAudience::Service, uri, "aud", "https://pubsub.googleapis.com/");
    check(SelfSignedAudience::Request, uri, "aud", "https://pubsub.googleapis.com/v1/topics");
    check(SelfSignedAudience::Fixed("me".into()), uri, "aud", "me");
    check(SelfSignedAudience::Scopes, uri, "scope", DRIVE);
    let refused = |robot: ServiceAccount, audience| {
        assert!(matches!(robot.self_signed(audience).unwrap_err().kind(), ErrorKind::Misuse(_)));
    };
    refused(robot().subject("ann@example.com"), SelfSignedAudience::Service);
    refused(robot(), SelfSignedAudience::Scopes);
    let authorize = robot().self_signed(SelfSignedAudience::Service).unwrap();
    let clear = Request::get("http://pubsub.googleapis.com/").body(Vec::new()).unwrap();
    let error = authorize.authorize(RequestView::whole(&clear), None, &env()).unwrap_err();
    assert_eq!(error, Error::Misuse(Misuse::ClearText));
}

#[test]
fn bytes_are_signed_under_the_name_of_the_key() {
    let robot = robot();
    let (key_id, signature) = robot.sign_blob(b"message").unwrap();
    assert_eq!(key_id, Some("kid1"));
    let public = VerifyingKey::new(&Jwk::from_pem(rsa().1).unwrap(), Backend::AwsLcRs).unwrap();
    assert!(public.holds(Algorithm::Rs256, b"message", &signature));
    assert!(!public.holds(Algorithm::Rs256, b"massage", &signature));
}

#[test]
fn a_key_file_says_what_is_wrong_with_it() {
    let check = |change: &dyn Fn(&mut serde_json::Value), expected: ErrorKind| {
        let mut file = service_account_file();
        change(&mut file);
        let error = ServiceAccountKey::from_json(file.to_string(), &google()).unwrap_err();
        assert_eq!(error.kind(), expected);
        assert!(!error.to_string().contains("PRIVATE"));
    };
    let member = |name| ErrorKind::Member { name };
    check(&|file| file["client_email"] = "".into(), member("client_email"));
    check(&|file| file["private_key"] = serde_json::Value::Null, member("private_key"));
    check(&|file| file["private_key_id"] = 7.into(), member("private_key_id"));
    check(&|file| file["private_key"] = "-----BEGIN CERTIFICATE-----".into(), ErrorKind::PrivateKey);
    check(
        &|file| file["token_uri"] = "http://oauth2.googleapis.com/token".into(),
        ErrorKind::Endpoint { name: "token_uri" },
    );
    check(
        &|file| file["token_uri"] = "https://attacker.example/token".into(),
        ErrorKind::UnexpectedHost { name: "token_uri" },
    );
    let client = serde_json::json!({"installed": {"client_id": "a"}});
    check(
        &|file| *file = client.clone(),
        ErrorKind::Kind { wanted: FileKind::ServiceAccount, found: FileKind::ClientSecrets },
    );
    let mut file = service_account_file();
    file.as_object_mut().unwrap().remove("token_uri");
    file.as_object_mut().unwrap().remove("private_key_id");
    let key = ServiceAccountKey::from_json(file.to_string(), &google()).unwrap();
    assert_eq!(key.token_endpoint.as_str(), "https://oauth2.googleapis.com/token");
    assert_eq!((key.key_id.as_deref(), key.universe.as_str()), (None, "googleapis.com"));
}
