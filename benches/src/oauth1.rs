//! OAuth 1.0a with HMAC-SHA1, from the request to the finished `Authorization` header.
//!
//! The floor is what no implementation can do without: the HMAC of the finished base string with a fresh key,
//! in base64. Beside it stands `oauth1-request`, the fastest of the other crates.

use std::num::NonZeroU64;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use countersign_oauth1::{
    ClientCredentials, Form, Incoming, Received, Scratch, Signer, Stamp, Target, TokenCredentials,
};
use countersign_token::{Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use sha1::Sha1;

mod harness;

const CONSUMER: (&str, &str) = ("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw");
const TOKEN: (&str, &str) =
    ("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE");
const NONCE: &str = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
const TIME: u64 = 1_318_622_958;

/// A request as we take it, and as the peer does: without query and form, but with their parameters.
struct Case {
    name: &'static str,
    method: Method,
    uri: String,
    body: String,
    bare_uri: &'static str,
    parameters: Vec<(String, String)>,
    /// Whether the peer's signature is right.
    peer_is_right: bool,
}

fn main() {
    for case in cases() {
        contest(&case);
    }
}

fn cases() -> [Case; 3] {
    let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let many: Vec<_> = (0..50)
        .map(|n| {
            (
                format!("field{}", n % 40),
                if n < 40 { format!("{n}0 & more") } else { format!("{}:00 h", n - 40) },
            )
        })
        .collect();
    let encoded = |(name, value): &(String, String)| {
        format!("{name}={}", value.replace('&', "%26").replace(':', "%3A").replace(' ', "+"))
    };
    [
        Case {
            name: "a: GET without parameters",
            method: Method::GET,
            uri: "https://api.example.com/1.1/account/verify_credentials.json".to_owned(),
            body: String::new(),
            bare_uri: "https://api.example.com/1.1/account/verify_credentials.json",
            parameters: Vec::new(),
            peer_is_right: true,
        },
        Case {
            name: "b: POST of a status, a parameter in the query",
            method: Method::POST,
            uri: "https://api.twitter.com/1.1/statuses/update.json?include_entities=true".to_owned(),
            body: "status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21%20%E2%98%83"
                .to_owned(),
            bare_uri: "https://api.twitter.com/1.1/statuses/update.json",
            parameters: [
                ("include_entities", "true"),
                ("status", "Hello Ladies + Gentlemen, a signed OAuth request! ☃"),
            ]
            .map(pair)
            .to_vec(),
            peer_is_right: true,
        },
        Case {
            name: "c: POST of 50 parameters, some repeated",
            method: Method::POST,
            uri: "https://api.example.com/batch".to_owned(),
            body: many.iter().map(encoded).collect::<Vec<_>>().join("&"),
            bare_uri: "https://api.example.com/batch",
            parameters: many,
            // It sorts before encoding: `50` and `5:00` change places.
            peer_is_right: false,
        },
    ]
}

fn contest(case: &Case) {
    let form = if case.body.is_empty() { Form::None } else { Form::Encoded(&case.body) };
    let target = || Target::new(&case.method, case.uri.as_str(), form).version(true);
    let stamp = || Stamp::new(Timestamp::from_unix(TIME as i64), NONCE);
    let new_signer = || {
        Signer::hmac_sha1(
            ClientCredentials::new(CONSUMER.0, CONSUMER.1),
            TokenCredentials::new(TOKEN.0, TOKEN.1),
        )
    };
    let signer = new_signer();
    let base_string = signer.base_string(target(), stamp()).unwrap();
    let header = signer.authorization(target(), stamp()).unwrap();
    let key = format!("{}&{}", CONSUMER.1, TOKEN.1);
    let floor = || {
        let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(base_string.as_bytes());
        let mut text = [0; 28];
        BASE64_STANDARD.encode_slice(mac.finalize().into_bytes(), &mut text).unwrap();
        text
    };
    let peer = || {
        let request = oauth1_request::ParameterList::new(case.parameters.clone());
        let client = oauth1_request::Credentials::new(CONSUMER.0, CONSUMER.1);
        let mut builder = oauth1_request::Builder::new(client, oauth1_request::HMAC_SHA1);
        builder.token(oauth1_request::Credentials::new(TOKEN.0, TOKEN.1)).nonce(NONCE);
        builder.timestamp(NonZeroU64::new(TIME)).version(true).authorize(
            case.method.as_str(),
            case.bare_uri,
            &request,
        )
    };
    let incoming = || Incoming::new(&case.method, case.uri.as_str(), form).authorization(&header);
    let (client_secret, token_secret) = (Secret::new(CONSUMER.1), Secret::new(TOKEN.1));
    let verify = || Received::parse(incoming()).unwrap().verify(&client_secret, Some(&token_secret)).unwrap();

    // Being right comes first.
    let signature =
        String::from_utf8_lossy(&floor()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let has_signature = |header: &str| header.contains(&format!("oauth_signature=\"{signature}\""));
    assert!(has_signature(&header), "{}: our signature is wrong: {header}", case.name);
    assert_eq!(has_signature(&peer()), case.peer_is_right, "{}: {}", case.name, peer());
    assert!(verify().received().parameters().len() >= case.parameters.len());

    let mut scratch = Scratch::new();
    harness::Contest::new(format!("{}, base string of {} bytes", case.name, base_string.len()))
        .with("floor: HMAC-SHA1 and base64 alone", || floor().len())
        .with("signer and room reused", || signer.sign(target(), stamp(), &mut scratch).unwrap().len())
        .with("signer reused, new String", || signer.authorization(target(), stamp()).unwrap().len())
        .with("one shot: signer made, new String", || {
            new_signer().authorization(target(), stamp()).unwrap().len()
        })
        .with(
            if case.peer_is_right {
                "oauth1-request 0.6.1"
            } else {
                "oauth1-request 0.6.1 (wrong signature)"
            },
            || peer().len(),
        )
        .with("verification of the header", || verify().received().parameters().len())
        .run();
}
