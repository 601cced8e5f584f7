//! Assertions: claims signed as a token, with a key that is kept.
//!
//! The floor is the signature alone, by aws-lc-rs over the finished text. Beside it stand the signature by ring,
//! jsonwebtoken's `encode` with a kept key of its own, and what it takes to read the key each time.

use std::{
    hint,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use aws_lc_rs::signature as aws;
use countersign_jwt::{Algorithm, Backend, Claims, Header, PrivateKey, Signer, SigningKey, Unsigned, sign};
use countersign_token::{Timestamp, json::Value};
use ring::signature as ring_signature;

use harness::{Contest, Result};

mod allocations;
mod harness;

const KEYS: &str = include_str!("../../crates/testkit/vectors/jwt/keys.json");

const ISSUER: &str = "robot@project.example";
const SCOPE: &str = "https://api.example/auth/files https://api.example/auth/calendar";
const AUDIENCE: &str = "https://issuer.example/token";
const NOW: i64 = 1_700_000_000;

const RAW: &str = "floor: aws-lc-rs, the signature alone, key kept";
const KEPT: &str = "ours: key kept";
const PARSED: &str = "ours: key read each time";
const RING: &str = "ring, the signature alone, key kept";
const ENCODE: &str = "jsonwebtoken 11.1.0 `encode`, aws_lc_rs, key kept";

fn main() {
    let mut met = true;
    for (algorithm, key) in
        [(Algorithm::Rs256, "rsa"), (Algorithm::Es256, "p256"), (Algorithm::EdDsa, "ed25519")]
    {
        met &= contest(algorithm, &pem(key));
    }
    println!("{}", if met { "every target is met" } else { "not every target is met" });
}

/// One of the keys of the tests, as PKCS#8 in PEM.
fn pem(name: &str) -> String {
    let file = Value::parse(KEYS.as_bytes()).unwrap();
    let keys = file.as_object().unwrap().get("keys").unwrap().as_array().unwrap();
    let text =
        |key: &Value, name: &str| key.as_object().unwrap().get(name).unwrap().as_text().unwrap().to_owned();
    text(keys.iter().find(|key| text(key, "id") == name).unwrap(), "pem")
}

fn claims() -> Claims {
    let now = Timestamp::from_unix(NOW);
    Claims::new()
        .with_issuer(ISSUER)
        .with_text("scope", SCOPE)
        .with_audience(AUDIENCE)
        .with_expiry(now.plus_seconds(3600))
        .with_issued_at(now)
}

#[derive(serde::Serialize)]
struct TheirClaims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
}

const THEIRS: TheirClaims<'static> =
    TheirClaims { iss: ISSUER, scope: SCOPE, aud: AUDIENCE, exp: NOW + 3600, iat: NOW };

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// The signature alone, by aws-lc-rs and by ring.
fn raw(algorithm: Algorithm, pkcs8: &[u8]) -> [Sign; 2] {
    let (aws_random, ring_random) = (aws_lc_rs::rand::SystemRandom::new(), ring::rand::SystemRandom::new());
    match algorithm {
        Algorithm::Rs256 => {
            let key = aws::RsaKeyPair::from_pkcs8(pkcs8).unwrap();
            let ring = ring_signature::RsaKeyPair::from_pkcs8(pkcs8).unwrap();
            [
                Box::new(move |message| {
                    let mut signature = vec![0; key.public_modulus_len()];
                    key.sign(&aws::RSA_PKCS1_SHA256, &aws_random, message, &mut signature).unwrap();
                    signature
                }),
                Box::new(move |message| {
                    let mut signature = vec![0; ring.public().modulus_len()];
                    ring.sign(&ring_signature::RSA_PKCS1_SHA256, &ring_random, message, &mut signature)
                        .unwrap();
                    signature
                }),
            ]
        }
        Algorithm::Es256 => {
            let key = aws::EcdsaKeyPair::from_pkcs8(&aws::ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).unwrap();
            let kind = &ring_signature::ECDSA_P256_SHA256_FIXED_SIGNING;
            let ring = ring_signature::EcdsaKeyPair::from_pkcs8(kind, pkcs8, &ring_random).unwrap();
            [
                Box::new(move |message| key.sign(&aws_random, message).unwrap().as_ref().to_vec()),
                Box::new(move |message| ring.sign(&ring_random, message).unwrap().as_ref().to_vec()),
            ]
        }
        _ => {
            let key = aws::Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).unwrap();
            let ring = ring_signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).unwrap();
            [
                Box::new(move |message| key.sign(message).as_ref().to_vec()),
                Box::new(move |message| ring.sign(message).as_ref().to_vec()),
            ]
        }
    }
}

fn their_key(algorithm: Algorithm, pkcs8: &[u8]) -> (jsonwebtoken::Header, jsonwebtoken::EncodingKey) {
    let (name, key) = match algorithm {
        // It takes PKCS#1 here, which is the last element of PKCS#8, after 26 bytes.
        Algorithm::Rs256 => {
            (jsonwebtoken::Algorithm::RS256, jsonwebtoken::EncodingKey::from_rsa_der(&pkcs8[26..]))
        }
        Algorithm::Es256 => (jsonwebtoken::Algorithm::ES256, jsonwebtoken::EncodingKey::from_ec_der(pkcs8)),
        _ => (jsonwebtoken::Algorithm::EdDSA, jsonwebtoken::EncodingKey::from_ed_der(pkcs8)),
    };
    (jsonwebtoken::Header::new(name), key)
}

/// Prints a line, and says whether the target is met.
fn judge(what: &str, value: f64, target: f64, at_most: bool) -> bool {
    let met = if at_most { value <= target } else { value >= target };
    let bound = if at_most { "at most" } else { "at least" };
    println!("  {value:>6.2}  {bound} {target:.2}  {}  {what}", if met { "met    " } else { "NOT MET" });
    met
}

fn contest(algorithm: Algorithm, pem: &str) -> bool {
    let der = base64::Engine::decode(
        &base64::prelude::BASE64_STANDARD,
        pem.lines().filter(|line| !line.starts_with('-')).collect::<String>(),
    );
    let der = der.unwrap();
    let key = SigningKey::new(&PrivateKey::from_pem(pem).unwrap(), algorithm, Backend::AwsLcRs).unwrap();
    let header = Header::jwt();
    let unsigned = Unsigned::new(algorithm, &header, &claims()).unwrap();
    let message = unsigned.message().as_bytes().to_vec();
    let [aws, ring] = raw(algorithm, &der);
    let (their_header, their_key) = their_key(algorithm, &der);
    #[expect(
        clippy::disallowed_methods,
        reason = "it is what is compared with, and this process has one provider"
    )]
    let encode = || jsonwebtoken::encode(&their_header, &THEIRS, &their_key).unwrap();
    let kept = || sign(&header, &claims(), &key).unwrap();
    let parsed = || {
        let key = SigningKey::new(&PrivateKey::from_pem(pem).unwrap(), algorithm, Backend::AwsLcRs).unwrap();
        sign(&header, &claims(), &key).unwrap()
    };

    // Being right comes first: where a signature is no chance, all of them are the same one.
    if algorithm != Algorithm::Es256 {
        let expected = unsigned.clone().finish(aws(&message));
        assert_eq!(kept().expose(), expected.expose());
        assert_eq!(parsed().expose(), expected.expose());
        assert_eq!(unsigned.clone().finish(ring(&message)).expose(), expected.expose());
        // The header of theirs has the members in another order.
        let (theirs, ours) = (encode(), kept());
        let claims = |token: &str| token.split('.').nth(1).map(str::to_owned);
        assert_eq!(claims(&theirs), claims(ours.expose()));
    }

    let results = Contest::new()
        .with(RAW, || aws(&message).len())
        .with(KEPT, || kept().expose().len())
        .with(PARSED, || parsed().expose().len())
        .with(RING, || ring(&message).len())
        .with(ENCODE, || encode().len())
        .run();

    println!("{algorithm}, five claims");
    let of = |name| results.iter().find(|result| result.name == name).unwrap();
    for result @ Result { name, median, quartiles: (low, high), allocations, .. } in &results {
        let ratio = result.ratio(of(RAW));
        println!(
            "  {median:>8.0} ns ({low:.0} to {high:.0})  {ratio:>5.2} × floor  {allocations:>3} allocations  {name}"
        );
    }
    let ratio = |a, b| of(a).ratio(of(b));
    let mut met = match algorithm {
        Algorithm::Rs256 => judge("of the floor, with the key kept", ratio(KEPT, RAW), 1.05, true),
        Algorithm::Es256 => {
            judge("of jsonwebtoken's `encode`, with the key kept", ratio(KEPT, ENCODE), 0.65, true)
        }
        _ => judge("of jsonwebtoken's `encode`, with the key kept", ratio(KEPT, ENCODE), 0.6, true),
    };
    if algorithm == Algorithm::Rs256 {
        met &= judge("of one thread's work, by two on one key", threads(&key), 1.8, false);
    }
    println!();
    met
}

/// What two threads get done with one key at their best, to what one gets done at its best, in turns.
///
/// The best, because whatever else the machine does takes from two more than from one.
fn threads(key: &SigningKey) -> f64 {
    let work = |threads: usize| {
        let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
        let began = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        hint::black_box(key.sign(b"a message").unwrap());
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            thread::sleep(Duration::from_millis(10));
            stop.store(true, Ordering::Relaxed);
        });
        done.into_inner() as f64 / began.elapsed().as_secs_f64()
    };
    let best = |(one, two): (f64, f64), _| (one.max(work(1)), two.max(work(2)));
    let (one, two) = (0..100).fold((0.0, 0.0), best);
    two / one
}
