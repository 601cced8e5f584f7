//! Every published token and every one of the predecessors' comes out, or is accepted, as it should be.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto", feature = "verify"))]

use core::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_jwt::{
    Algorithm, Backend, ClaimFault, Claims, Error, Expected, Header, Jwk, KeySet, PrivateKey, Signer,
    SigningKey, TokenFault, Unverified, VerifyingKey, base64url, sign,
};
use countersign_token::{Secret, Timestamp};
use serde_json::Value;
use testkit::vectors::Suite;

const BACKENDS: [Backend; 3] = [Backend::AwsLcRs, Backend::Ring, Backend::RustCrypto];

fn text<'a>(case: &'a Value, pointer: &str) -> &'a str {
    case.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} of {}", case["id"]))
}

fn same_json(found: &str, expected: &Value) {
    assert_eq!(&serde_json::from_str::<Value>(found).unwrap(), expected);
}

/// The public half of a JWK; for a shared secret, the secret.
fn verifying(jwk: &Value, backend: Backend) -> VerifyingKey {
    let mut jwk = jwk.clone();
    if jwk["kty"] == "oct" {
        // A `Secret` is text, and this one is not.
        panic!("a shared secret has no public half");
    }
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
        jwk.as_object_mut().unwrap().remove(name);
    }
    VerifyingKey::new(&Jwk::from_json(jwk.to_string()).unwrap(), backend).unwrap()
}

/// Signing gives the published signature, and checking accepts it; a changed letter is refused.
fn check_signature(case: &Value, deterministic: bool) {
    let compact = text(case, "/expected/compact");
    let jwk = &case["input"]["jwk"];
    let (message, signature) = compact.rsplit_once('.').unwrap();
    let header = base64url::decode(compact.split('.').next().unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    let algorithm = Algorithm::from_name(header["alg"].as_str().unwrap()).unwrap();
    let signature = base64url::decode(signature).unwrap();
    let private = PrivateKey::from_jwk(jwk.to_string()).unwrap();
    for backend in BACKENDS {
        let key = SigningKey::new(&private, algorithm, backend).unwrap();
        let own = key.sign(message.as_bytes()).unwrap();
        assert_eq!(own == signature, deterministic, "{} with {backend:?}", case["id"]);
        if algorithm.is_symmetric() {
            continue;
        }
        let key = verifying(jwk, backend);
        for (signature, message, expected) in [
            (&signature, message.to_owned(), true),
            (&own, message.to_owned(), true),
            (&signature, message.replacen('J', "K", 1), false),
        ] {
            assert_eq!(key.holds(algorithm, message.as_bytes(), signature), expected, "{}", case["id"]);
        }
    }
}

#[test]
fn published_signatures_come_out() {
    Suite::open("jwt", "protocol_jwt.json", "/jws").run(|case| check_signature(case, true));
    Suite::open("jwt", "protocol_jwt.json", "/jws_verify").run(|case| {
        let deterministic = false;
        check_signature(case, deterministic);
    });
}

#[test]
fn published_thumbprints_come_out() {
    Suite::open("jwt", "protocol_jwt.json", "/jwk_thumbprint").run(|case| {
        let jwk = Jwk::from_json(case["input"]["jwk"].to_string()).unwrap();
        assert_eq!(jwk.thumbprint(), text(case, "/expected/sha256"));
    });
}

#[test]
fn published_half_hashes_come_out() {
    Suite::open("jwt", "protocol_jwt.json", "/oidc_left_half_hash").run(|case| {
        let algorithm = Algorithm::from_name(text(case, "/input/alg")).unwrap();
        assert_eq!(algorithm.half_hash(text(case, "/input/value")), text(case, "/expected/hash"));
    });
}

#[test]
fn none_is_refused() {
    Suite::open("jwt", "protocol_jwt.json", "/jwt_reject").run(|case| {
        let token = text(case, "/input/compact");
        let expected = Expected::from_anyone().without_expiry().of_any_type();
        let error = expected.verify(token, &KeySet::from_iter([]), Timestamp::from_unix(0)).unwrap_err();
        assert_eq!(error, Error::Token { fault: TokenFault::Algorithm });
    });
}

#[test]
fn proofs_verify_with_the_key_they_bring() {
    Suite::open("jwt", "protocol_jwt.json", "/dpop_proof_verify").run(|case| {
        let token = Unverified::parse(text(case, "/input/proof")).unwrap();
        let now = Timestamp::from_unix(case["input"]["now"].as_i64().unwrap());
        let expected = Expected::from_anyone()
            .without_expiry()
            .of_type("dpop+jwt")
            .made_within(Duration::from_secs(300))
            .with_claim("jti");
        for backend in BACKENDS {
            let key = VerifyingKey::new(&token.proof_key().unwrap(), backend).unwrap();
            let result = expected.accept(&token, &key.into(), now);
            if text(case, "/id").ends_with("stale-iat") {
                let fault = ClaimFault::TooLong;
                assert_eq!(result.map(|_| ()), Err(Error::Claim { name: "iat", fault }));
                continue;
            }
            let verified = result.unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
            if let Some(claims) = case["expected"].get("claims") {
                same_json(verified.claims().to_json().expose(), claims);
            }
        }
    });
}

#[test]
fn published_claims_are_read() {
    Suite::open("jwt", "protocol_jwt.json", "/jwt_claims_decode").run(|case| {
        let input = &case["input"];
        let token = match input["jwt"].as_str() {
            Some(token) => token.to_owned(),
            None => format!("{}.{}.", text(case, "/input/header_b64u"), text(case, "/input/claims_b64u")),
        };
        let token = Unverified::parse(&token).unwrap();
        same_json(token.claims().unwrap().to_json().expose(), &case["expected"]["claims"]);
    });
}

/// The predecessor wrote `typ` before `alg`: what is compared is the signature over its own text.
#[test]
fn assertions_of_the_predecessor_come_out() {
    let seed = include_str!("../../testkit/vectors/jwt/seed_jwt.json");
    let keys = serde_json::from_str::<Value>(seed).unwrap()["keys"].take();
    let key = |name: &Value| keys[name.as_str().unwrap()].as_str().unwrap().to_owned();
    Suite::open("jwt", "seed_jwt.json", "/jwt").run(|case| {
        let private = case.get("sign_key").map(|name| PrivateKey::from_pem(key(name)).unwrap());
        for backend in BACKENDS {
            let signer = private.as_ref().map(|key| SigningKey::new(key, Algorithm::Rs256, backend).unwrap());
            if let Some(expected) = case["signature_b64"].as_str() {
                let own = signer.unwrap().sign(text(case, "/message").as_bytes()).unwrap();
                assert_eq!(STANDARD.encode(own), expected);
                continue;
            }
            let token = text(case, "/jwt");
            let (message, signature) = token.rsplit_once('.').unwrap();
            let public = match &signer {
                Some(signer) => {
                    let own = base64url::encode(signer.sign(message.as_bytes()).unwrap());
                    assert_eq!(own, signature, "{} with {backend:?}", case["id"]);
                    signer.public_key().unwrap().clone()
                }
                None => Jwk::from_pem(key(&case["verify_key"])).unwrap(),
            };
            let expected = Expected::from_anyone().for_any_audience().without_expiry();
            let keys = VerifyingKey::new(&public, backend).unwrap().into();
            let verified = expected.verify(token, &keys, Timestamp::from_unix(1_400_000_000)).unwrap();
            if let Some(claims) = case.get("claims") {
                same_json(verified.claims().to_json().expose(), claims);
            }
            if let Some(order) = case.get("claim_order") {
                let names: Vec<_> = verified.claims().iter().map(|(name, _)| name.to_owned()).collect();
                assert_eq!(&serde_json::to_value(names).unwrap(), order);
            }
        }
    });
}

#[test]
fn times_have_the_bounds_of_the_predecessor() {
    let secret = Secret::new("0123456789abcdef0123456789abcdef");
    let key = PrivateKey::from_secret(&secret).unwrap();
    let key = SigningKey::new(&key, Algorithm::Hs256, Backend::AwsLcRs).unwrap();
    let keys = KeySet::from(VerifyingKey::from_secret(&secret, Backend::AwsLcRs).unwrap());
    // It added no leeway to the lifetime, and refused the very second.
    let leeway = 300;
    let expected = Expected::from_anyone()
        .signed_by([Algorithm::Hs256])
        .with_leeway(Duration::from_secs(leeway))
        .over_within(Duration::from_secs(86_400 - leeway - 1));
    Suite::open("jwt", "seed_jwt.json", "/jwt_verify_rules/cases").run(|case| {
        let time = |name: &str| Timestamp::from_unix(case[name].as_i64().unwrap());
        let claims = Claims::new().with_issued_at(time("iat")).with_expiry(time("exp"));
        let token = sign(&Header::jwt(), &claims, &key).unwrap();
        let result = expected.verify(token.expose(), &keys, time("now")).map(|_| ());
        let fault = |name, fault| Err(Error::Claim { name, fault });
        assert_eq!(
            result,
            match case["err"].as_str() {
                None => Ok(()),
                Some("Token used too early") => fault("iat", ClaimFault::NotYet),
                Some("Token used too late") => fault("exp", ClaimFault::Expired),
                Some(_) => fault("exp", ClaimFault::TooLong),
            },
            "{case}"
        );
    });
}
