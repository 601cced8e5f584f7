//! Whatever is signed is read back, and whatever is read is what was written.
#![cfg(all(feature = "aws-lc-rs", feature = "verify"))]

use countersign_jwt::{
    Algorithm, Backend, Claims, Expected, Header, KeyKind, KeySet, PrivateKey, Signer, SigningKey,
    Unverified, VerifyingKey, base64url, sign,
};
use countersign_token::{Timestamp, json::Value};
use proptest::prelude::*;
use testkit::entropy::Counting;

fn key() -> SigningKey {
    let key = PrivateKey::generate(KeyKind::Ed25519, &Counting::new(1)).unwrap();
    SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn claims_come_back(members in prop::collection::btree_map("[a-zA-Z_]{1,8}x", ".{0,20}", 0..8), key_id in ".{0,12}") {
        let mut claims = Claims::new();
        for (name, value) in &members {
            claims = claims.with(name.clone(), Value::text(value.as_str()));
        }
        let key = key().with_key_id(key_id.as_str());
        let token = sign(&Header::jwt(), &claims, &key).unwrap();
        let keys = KeySet::from(VerifyingKey::new(key.public_key().unwrap(), Backend::AwsLcRs).unwrap());
        let expected = Expected::from_anyone().without_expiry();
        let verified = expected.verify(token.expose(), &keys, Timestamp::from_unix(0)).unwrap();
        prop_assert_eq!(verified.key_id(), Some(key_id.as_str()));
        let claims = verified.claims();
        let found: Vec<_> = claims.iter().map(|(name, value)| (name, value.as_text().unwrap())).collect();
        let members: Vec<_> = members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        prop_assert_eq!(found, members);
    }

    /// One way to write bytes, and one to read them.
    #[test]
    fn base64url_is_one_to_one(bytes in prop::collection::vec(any::<u8>(), 0..64), text in "[A-Za-z0-9_=+/ -]{0,24}") {
        prop_assert_eq!(base64url::decode(base64url::encode(&bytes)), Some(bytes));
        if let Some(bytes) = base64url::decode(&text) {
            prop_assert_eq!(base64url::encode(bytes), text);
        }
    }

    /// Whatever byte of a token is changed, it is not accepted.
    #[test]
    fn no_byte_can_be_changed(position in 0.0..1.0, to in "[A-Za-z0-9_.=-]") {
        let key = key();
        let token = sign(&Header::jwt(), &Claims::new().with_issuer("i"), &key).unwrap();
        let token = token.expose();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position in the token")]
        let position = (token.len() as f64 * position) as usize;
        let changed = format!("{}{to}{}", &token[..position], &token[position + 1..]);
        let keys = KeySet::from(VerifyingKey::new(key.public_key().unwrap(), Backend::AwsLcRs).unwrap());
        let accepted = Expected::from_anyone().without_expiry().verify(&changed, &keys, Timestamp::from_unix(0));
        prop_assert_eq!(accepted.is_ok(), changed == token);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", file in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(token) = Unverified::parse(&text) {
            let _ = (token.claims(), token.signature(), token.proof_key());
        }
        let _ = (PrivateKey::read(&file), PrivateKey::read(&text), PrivateKey::from_der(&file));
    }
}
