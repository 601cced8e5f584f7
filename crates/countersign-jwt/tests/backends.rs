//! The libraries agree: what one signs, each of them checks, and all sign alike where a signature is no chance.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto", feature = "verify"))]

use countersign_jwt::{Algorithm, Backend, Header, PrivateKey, Signer, SigningKey, VerifyingKey};
use countersign_token::Secret;
use testkit::vectors::Suite;

const BACKENDS: [Backend; 3] = [Backend::AwsLcRs, Backend::Ring, Backend::RustCrypto];
const SECRET: &str = "0123456789abcdef0123456789abcdef";

fn keys() -> Vec<(Algorithm, PrivateKey)> {
    let mut keys = vec![(Algorithm::Hs256, PrivateKey::from_secret(&Secret::new(SECRET)).unwrap())];
    Suite::open("jwt", "keys.json", "/keys").run(|case| {
        for name in case["algorithms"].as_array().unwrap() {
            let key = PrivateKey::from_pem(case["pem"].as_str().unwrap()).unwrap();
            keys.push((Algorithm::from_name(name.as_str().unwrap()).unwrap(), key));
        }
    });
    assert_eq!(keys.len(), Algorithm::ALL.len());
    keys
}

#[test]
fn each_checks_what_each_signs() {
    let mut pairs = 0;
    for (algorithm, key) in keys() {
        let signed = BACKENDS.map(|backend| {
            let key = SigningKey::new(&key, algorithm, backend).unwrap();
            assert_eq!((key.algorithm(), key.backend()), (algorithm, backend));
            (key.sign(b"a message").unwrap(), key.public_key().cloned())
        });
        let [(first, _), (second, _), (third, _)] = &signed;
        let chance = matches!(algorithm, Algorithm::Ps256 | Algorithm::Es256 | Algorithm::Es384);
        assert_eq!(first == second && second == third, !chance, "{algorithm}");
        for (signature, public) in &signed {
            for backend in BACKENDS {
                let key = match public {
                    Some(public) => VerifyingKey::new(public, backend).unwrap(),
                    None => VerifyingKey::from_secret(&Secret::new(SECRET), backend).unwrap(),
                };
                assert!(key.holds(algorithm, b"a message", signature), "{algorithm} with {backend:?}");
                assert!(!key.holds(algorithm, b"a messagE", signature), "{algorithm} with {backend:?}");
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 8 * 3 * 3);
}

#[test]
fn a_signer_is_used_through_any_pointer() {
    fn name(signer: impl Signer) -> &'static str {
        assert!(countersign_jwt::sign(&Header::jwt(), &countersign_jwt::Claims::new(), &signer).is_ok());
        assert_eq!(signer.key_id(), Some("k"));
        assert!(signer.public_key().is_some());
        signer.algorithm().as_str()
    }
    let (algorithm, key) = keys().pop().unwrap();
    let key = SigningKey::new(&key, algorithm, Backend::Ring).unwrap().with_key_id("k");
    let boxed: Box<dyn Signer> = Box::new(key.clone());
    let shared: std::sync::Arc<dyn Signer> = std::sync::Arc::new(key.clone());
    assert_eq!([name(&key), name(boxed), name(shared)], ["EdDSA"; 3]);
}

/// RFC 7518 §3.4, §3.5: fixed lengths, and not ASN.1.
#[test]
fn signatures_have_the_form_of_jws() {
    for (algorithm, key) in keys() {
        let length = match algorithm {
            Algorithm::Hs256 => 32,
            Algorithm::Es256 | Algorithm::EdDsa => 64,
            Algorithm::Es384 => 96,
            _ => 256,
        };
        for backend in BACKENDS {
            let key = SigningKey::new(&key, algorithm, backend).unwrap();
            assert_eq!(key.sign(b"").unwrap().len(), length, "{algorithm} with {backend:?}");
        }
    }
}
