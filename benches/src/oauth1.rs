//! OAuth 1.0a with HMAC-SHA1, from the request to the finished `Authorization` header.
//!
//! The floor is what no implementation can do without: the HMAC of the finished base string with a fresh key,
//! in base64. Beside it stands `oauth1-request`, the fastest of the other crates.

use std::num::NonZeroU64;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use countersign_oauth1::{
    Algorithm, ClientCredentials, Form, HmacSha1, Incoming, Received, Scratch, Signer, Stamp, Target, Token,
    TokenCredentials, sign_once,
};
use countersign_token::{Secret, Timestamp};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use case::Case;
use harness::{Contest, Result};

mod allocations;
mod case;
mod harness;

const CONSUMER: (&str, &str) = ("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw");
const TOKEN: (&str, &str) =
    ("370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE");
const NONCE: &str = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
const TIME: u64 = 1_318_622_958;

const FLOOR: &str = "floor: HMAC-SHA1 with a fresh key, and base64";
const KEPT: &str = "the same with the key's state kept";
const REUSED: &str = "ours: signer and room reused";
const TEXT: &str = "ours: signer reused, a new String";
const ONCE: &str = "ours: one shot";
const VERIFIED: &str = "ours: verified, key's state kept";
const VERIFIED_ONCE: &str = "ours: verified, from the secrets";
const PEER: &str = "oauth1-request 0.6.1";

fn main() {
    let mut met = true;
    for case in case::published() {
        met &= contest(&case);
    }
    met &= many();
    println!("{}", if met { "every target is met" } else { "not every target is met" });
}

fn signer() -> Signer {
    Signer::hmac_sha1(ClientCredentials::new(CONSUMER.0, CONSUMER.1), TokenCredentials::new(TOKEN.0, TOKEN.1))
}

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(TIME as i64), NONCE)
}

fn form(case: &Case) -> Form<'_> {
    if case.body.is_empty() { Form::None } else { Form::Encoded(&case.body) }
}

fn target(case: &Case) -> Target<'_> {
    Target::new(&case.method, case.uri.as_str(), form(case))
}

/// Prints a line, and says whether the target is met.
fn judge(what: &str, value: f64, target: f64) -> bool {
    let met = value <= target;
    println!("  {value:>6.2}  at most {target:.2}  {}  {what}", if met { "met    " } else { "NOT MET" });
    met
}

fn contest(case: &Case) -> bool {
    let signer = signer();
    let client = ClientCredentials::new(CONSUMER.0, CONSUMER.1);
    let token = Token::from(TokenCredentials::new(TOKEN.0, TOKEN.1));
    let base_string = signer.base_string(target(case), stamp()).unwrap();
    let header = signer.authorization(target(case), stamp()).unwrap();
    let key = format!("{}&{}", CONSUMER.1, TOKEN.1);
    let encoded = |mac: Hmac<Sha1>| {
        let mut text = [0; 28];
        BASE64_STANDARD.encode_slice(mac.finalize().into_bytes(), &mut text).unwrap();
        text
    };
    let floor = || {
        let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(base_string.as_bytes());
        encoded(mac)
    };
    let keyed = Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap();
    let kept = || {
        let mut mac = keyed.clone();
        mac.update(base_string.as_bytes());
        encoded(mac)
    };
    let parameters: Vec<_> =
        case.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let peer = || {
        let request = oauth1_request::ParameterList::new(parameters.clone());
        let client = oauth1_request::Credentials::new(CONSUMER.0, CONSUMER.1);
        let mut builder = oauth1_request::Builder::new(client, oauth1_request::HMAC_SHA1);
        builder.token(oauth1_request::Credentials::new(TOKEN.0, TOKEN.1)).nonce(NONCE);
        builder.timestamp(NonZeroU64::new(TIME)).version(true).authorize(
            case.method.as_str(),
            case.bare_uri,
            &request,
        )
    };
    let once = || sign_once(Algorithm::HmacSha1, &client, &token, target(case), stamp()).unwrap();
    let received = || {
        let incoming = Incoming::new(&case.method, case.uri.as_str(), form(case)).authorization(&header);
        Received::parse(incoming).unwrap()
    };
    let (client_secret, token_secret) = (Secret::new(CONSUMER.1), Secret::new(TOKEN.1));
    let method = HmacSha1::new(&client_secret, Some(&token_secret));

    // Being right comes first.
    let signature =
        String::from_utf8_lossy(&floor()).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let has_signature = |header: &str| header.contains(&format!("oauth_signature=\"{signature}\""));
    assert_eq!(case.base_string, Some(base_string.len()), "{}: the base string's length", case.name);
    assert!(has_signature(&header), "{}: our signature is wrong: {header}", case.name);
    assert_eq!(once(), header, "{}: one shot", case.name);
    assert_eq!(has_signature(&peer()), case.peer_is_right, "{}: {}", case.name, peer());
    assert_eq!(kept(), floor());
    assert!(received().parameters().len() >= case.parameters.len());

    let mut scratch = Scratch::new();
    let results = Contest::new()
        .with(FLOOR, || floor().len())
        .with(KEPT, || kept().len())
        .with(REUSED, || signer.sign(target(case), stamp(), &mut scratch).unwrap().len())
        .with(TEXT, || signer.authorization(target(case), stamp()).unwrap().len())
        .with(ONCE, || once().len())
        .with(VERIFIED, || received().verify_with(&method).unwrap().received().consumer_key().len())
        .with(VERIFIED_ONCE, || {
            let verified = received().verify(&client_secret, Some(&token_secret)).unwrap();
            verified.received().consumer_key().len()
        })
        .with(PEER, || peer().len())
        .run();

    println!("{}, base string of {} bytes", case.name, base_string.len());
    let of = |name| results.iter().find(|result| result.name == name).unwrap();
    for result @ Result { name, median, quartiles: (low, high), allocations, .. } in &results {
        let ratio = result.ratio(of(FLOOR));
        let wrong = if *name == PEER && !case.peer_is_right { " (wrong signature)" } else { "" };
        println!(
            "  {median:>7.0} ns ({low:.0} to {high:.0})  {ratio:>5.2} × floor  {allocations:>3} allocations  {name}{wrong}"
        );
    }
    let ratio = |a, b| of(a).ratio(of(b));
    let (reused, one_shot) = case.targets;
    [
        judge("reused, × floor", ratio(REUSED, FLOOR), reused),
        judge("reused, × oauth1-request", ratio(REUSED, PEER), 0.45),
        judge("reused, allocations", of(REUSED).allocations as f64, 0.0),
        judge("one shot, × floor", ratio(ONCE, FLOOR), one_shot),
        judge("one shot, allocations", of(ONCE).allocations as f64, 2.0),
        judge("verified, × signed, key's state kept in both", ratio(VERIFIED, REUSED), 1.5),
        judge("verified, × signed, from the secrets in both", ratio(VERIFIED_ONCE, ONCE), 1.5),
    ]
    .into_iter()
    .all(|met| met)
}

/// What a parameter costs when there are many of them.
fn many() -> bool {
    let signer = signer();
    let cases = [case::of_parameters(50), case::of_parameters(10_000)];
    let [few, many] = &cases;
    let (mut scratch, mut large) = (Scratch::new(), Scratch::new());
    let results = Contest::new()
        .with("50", || signer.sign(target(few), stamp(), &mut scratch).unwrap().len())
        .with("10,000", || signer.sign(target(many), stamp(), &mut large).unwrap().len())
        .run();
    println!("signing, for each parameter");
    let each: Vec<_> = results
        .iter()
        .zip(&cases)
        .map(|(Result { name, median, quartiles: (low, high), .. }, case)| {
            let count = case.parameters.len() as f64;
            println!("  {:>5.1} ns ({:.1} to {:.1})  of {name}", median / count, low / count, high / count);
            median / count
        })
        .collect();
    judge("a parameter among 10,000, × one among 50", each[1] / each[0], 1.5)
}
