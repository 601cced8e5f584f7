//! Keys are read from every form they are found in, and what is no key is named.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "rustcrypto", feature = "pkcs12"))]

use base64::{Engine, engine::general_purpose::STANDARD};
use countersign_jwt::{Algorithm, Backend, Error, Jwk, KeyFault, KeyKind, PrivateKey, Signer, SigningKey};
use countersign_token::Secret;
use countersign_wire::flow::NoEntropy;
use serde_json::Value;
use testkit::{entropy::Counting, vectors::Suite};

const BACKENDS: [Backend; 3] = [Backend::AwsLcRs, Backend::Ring, Backend::RustCrypto];

fn algorithm(kind: KeyKind) -> Algorithm {
    Algorithm::ALL.into_iter().find(|algorithm| algorithm.suits(kind)).unwrap()
}

fn bytes(case: &Value) -> Vec<u8> {
    match case["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => STANDARD.decode(case["base64"].as_str().unwrap()).unwrap(),
    }
}

/// The thumbprint of one of the four keys.
fn thumbprint(name: &str) -> String {
    let mut found = None;
    Suite::open("jwt", "keys.json", "/keys").run(|key| {
        if key["id"] == name {
            found = Some(key["thumbprint"].as_str().unwrap().to_owned());
        }
    });
    found.unwrap()
}

/// Whether what was read is what the case says; a key is given to every library, which all see the same one.
fn check(case: &Value, read: Result<PrivateKey, Error>) {
    let id = case["id"].as_str().unwrap();
    let key = match (read, case["fault"].as_str()) {
        (Ok(key), None) => key,
        (Err(Error::Key { fault }), Some(expected)) => {
            assert_eq!(format!("{fault:?}"), expected, "{id}");
            return;
        }
        (read, expected) => panic!("{id}: {read:?}, expected {expected:?}"),
    };
    assert_eq!(format!("{:?}", key.kind()), case["kind"].as_str().unwrap(), "{id}");
    for backend in BACKENDS {
        let loaded = SigningKey::new(&key, algorithm(key.kind()), backend);
        if backend == Backend::Ring && case["public"] == false {
            assert_eq!(loaded.err(), Some(Error::key(KeyFault::NoPublicHalf)), "{id}");
            continue;
        }
        let loaded = loaded.unwrap_or_else(|error| panic!("{id} with {backend:?}: {error}"));
        if let Some(name) = case["key"].as_str() {
            assert_eq!(loaded.public_key().unwrap().thumbprint(), thumbprint(name), "{id} with {backend:?}");
        }
    }
}

#[test]
fn files_are_keys_or_are_named() {
    Suite::open("jwt", "keys.json", "/files").run(|case| check(case, PrivateKey::read(bytes(case))));
}

#[test]
fn pkcs12_is_read_with_its_password() {
    Suite::open("jwt", "keys.json", "/pkcs12").run(|case| {
        let password = case["password"].as_str().map(Secret::from);
        check(case, PrivateKey::from_pkcs12(bytes(case), password.as_ref()));
    });
}

#[test]
fn a_key_is_the_same_in_every_form() {
    Suite::open("jwt", "keys.json", "/keys").run(|case| {
        let expected = case["thumbprint"].as_str().unwrap();
        let json = |name: &str| serde_json::to_string(&case[name]).unwrap();
        let public = Jwk::from_json(json("public")).unwrap();
        assert_eq!(public.thumbprint(), expected);
        assert_eq!(Jwk::from_pem(case["public_pem"].as_str().unwrap()), Ok(public.clone()));
        assert_eq!(Jwk::from_json(public.to_json()), Ok(public.clone()));
        assert_eq!(Jwk::from_json(json("private")), Err(Error::key(KeyFault::PrivateKey)));
        assert_eq!(Jwk::from_pem(case["pem"].as_str().unwrap()), Err(Error::key(KeyFault::PrivateKey)));
        let private = PrivateKey::from_jwk(json("private")).unwrap();
        let written = PrivateKey::from_pem(private.to_pem().unwrap().expose()).unwrap();
        for key in [PrivateKey::from_pem(case["pem"].as_str().unwrap()).unwrap(), private, written] {
            for backend in BACKENDS {
                let key = SigningKey::new(&key, algorithm(key.kind()), backend).unwrap();
                assert_eq!(key.public_key(), Some(&public), "{} with {backend:?}", case["id"]);
            }
        }
    });
}

#[test]
fn what_was_written_is_what_openssl_writes() {
    Suite::open("jwt", "keys.json", "/keys").run(|case| {
        let pem = case["pem"].as_str().unwrap();
        let again = PrivateKey::from_pem(pem).unwrap().to_pem().unwrap();
        assert_eq!(again.expose(), pem, "{}", case["id"]);
    });
    let secret = PrivateKey::from_secret(&Secret::new("0123456789abcdef0123456789abcdef")).unwrap();
    assert!(secret.to_pem().is_none());
}

/// A JWK whose public half is another key's is refused by every library.
#[test]
fn halves_of_two_keys_do_not_go_together() {
    let other = |kty: &str| {
        let seed = PrivateKey::generate(
            if kty == "EC" { KeyKind::P256 } else { KeyKind::Ed25519 },
            &Counting::new(7),
        );
        let seed = seed.unwrap();
        let key = SigningKey::new(&seed, algorithm(seed.kind()), Backend::AwsLcRs).unwrap();
        serde_json::from_str::<Value>(&key.public_key().unwrap().to_json()).unwrap()
    };
    let mut refused = 0;
    Suite::open("jwt", "keys.json", "/keys").run(|case| {
        let mut jwk = case["private"].clone();
        match case["id"].as_str().unwrap() {
            // The modulus with another last digit, still odd.
            "rsa" => {
                let n = jwk["n"].as_str().unwrap().to_owned();
                let tail = if n.ends_with('Q') { "w" } else { "Q" };
                jwk["n"] = format!("{}{tail}", &n[..n.len() - 1]).into();
            }
            "p256" | "ed25519" => {
                let public = other(jwk["kty"].as_str().unwrap());
                for name in ["x", "y"] {
                    if let Some(value) = public.get(name) {
                        jwk[name] = value.clone();
                    }
                }
            }
            _ => return,
        }
        let key = PrivateKey::from_jwk(jwk.to_string()).unwrap();
        for backend in BACKENDS {
            let error = SigningKey::new(&key, algorithm(key.kind()), backend).map(|_| ());
            assert_eq!(error, Err(Error::key(KeyFault::Refused)), "{} with {backend:?}", case["id"]);
            refused += 1;
        }
    });
    assert_eq!(refused, 9);
}

#[test]
fn a_key_serves_the_algorithms_of_its_kind_alone() {
    let mut refused = 0;
    Suite::open("jwt", "keys.json", "/keys").run(|case| {
        let key = PrivateKey::from_pem(case["pem"].as_str().unwrap()).unwrap();
        for algorithm in Algorithm::ALL {
            let served = case["algorithms"].as_array().unwrap().iter().any(|name| name == algorithm.as_str());
            for backend in BACKENDS {
                let result = SigningKey::new(&key, algorithm, backend).map(|_| ());
                let expected =
                    if served { Ok(()) } else { Err(Error::key(KeyFault::Unsuited { kind: key.kind() })) };
                assert_eq!(result, expected, "{} for {algorithm}", case["id"]);
                refused += usize::from(!served);
            }
        }
    });
    assert_eq!(refused, 3 * (4 + 7 + 7 + 7));
}

#[test]
fn new_keys_are_made_of_the_bytes_that_are_given() {
    for (kind, length) in [(KeyKind::P256, 32), (KeyKind::P384, 48), (KeyKind::Ed25519, 32)] {
        let key = |seed| PrivateKey::generate(kind, &Counting::new(seed)).unwrap();
        let signing = |key| SigningKey::new(&key, algorithm(kind), Backend::AwsLcRs).unwrap();
        let thumbprint = |key| signing(key).public_key().unwrap().thumbprint();
        assert_eq!(thumbprint(key(1)), thumbprint(key(1)));
        assert_ne!(thumbprint(key(1)), thumbprint(key(2)));
        let none = PrivateKey::generate(kind, &|_: &mut [u8]| Err(NoEntropy));
        assert_eq!(none.map(|_| ()), Err(Error::key(KeyFault::NoEntropy)));
        // Bytes that are out of the curve's range are thrown away, and a source of nothing else is given up.
        let stuck = PrivateKey::generate(kind, &|out: &mut [u8]| {
            assert_eq!(out.len(), length);
            out.fill(0xff);
            Ok(())
        });
        assert_eq!(stuck.is_ok(), kind == KeyKind::Ed25519);
    }
    let rsa = PrivateKey::generate(KeyKind::Rsa, &Counting::new(1));
    assert_eq!(rsa.map(|_| ()), Err(Error::key(KeyFault::Unsuited { kind: KeyKind::Rsa })));
}

#[test]
fn a_public_key_is_read_or_named() {
    #[track_caller]
    fn check(json: &str, expected: KeyFault) {
        assert_eq!(Jwk::from_json(json), Err(Error::key(expected)), "{json}");
    }
    let n = |bytes: usize| countersign_jwt::base64url::encode(vec![0xff; bytes]);
    let rsa = |n: &str, e: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
    assert!(Jwk::from_json(rsa(&n(256), "AQAB")).is_ok());
    check(&rsa(&n(255), "AQAB"), KeyFault::TooShort { bits: 2040 });
    check(&rsa(&n(1025), "AQAB"), KeyFault::TooLong { bits: 8200 });
    check(&rsa(&n(256), "AQ"), KeyFault::Malformed);
    check(&rsa(&n(256), "Ag"), KeyFault::Malformed);
    check(&rsa(&n(256), "AQAAAAAAAAAB"), KeyFault::Malformed);
    check(&rsa(&n(256), ""), KeyFault::Malformed);
    check(&rsa(&n(256), "AQAB=="), KeyFault::Malformed);
    check(r#"{"kty":"oct","k":"AAAA"}"#, KeyFault::PrivateKey);
    check(r#"{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}"#, KeyFault::Malformed);
    check(r#"{"kty":"EC","crv":"P-521","x":"AAAA","y":"AAAA"}"#, KeyFault::Unsupported);
    check(r#"{"kty":"OKP","crv":"X25519","x":"AAAA"}"#, KeyFault::Unsupported);
    check(r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, KeyFault::Malformed);
    check(r#"{"kty":"ML-DSA"}"#, KeyFault::Unsupported);
    check(r#"{"kty":1}"#, KeyFault::Malformed);
    check(r#"{"kty":"RSA","kty":"RSA"}"#, KeyFault::Malformed);
    check(r#"{"keys":[]}"#, KeyFault::JwkSet);
    check(r#"{"type":"service_account"}"#, KeyFault::ServiceAccount);
    check(r#"{"web":{}}"#, KeyFault::ClientSecret);
    check("[]", KeyFault::Json);
    check("", KeyFault::Malformed);
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let json = rsa(&n(256), "AQAB").replace("\"kty\"", &format!("\"{member}\":\"AQ\",\"kty\""));
        check(&json, KeyFault::PrivateKey);
    }
}

#[test]
fn a_name_and_a_purpose_stay_with_a_key() {
    let json = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"k","alg":"EdDSA","use":"sig","key_ops":["verify"]}"#;
    let key = Jwk::from_json(json).unwrap();
    assert_eq!(key.to_json(), json);
    assert_eq!(key.key_id(), Some("k"));
    assert!(key.serves(Algorithm::EdDsa));
    for (from, to) in [
        (r#""alg":"EdDSA""#, r#""alg":"ES256""#),
        (r#""use":"sig""#, r#""use":"enc""#),
        (r#"["verify"]"#, r#"["encrypt"]"#),
    ] {
        assert!(!Jwk::from_json(json.replace(from, to)).unwrap().serves(Algorithm::EdDsa), "{to}");
    }
    let plain = Jwk::from_json(json).unwrap().with_key_id("other").for_algorithm(Algorithm::EdDsa);
    assert_eq!(plain.key_id(), Some("other"));
    for (name, value) in [("kid", "1"), ("alg", "[]"), ("use", "null"), ("key_ops", "\"verify\"")] {
        let json = format!(
            r#"{{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","{name}":{value}}}"#
        );
        assert_eq!(Jwk::from_json(json), Err(Error::key(KeyFault::Malformed)), "{name}");
    }
}

#[test]
fn short_secrets_are_refused() {
    let secret = |length| PrivateKey::from_secret(&Secret::new("x".repeat(length))).map(|key| key.kind());
    assert_eq!(secret(31), Err(Error::key(KeyFault::TooShort { bits: 248 })));
    assert_eq!(secret(32), Ok(KeyKind::Symmetric));
}
