//! A stranger's token is split or refused, and one that is accepted is what was asked for, in one way of writing it.
#![no_main]

use countersign_jwt::{
    Algorithm, Backend, Expected, KeySet, PrivateKey, Signer, SigningKey, Unverified, VerifyingKey, base64url,
};
use countersign_token::{Secret, Timestamp, json::Value};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_700_000_000;

fuzz_target!(|text: &str| {
    if let Ok(token) = Unverified::parse(text) {
        let _ = (token.algorithm(), token.claims(), token.proof_key());
        if let Ok(signature) = token.signature() {
            assert_eq!(format!("{}.{}", token.message(), base64url::encode(signature)), text);
        }
    }
    // Header and claims as they are, well signed: what is decided then is whether they are accepted.
    let Some((header, claims)) = text.split_once('\n') else { return };
    let key = PrivateKey::from_secret(&Secret::new(SECRET)).expect("the secret is long enough");
    let key = SigningKey::new(&key, Algorithm::Hs256, Backend::RustCrypto).expect("it suits");
    let message = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
    let signature = key.sign(message.as_bytes()).expect("it signs");
    let token = format!("{message}.{}", base64url::encode(signature));
    let keys = VerifyingKey::from_secret(&Secret::new(SECRET), Backend::RustCrypto).expect("it checks");
    #[cfg(not(feature = "planted"))]
    let expected = Expected::from_issuer("https://issuer.example");
    #[cfg(feature = "planted")]
    // Any issuer will do.
    let expected = Expected::from_anyone();
    let expected = expected.for_audience("me").signed_by([Algorithm::Hs256]);
    let Ok(verified) = expected.verify(&token, &KeySet::from(keys), Timestamp::from_unix(NOW)) else {
        return;
    };
    let value = |json: &str| Value::parse(json.as_bytes()).expect("what was accepted is JSON");
    let (header, claims) = (value(header), value(claims));
    let (header, claims) = (header.as_object().expect("a header"), claims.as_object().expect("claims"));
    assert_eq!(header.get("alg").and_then(Value::as_text), Some("HS256"));
    assert!(["crit", "b64", "zip", "enc"].iter().all(|name| header.get(name).is_none()));
    assert_eq!(claims.get("iss").and_then(Value::as_text), Some("https://issuer.example"));
    assert!(verified.audiences().any(|audience| audience == "me"));
    assert!(verified.expiry().expect("an expiry").unix() > NOW - 60);
    assert!(verified.issued_at().is_none_or(|made| made.unix() <= NOW + 60));
});
