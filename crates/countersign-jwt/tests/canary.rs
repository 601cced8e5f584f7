//! No secret reaches what is printed.
#![cfg(feature = "aws-lc-rs")]

use countersign_jwt::{
    Algorithm, Backend, Claims, Error, Header, Jwk, KeyFault, KeyKind, PrivateKey, Signer, SigningKey,
    Unsigned,
};
use countersign_token::{Secret, json::Value};
use testkit::{assert_no_canary, canary::SECRET};

#[test]
fn nothing_shows_a_secret() {
    let private = || PrivateKey::from_secret(&Secret::new(SECRET)).unwrap();
    let key = || SigningKey::new(&private(), Algorithm::Hs256, Backend::AwsLcRs).unwrap().with_key_id(SECRET);
    let public = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let public = || Jwk::from_json(public).unwrap().with_key_id(SECRET);
    let header = || Header::jwt().with_key_id(SECRET).with_jwk(public()).with("x", Value::text(SECRET));
    let claims = || Claims::new().with_subject(SECRET).with("x", Value::text(SECRET));
    assert!(key().sign(b"").is_ok());
    assert_no_canary! {
        Algorithm, Display => Algorithm::Hs256,
        Backend => Backend::AwsLcRs,
        Claims => claims(),
        Error, Display => PrivateKey::read(SECRET).unwrap_err(),
        Error, Display => Jwk::from_json(format!("{{\"{SECRET}\": 1}}")).unwrap_err(),
        Error, Display => Claims::from_json(SECRET).unwrap_err(),
        Header => header(),
        Jwk => public(),
        KeyFault, Display => KeyFault::TooShort { bits: 1 },
        KeyKind, Display => KeyKind::Symmetric,
        PrivateKey => private(),
        SigningKey => key(),
        Unsigned => Unsigned::new(Algorithm::Hs256, &header(), &claims()).unwrap(),
    }
}
