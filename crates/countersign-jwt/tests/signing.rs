//! What is signed is the text that the RFCs say, and a signature of the published keys is the published one.
#![cfg(feature = "aws-lc-rs")]

use countersign_jwt::{
    Algorithm, Backend, Claims, Error, Header, Jwk, PrivateKey, Signer, SigningKey, Unsigned, base64url, sign,
};
use countersign_token::{Timestamp, json::Value};

/// RFC 8037 §A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

fn ed25519() -> SigningKey {
    SigningKey::new(&PrivateKey::from_jwk(ED25519).unwrap(), Algorithm::EdDsa, Backend::AwsLcRs).unwrap()
}

#[test]
fn the_published_signature_comes_out() {
    // RFC 8037 §A.4.
    let message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = ed25519().sign(message.as_bytes()).unwrap();
    assert_eq!(
        base64url::encode(signature),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

#[test]
fn members_stand_in_a_fixed_order() {
    let now = Timestamp::from_unix(1_700_000_000);
    let claims = Claims::new()
        .with_issuer("i")
        .with_subject("s")
        .with_audiences(["a", "b"])
        .with_expiry(now.plus_seconds(60))
        .with_not_before(now)
        .with_issued_at(now)
        .with_id("j")
        .with("nested", Value::parse(br#"{"b":[1,true,null,1.5],"a":"\u0000\""}"#).unwrap());
    let header = Header::typed("at+jwt").with("x", Value::text("y")).with_key_id("k");
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(core::str::from_utf8(&base64url::decode(text).unwrap()), Ok(expected));
    }
    let token = sign(&header, &claims, &ed25519()).unwrap();
    let mut segments = token.expose().split('.');
    check(segments.next().unwrap(), r#"{"alg":"EdDSA","typ":"at+jwt","kid":"k","x":"y"}"#);
    check(
        segments.next().unwrap(),
        r#"{"iss":"i","sub":"s","aud":["a","b"],"exp":1700000060,"nbf":1700000000,"iat":1700000000,"jti":"j","nested":{"b":[1,true,null,1.5],"a":"\u0000\""}}"#,
    );
    assert_eq!(base64url::decode(segments.next().unwrap()).unwrap().len(), 64);
    assert_eq!(segments.next(), None);
}

#[test]
fn the_key_names_itself_unless_the_header_does() {
    #[track_caller]
    fn check(header: Header, expected: &str) {
        let key = ed25519().with_key_id("own");
        let token = sign(&header, &Claims::new(), &key).unwrap();
        let (header, _) = token.expose().split_once('.').unwrap();
        let text = String::from_utf8(base64url::decode(header).unwrap()).unwrap();
        assert_eq!(text, expected);
    }
    check(Header::new(), r#"{"alg":"EdDSA","kid":"own"}"#);
    check(Header::jwt().with_key_id("other"), r#"{"alg":"EdDSA","typ":"JWT","kid":"other"}"#);
    check(
        Header::typed("a\"b").with_key_id("c\\d\n\u{e9}").with("x\u{1}", Value::text("y")),
        "{\"alg\":\"EdDSA\",\"typ\":\"a\\\"b\",\"kid\":\"c\\\\d\\n\u{e9}\",\"x\\u0001\":\"y\"}",
    );
    let public = Jwk::clone(ed25519().public_key().unwrap());
    check(
        Header::typed("dpop+jwt").with_jwk(public),
        r#"{"alg":"EdDSA","typ":"dpop+jwt","jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#,
    );
}

#[test]
fn what_changes_the_reading_is_not_set_by_hand() {
    for name in ["alg", "typ", "kid", "jwk", "crit", "b64", "zip"] {
        let header = Header::jwt().with(name, Value::text("x"));
        assert_eq!(
            sign(&header, &Claims::new(), &ed25519()).map(|_| ()),
            Err(Error::Reserved { name }),
            "{name}"
        );
    }
}

#[test]
fn a_signature_made_elsewhere_gives_the_same_token() {
    let (header, claims, key) = (Header::jwt(), Claims::new().with_issuer("me"), ed25519());
    let unsigned = Unsigned::new(Algorithm::EdDsa, &header, &claims).unwrap();
    let signature = key.sign(unsigned.message().as_bytes()).unwrap();
    let whole = sign(&header, &claims, &key).unwrap();
    assert_eq!(unsigned.finish(signature).expose(), whole.expose());
}

#[test]
fn a_key_signs_from_many_threads() {
    let key = ed25519();
    let expected = key.sign(b"message").unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(key.sign(b"message").unwrap(), expected));
        }
    });
}
