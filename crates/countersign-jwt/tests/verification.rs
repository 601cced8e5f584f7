//! What is accepted, with which keys, and when an issuer is asked for its keys again.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto", feature = "verify"))]

use core::time::Duration;

use countersign_jwt::{
    Algorithm, Answer, Backend, ClaimFault, Claims, Error, Expected, Header, Jwk, KeyCache, KeyFault,
    KeyKind, KeySet, PrivateKey, Signer, SigningKey, Unverified, VerifyingKey, sign,
};
use countersign_token::{Secret, Timestamp, json::Value};
use http::{HeaderMap, HeaderValue, header::CACHE_CONTROL};
use testkit::entropy::Counting;

const BACKENDS: [Backend; 3] = [Backend::AwsLcRs, Backend::Ring, Backend::RustCrypto];

fn now() -> Timestamp {
    Timestamp::from_unix(1_700_000_000)
}

/// A key that is the same in every run, for each seed another one.
fn key(name: &str, seed: u64) -> SigningKey {
    let key = PrivateKey::generate(KeyKind::Ed25519, &Counting::new(seed)).unwrap();
    SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs).unwrap().with_key_id(name)
}

fn nameless(seed: u64) -> SigningKey {
    let key = PrivateKey::generate(KeyKind::Ed25519, &Counting::new(seed)).unwrap();
    SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs).unwrap()
}

fn set(keys: &[&SigningKey]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| key.public_key().unwrap().to_json()).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn token(key: &SigningKey) -> Secret {
    let claims =
        Claims::new().with_issuer("i").with_audience("me").with_expiry(now().plus_seconds(86_400 * 30));
    sign(&Header::jwt(), &claims, key).unwrap()
}

fn expected() -> Expected {
    Expected::from_issuer("i").for_audience("me")
}

/// Whether a token of these claims is accepted.
#[track_caller]
fn check(expected: &Expected, header: &Header, claims: &Claims, result: Result<(), Error>) {
    let key = key("k", 1);
    let token = sign(header, claims, &key).unwrap();
    for backend in BACKENDS {
        let keys = KeySet::from(VerifyingKey::new(key.public_key().unwrap(), backend).unwrap());
        assert_eq!(expected.verify(token.expose(), &keys, now()).map(|_| ()), result, "{backend:?}");
    }
}

fn claims() -> Claims {
    Claims::new().with_issuer("i").with_audience("me").with_expiry(now().plus_seconds(300))
}

#[test]
fn a_token_is_what_was_signed() {
    let key = key("k", 1);
    let claims = claims().with_subject("s").with_id("j").with_issued_at(now());
    let token = sign(&Header::jwt(), &claims, &key).unwrap();
    let keys = KeySet::from(VerifyingKey::new(key.public_key().unwrap(), Backend::AwsLcRs).unwrap());
    let verified = expected().verify(token.expose(), &keys, now()).unwrap();
    assert_eq!(verified.algorithm(), Algorithm::EdDsa);
    assert_eq!(verified.key_id(), Some("k"));
    assert_eq!(verified.header().get("typ").and_then(Value::as_text), Some("JWT"));
    assert_eq!(verified.issuer(), Some("i"));
    assert_eq!(verified.subject(), Some("s"));
    assert_eq!(verified.id(), Some("j"));
    assert_eq!(verified.audiences().collect::<Vec<_>>(), ["me"]);
    assert_eq!(verified.expiry(), Some(now().plus_seconds(300)));
    assert_eq!(verified.issued_at(), Some(now()));
    assert_eq!(verified.into_claims().to_json().expose(), claims.to_json().expose());
}

#[test]
fn what_is_expected_is_accepted() {
    let jwt = Header::jwt();
    check(&expected(), &jwt, &claims(), Ok(()));
    check(&expected(), &Header::new(), &claims(), Ok(()));
    check(&expected(), &Header::typed("jwt"), &claims(), Ok(()));
    check(&expected(), &Header::typed("application/JWT"), &claims(), Ok(()));
    check(&Expected::from_issuers(["h", "i"]).for_audience("me"), &jwt, &claims(), Ok(()));
    check(&Expected::from_anyone().for_audience("me"), &jwt, &claims(), Ok(()));
    check(&Expected::from_issuer("i").for_any_audience(), &jwt, &claims(), Ok(()));
    check(&expected().for_audience("other"), &jwt, &claims(), Ok(()));
    check(&expected(), &jwt, &claims().with_audiences(["other", "me"]), Ok(()));
    check(&expected().of_type("at+jwt"), &Header::typed("application/AT+JWT"), &claims(), Ok(()));
    check(&expected().of_type("application/at+jwt"), &Header::typed("at+jwt"), &claims(), Ok(()));
    check(&expected().of_any_type(), &Header::typed("whatever"), &claims(), Ok(()));
    let untimed = Claims::new().with_issuer("i").with_audience("me");
    check(&expected().without_expiry(), &jwt, &untimed, Ok(()));
    let nonce = claims().with_text("nonce", "n").with_text("azp", "me").with_subject("s");
    let identity = Expected::from_issuer("i").for_client("me").with_nonce("n").with_claim("sub");
    check(&identity, &jwt, &nonce, Ok(()));
    check(&identity, &jwt, &nonce.with_audiences(["me", "other"]), Ok(()));
    // The edges of a minute's leeway, and numbers as other libraries write them.
    for (name, value) in [
        ("exp", Value::Integer(1_700_000_000 - 59)),
        ("exp", Value::Float(1_700_000_300.75)),
        ("exp", Value::Float(1.8e9)),
        ("exp", Value::Integer(253_402_300_799)),
        ("nbf", Value::Integer(1_700_000_060)),
        ("nbf", Value::Float(1_700_000_059.5)),
        ("iat", Value::Integer(1_700_000_060)),
        ("iat", Value::Integer(0)),
    ] {
        check(&expected(), &jwt, &claims().with(name, value), Ok(()));
    }
    let fresh = expected().made_within(Duration::from_secs(60)).over_within(Duration::from_secs(300));
    check(&fresh, &jwt, &claims().with_issued_at(now().plus_seconds(-120)), Ok(()));
    check(&fresh, &jwt, &claims().with_issued_at(now()).with_expiry(now().plus_seconds(360)), Ok(()));
}

#[test]
fn a_shared_secret_is_asked_for() {
    let secret = Secret::new("0123456789abcdef0123456789abcdef");
    let key = PrivateKey::from_secret(&secret).unwrap();
    let key = SigningKey::new(&key, Algorithm::Hs256, Backend::AwsLcRs).unwrap();
    let token = sign(&Header::jwt(), &claims(), &key).unwrap();
    assert_eq!(key.public_key(), None);
    for backend in BACKENDS {
        let keys = KeySet::from(VerifyingKey::from_secret(&secret, backend).unwrap());
        let symmetric = expected().signed_by([Algorithm::Hs256]);
        assert!(symmetric.verify(token.expose(), &keys, now()).is_ok());
        let error = expected().verify(token.expose(), &keys, now()).map(|_| ());
        let fault = countersign_jwt::TokenFault::Algorithm;
        assert_eq!(error, Err(Error::Token { fault }));
    }
    let short = VerifyingKey::from_secret(&Secret::new("short"), Backend::Ring).map(|_| ());
    assert_eq!(short, Err(Error::key(KeyFault::TooShort { bits: 40 })));
}

#[test]
fn a_point_off_its_curve_is_no_key() {
    let jwk = r#"{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDB"}"#;
    // Bits that are left over are refused before the point is.
    assert_eq!(Jwk::from_json(jwk), Err(Error::key(KeyFault::Malformed)));
    let jwk = Jwk::from_json(jwk.replace("GRDB", "GRDQ")).unwrap();
    for backend in BACKENDS {
        let refused = VerifyingKey::new(&jwk, backend).map(|_| ());
        // ring looks at a key when it is used.
        let expected = if backend == Backend::Ring { Ok(()) } else { Err(Error::key(KeyFault::Refused)) };
        assert_eq!(refused, expected, "{backend:?}");
    }
}

#[test]
fn a_set_leaves_out_what_it_does_not_know() {
    let known = key("a", 1);
    let others = [
        r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA","kid":"b"}"#,
        r#"{"kty":"AKP","alg":"ML-DSA-44","pub":"AA"}"#,
        r#"{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"AA"}"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","use":"enc"}"#,
        r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#,
        "1",
        "{}",
    ];
    let json = set(&[&known]).replacen('[', &format!("[{},", others.join(",")), 1);
    for backend in BACKENDS {
        let keys = KeySet::from_json(&json, backend).unwrap();
        assert_eq!(keys.iter().map(VerifyingKey::key_id).collect::<Vec<_>>(), [Some("a")]);
        assert_eq!(keys.skipped(), others.len());
        assert!(expected().verify(token(&known).expose(), &keys, now()).is_ok());
    }
    for json in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":[],"keys":[]}"#] {
        let error = KeySet::from_json(json, Backend::Ring).map(|_| ()).unwrap_err();
        assert_eq!(error, Error::key(KeyFault::Malformed), "{json}");
    }
    let many = vec![known.public_key().unwrap().to_json(); 129].join(",");
    assert!(KeySet::from_json(format!(r#"{{"keys":[{many}]}}"#), Backend::Ring).is_err());
}

#[test]
fn a_key_is_chosen_by_its_name_and_by_its_kind() {
    let (a, b, c) = (key("a", 1), key("b", 2), nameless(3));
    let keys = KeySet::from_json(set(&[&a, &b, &c]), Backend::AwsLcRs).unwrap();
    let verify = |key: &SigningKey| expected().verify(token(key).expose(), &keys, now()).map(|_| ());
    assert_eq!(verify(&a), Ok(()));
    assert_eq!(verify(&b), Ok(()));
    // Without a name, every key is tried.
    assert_eq!(verify(&nameless(2)), Ok(()));
    // A key without a name serves a token with one that is unknown.
    assert_eq!(verify(&nameless(3).with_key_id("z")), Ok(()));
    assert_eq!(verify(&key("a", 2)), Err(Error::Signature));
    assert_eq!(verify(&nameless(9)), Err(Error::Signature));
    let keys = KeySet::from_json(set(&[&a]), Backend::AwsLcRs).unwrap();
    let error = expected().verify(token(&b).expose(), &keys, now()).map(|_| ());
    assert_eq!(error, Err(Error::UnknownKey));
}

/// An issuer that answers with the keys it has, and counts how often it was asked.
struct Issuer {
    keys: String,
    headers: HeaderMap,
    asked: u32,
}

impl Issuer {
    fn new(keys: &[&SigningKey]) -> Self {
        Self { keys: set(keys), headers: HeaderMap::new(), asked: 0 }
    }

    fn verify(&mut self, cache: &mut KeyCache, token: &Secret, at: Timestamp) -> Result<(), Error> {
        loop {
            match cache.verify(token.expose(), &expected(), at)? {
                Answer::Verified(_) => return Ok(()),
                Answer::Fetch => {
                    self.asked += 1;
                    // Broken keys are as good as none.
                    let _ = cache.store(&self.keys, &self.headers, at);
                }
            }
        }
    }
}

#[test]
fn keys_are_fetched_once_and_after_a_rotation() {
    let (old, new) = (key("old", 1), key("new", 2));
    let (mut issuer, mut cache) = (Issuer::new(&[&old]), KeyCache::new(Backend::AwsLcRs));
    assert!(cache.keys().is_none());
    for _ in 0..3 {
        assert_eq!(issuer.verify(&mut cache, &token(&old), now()), Ok(()));
    }
    assert_eq!(issuer.asked, 1);
    assert_eq!(cache.keys().unwrap().iter().count(), 1);
    // The issuer turns to a new key; within the minute it is not asked, and then once.
    issuer.keys = set(&[&old, &new]);
    let at = now().plus_seconds(59);
    assert_eq!(issuer.verify(&mut cache, &token(&new), at), Err(Error::UnknownKey));
    assert_eq!(issuer.asked, 1);
    let at = now().plus_seconds(60);
    assert_eq!(issuer.verify(&mut cache, &token(&new), at), Ok(()));
    assert_eq!(issuer.verify(&mut cache, &token(&old), at), Ok(()));
    assert_eq!(issuer.asked, 2);
    // A key without a name is replaced by another one.
    let mut issuer = Issuer::new(&[&nameless(3)]);
    let mut cache = KeyCache::new(Backend::AwsLcRs);
    assert_eq!(issuer.verify(&mut cache, &token(&nameless(3)), now()), Ok(()));
    issuer.keys = set(&[&nameless(4)]);
    assert_eq!(issuer.verify(&mut cache, &token(&nameless(4)), at), Ok(()));
    assert_eq!(issuer.asked, 2);
    // A forger who uses a known name does not get the issuer asked.
    let mut issuer = Issuer::new(&[&old]);
    let mut cache = KeyCache::new(Backend::AwsLcRs);
    assert_eq!(issuer.verify(&mut cache, &token(&key("old", 9)), now()), Err(Error::Signature));
    assert_eq!(issuer.verify(&mut cache, &token(&key("old", 9)), at), Err(Error::Signature));
    assert_eq!(issuer.asked, 1);
}

#[test]
fn a_stranger_does_not_get_the_issuer_asked_without_end() {
    let own = key("own", 1);
    let (mut issuer, mut cache) = (Issuer::new(&[&own]), KeyCache::new(Backend::AwsLcRs));
    for second in 0..600 {
        let stranger = token(&key(&format!("stranger {second}"), 2));
        let result = issuer.verify(&mut cache, &stranger, now().plus_seconds(second));
        assert_eq!(result, Err(Error::UnknownKey));
    }
    assert_eq!(issuer.asked, 10);
    let mut cache = KeyCache::new(Backend::AwsLcRs).with_interval(Duration::from_secs(300));
    for second in 0..600 {
        let _ = issuer.verify(&mut cache, &token(&key("stranger", 2)), now().plus_seconds(second));
    }
    assert_eq!(issuer.asked, 12);
    // What is no token at all asks for nothing.
    assert!(cache.verify("a.b.c", &expected(), now().plus_seconds(10_000)).is_err());
}

#[test]
fn keys_are_fresh_for_as_long_as_the_server_says() {
    #[track_caller]
    fn check(header: Option<&'static str>, fresh: i64) {
        let own = key("own", 1);
        let (mut issuer, mut cache) = (Issuer::new(&[&own]), KeyCache::new(Backend::AwsLcRs));
        if let Some(header) = header {
            issuer.headers.insert(CACHE_CONTROL, HeaderValue::from_static(header));
        }
        for (second, asked) in [(0, 1), (fresh - 1, 1), (fresh, 2)] {
            let at = now().plus_seconds(second);
            assert_eq!(issuer.verify(&mut cache, &token(&own), at), Ok(()));
            assert_eq!(issuer.asked, asked, "{header:?} after {second} s");
        }
    }
    check(None, 3600);
    check(Some("public, max-age=600"), 600);
    check(Some("Max-Age=\"600\""), 600);
    check(Some("max-age=1"), 60);
    check(Some("no-store, max-age=600"), 60);
    check(Some("no-cache"), 60);
    check(Some("max-age=99999999999"), 86_400);
    check(Some("max-age=soon"), 3600);
    check(Some("private"), 3600);
}

#[test]
fn an_issuer_that_is_away_is_asked_again_and_its_keys_stay() {
    let own = key("own", 1);
    let (mut issuer, mut cache) = (Issuer::new(&[&own]), KeyCache::new(Backend::AwsLcRs));
    let good = core::mem::replace(&mut issuer.keys, "<html>".to_owned());
    let mut verify =
        |issuer: &mut Issuer, second| issuer.verify(&mut cache, &token(&own), now().plus_seconds(second));
    assert_eq!(verify(&mut issuer, 0), Err(Error::KeysUnavailable));
    assert_eq!(verify(&mut issuer, 59), Err(Error::KeysUnavailable));
    assert_eq!(issuer.asked, 1);
    issuer.keys.clone_from(&good);
    assert_eq!(verify(&mut issuer, 60), Ok(()));
    issuer.keys = "<html>".to_owned();
    // An hour of freshness, and a day in which older keys are better than none.
    assert_eq!(verify(&mut issuer, 60 + 3600), Ok(()));
    assert_eq!(verify(&mut issuer, 60 + 3600 + 86_399), Ok(()));
    assert_eq!(verify(&mut issuer, 60 + 3600 + 86_460), Err(Error::KeysUnavailable));
    issuer.keys = good;
    // A clock that was set back does not keep anybody waiting.
    assert_eq!(verify(&mut issuer, 30), Ok(()));
}

#[test]
fn claims_are_shown_without_their_values() {
    let token = token(&key("k", 1));
    let token = Unverified::parse(token.expose()).unwrap();
    assert_eq!(format!("{:?}", token.claims().unwrap()), r#"["iss", "aud", "exp"]"#);
    let error = Error::Claim { name: "aud", fault: ClaimFault::Mismatch };
    assert_eq!(error.to_string(), "the claim aud of the token is not the expected one");
}
