//! No secret reaches what is printed.
#![cfg(all(feature = "aws-lc-rs", feature = "verify"))]

use countersign_jwt::{
    Algorithm, Answer, Backend, ClaimFault, Claims, Error, Expected, FromFn, Header, Jwk, KeyCache, KeyFault,
    KeyKind, KeySet, PrivateKey, Segment, Signer, SigningKey, TokenFault, Unsigned, Unverified, Verified,
    VerifyingKey, from_fn, sign,
};
use countersign_token::{Secret, Timestamp, json::Value};
use testkit::{assert_no_canary, canary::SECRET};

type Sign = fn(&[u8]) -> Result<Vec<u8>, Error>;

#[test]
fn nothing_shows_a_secret() {
    let private = || PrivateKey::from_secret(&Secret::new(SECRET)).unwrap();
    let key = || SigningKey::new(&private(), Algorithm::Hs256, Backend::AwsLcRs).unwrap().with_key_id(SECRET);
    let public = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let public = || Jwk::from_json(public).unwrap().with_key_id(SECRET);
    let header = || Header::jwt().with_key_id(SECRET).with_jwk(public()).with("x", Value::text(SECRET));
    let claims = || Claims::new().with_subject(SECRET).with("x", Value::text(SECRET));
    assert!(key().sign(b"").is_ok());
    let now = Timestamp::from_unix(1);
    let token = sign(&Header::jwt().with_key_id(SECRET), &claims(), &key()).unwrap();
    let verifying = || VerifyingKey::from_secret(&Secret::new(SECRET), Backend::AwsLcRs).unwrap();
    let expected = || {
        let expected = Expected::from_anyone().signed_by([Algorithm::Hs256]).without_expiry();
        expected.for_any_audience()
    };
    let verified = || expected().verify(token.expose(), &verifying().into(), now).unwrap();
    let refused = |expected: Expected| expected.verify(token.expose(), &verifying().into(), now).unwrap_err();
    assert_no_canary! {
        Algorithm, Display => Algorithm::Hs256,
        Answer => Answer::Verified(verified()),
        Backend => Backend::AwsLcRs,
        ClaimFault, Display => ClaimFault::Missing,
        Claims => claims(),
        Error, Display => PrivateKey::read(SECRET).unwrap_err(),
        Error, Display => Jwk::from_json(format!("{{\"{SECRET}\": 1}}")).unwrap_err(),
        Error, Display => Claims::from_json(SECRET).unwrap_err(),
        Error, Display => Unverified::parse(SECRET).map(|_| ()).unwrap_err(),
        Error, Display => refused(expected().with_nonce(SECRET)),
        Error, Display => refused(Expected::from_issuer(SECRET).signed_by([Algorithm::Hs256])),
        Expected => expected().with_nonce(SECRET).for_client("client"),
        FromFn<Sign> => from_fn(Algorithm::Hs256, |_| Ok(SECRET.into())),
        Header => header(),
        Jwk => public(),
        KeyCache => KeyCache::new(Backend::AwsLcRs),
        KeyFault, Display => KeyFault::TooShort { bits: 1 },
        KeyKind, Display => KeyKind::Symmetric,
        KeySet => KeySet::from(verifying()),
        PrivateKey => private(),
        Segment, Display => Segment::Header,
        SigningKey => key(),
        TokenFault, Display => TokenFault::Parameter("alg"),
        Unsigned => Unsigned::new(Algorithm::Hs256, &header(), &claims()).unwrap(),
        Unverified => Unverified::parse(token.expose()).unwrap(),
        Verified => verified(),
        VerifyingKey => verifying(),
    }
}
