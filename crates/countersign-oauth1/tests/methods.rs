//! Methods of one's own, what a server accepts of whom, and bodies that are no forms.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use countersign_oauth1::{
    Algorithm, BodyHash, ClientCredentials, Error, Form, FromFn, HmacSha1, HmacSha256, HmacSha512, Incoming,
    KeyFault, Methods, Parameter, ParameterFault, Plaintext, Problem, Received, Scratch, Signature,
    SignatureMethod, Signer, Stamp, Target, Token, TokenCredentials, from_fn, sign_once, with_requestor,
};
use countersign_token::{ClientId, Secret, Timestamp};
use countersign_wire::{flow::Entropy, form};
use http::{HeaderMap, HeaderValue, Method};
use testkit::entropy::{Counting, Empty};

const URI: &str = "https://example.com/x";
const NAME: &str = "X-SUM";

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(1_700_000_000), "n")
}

fn target() -> Target<'static> {
    Target::new("POST", URI, Form::None)
}

fn sum(base_string: &str) -> Result<String, Error> {
    Ok(base_string.bytes().map(u64::from).sum::<u64>().to_string())
}

fn own() -> FromFn<fn(&str) -> Result<String, Error>> {
    from_fn(NAME, sum)
}

/// What the contract says of every method.
fn conforms(method: &dyn SignatureMethod) {
    let name = method.name().to_owned();
    let entropy = Counting::new(0);
    for base in ["", "GET&http%3A%2F%2Fh%2F&", "\u{e9}"] {
        let signature = method.sign(base, &entropy).unwrap();
        assert!(method.verify(base, signature.expose()), "{name}");
        for wrong in ["", "x", &format!("{}A", signature.expose())] {
            assert!(!method.verify(base, wrong), "{name} {wrong}");
        }
        if !method.shows_secrets() {
            assert!(!method.verify("another", signature.expose()), "{name}");
        }
    }
    assert_eq!(method.name(), name);
    assert_eq!(method.body_hash().is_none(), method.shows_secrets());
}

#[test]
fn every_method_keeps_the_contract_by_every_pointer() {
    let (client, token) = (Secret::new("c&s"), Secret::new("ts"));
    let methods: [Box<dyn SignatureMethod>; 6] = [
        Box::new(HmacSha1::new(&client, Some(&token))),
        Box::new(HmacSha256::new(&client, Some(&token))),
        Box::new(HmacSha512::new(&client, None)),
        Box::new(Plaintext::new(&client, Some(&token))),
        Box::new(own()),
        Box::new(Arc::new(own())),
    ];
    for method in methods {
        conforms(&method);
        conforms(&&*method);
        conforms(&Arc::<dyn SignatureMethod>::from(method));
    }
}

#[test]
fn keys_of_every_length_sign_as_hmac_says() {
    // One more than a block is hashed first, and so is nothing shorter.
    for length in [0, 1, 62, 63, 64, 126, 127, 128, 300] {
        let client = Secret::new("k".repeat(length));
        let expected = |base: &str| {
            use hmac::{Hmac, KeyInit, Mac};
            let mut mac =
                Hmac::<sha2::Sha512>::new_from_slice(format!("{}&", client.expose()).as_bytes()).unwrap();
            mac.update(base.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        use base64::Engine;
        let encoded = base64::prelude::BASE64_STANDARD.encode(expected("bs"));
        assert_eq!(HmacSha512::new(&client, None).sign("bs"), encoded, "{length}");
    }
}

#[test]
fn a_method_of_ones_own_signs_and_verifies() {
    let signer =
        Signer::with_method(own(), ClientId::new("c k"), TokenCredentials::new("tk", "no part in it"));
    assert_eq!((signer.algorithm(), signer.method_name()), (Algorithm::Own, NAME));
    let header = signer.authorization(target(), stamp()).unwrap();
    let incoming = Incoming::new("POST", URI, Form::None).authorization(&header);
    let unasked = Received::parse(incoming).unwrap_err();
    assert_eq!(unasked.problem(), Some(Problem::SignatureMethodRejected));

    let received = Received::parse(incoming.methods(Methods::NONE.with(Algorithm::Own))).unwrap();
    assert_eq!((received.algorithm(), received.method_name()), (Algorithm::Own, NAME));
    assert!(received.clone().verify_with(&own()).is_ok());
    let other = from_fn("X-OTHER", sum);
    let refused = |problem| Error::Refused { problem };
    let rejected = refused(Problem::SignatureMethodRejected);
    assert_eq!(received.clone().verify_with(&other).unwrap_err(), rejected);
    let wrong = from_fn(NAME, |_: &str| Ok(String::from("0")));
    assert_eq!(received.clone().verify_with(&wrong).unwrap_err(), refused(Problem::SignatureInvalid));
    assert!(received.clone().verify(&Secret::new(""), None).is_err());
    let unknown = Problem::ConsumerKeyUnknown;
    assert_eq!(received.refuse(unknown), refused(unknown));
    assert_eq!(received.refuse_with(&own(), unknown), refused(unknown));
}

/// A key in a device, which counts how often it was asked and may be out of reach.
struct Device<'a> {
    asked: &'a AtomicUsize,
    in_reach: bool,
}

impl SignatureMethod for Device<'_> {
    fn name(&self) -> &str {
        "X-DEVICE"
    }

    fn sign(&self, base_string: &str, entropy: &dyn Entropy) -> Result<Signature, Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut salt = [0; 2];
        entropy.fill(&mut salt).map_err(|_| Error::key(KeyFault::NoEntropy))?;
        if self.in_reach { Ok(format!("{salt:?}{}", base_string.len()).into()) } else { Err(unavailable()) }
    }

    fn verify(&self, _: &str, _: &str) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        false
    }

    fn body_hash(&self) -> Option<BodyHash> {
        Some(BodyHash::Sha256)
    }

    fn shows_secrets(&self) -> bool {
        true
    }
}

fn unavailable() -> Error {
    Error::key(KeyFault::Unavailable)
}

#[test]
fn errors_random_bytes_and_options_of_a_method_are_passed_on() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let signer = |in_reach| {
        let method = Arc::new(Device { asked: &ASKED, in_reach });
        Signer::with_method(method, ClientId::new("ck"), Token::None)
    };
    let entropy = Counting::new(0);
    let random = stamp().entropy(&entropy);
    assert_eq!(signer(false).authorization(target(), random).unwrap_err(), unavailable());
    let no_entropy = Error::key(KeyFault::NoEntropy);
    assert_eq!(signer(true).authorization(target(), stamp()).unwrap_err(), no_entropy);
    assert_eq!(
        signer(true).authorization(target(), stamp().entropy(&Empty::default())).unwrap_err(),
        no_entropy
    );
    assert_eq!(ASKED.load(Ordering::Relaxed), 3);
    let header = signer(true).authorization(target().body_hash(b"x"), random).unwrap();
    assert!(
        header.contains("oauth_body_hash=\"LXEWQrcmsEQBYnyp%2B6wy9chTD7GQPMTbAiWHF5IaSIE%3D\""),
        "{header}"
    );
    let clear = Target::new("GET", "http://example.com/", Form::None);
    assert_eq!(signer(true).authorization(clear, random).unwrap_err(), Error::ClearText);
}

#[test]
fn what_one_client_may_use_is_narrowed_down() {
    let sign = |algorithm| {
        let client = ClientCredentials::new("ck", "");
        let header = sign_once(algorithm, &client, &Token::None, target(), stamp()).unwrap();
        Received::parse(Incoming::new("POST", URI, Form::None).authorization(&header)).unwrap()
    };
    let strong = Methods::NONE.with(Algorithm::HmacSha256).with(Algorithm::RsaSha256);
    assert_eq!(sign(Algorithm::HmacSha256).accept_only(strong), Ok(()));
    for weaker in [Algorithm::HmacSha1, Algorithm::Plaintext] {
        let error = sign(weaker).accept_only(strong).unwrap_err();
        let fault = ParameterFault::NotAccepted(strong);
        assert_eq!(error, Error::Parameter { parameter: Parameter::SignatureMethod, fault });
        assert_eq!((error.problem(), error.status().as_u16()), (Some(Problem::SignatureMethodRejected), 400));
        assert_eq!(
            form::print(&error.report()),
            "oauth_problem=signature_method_rejected&oauth_acceptable_signature_methods=HMAC-SHA256%26RSA-SHA256"
        );
    }
    assert_eq!(strong.iter().collect::<Vec<_>>(), [Algorithm::HmacSha256, Algorithm::RsaSha256]);
    assert_eq!(strong.without(Algorithm::RsaSha256), Methods::NONE.with(Algorithm::HmacSha256));
    assert!(!Methods::NONE.contains(Algorithm::HmacSha1));
}

#[test]
fn signing_once_is_signing() {
    let client = || ClientCredentials::new("c k", "c&s");
    for token in [Token::None, Token::Empty, Token::from(TokenCredentials::new("t k", "t&s"))] {
        for algorithm in
            [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512, Algorithm::Plaintext]
        {
            let extra = [("oauth_a", "1"), ("zz", "\u{e9}")];
            let target = Target::new("POST", "https://h/?oauth_z=1&b", Form::Encoded("a=1&a=0"))
                .parameters(&extra)
                .callback("oob")
                .verifier("v w");
            let once = sign_once(algorithm, &client(), &token, target, stamp()).unwrap();
            let signer = Signer::new(algorithm, client(), token.clone()).unwrap();
            assert_eq!(signer.authorization(target, stamp()).unwrap(), once);
            let mut scratch = Scratch::new();
            assert_eq!(signer.sign(target, stamp(), &mut scratch).unwrap(), once);
        }
        let refused = sign_once(Algorithm::RsaSha1, &client(), &token, target(), stamp()).unwrap_err();
        assert_eq!(refused.problem(), Some(Problem::SignatureMethodRejected));
    }
}

#[test]
fn a_body_hash_covers_a_body_that_is_no_form() {
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512] {
        let client = ClientCredentials::new("ck", "cs");
        let signer = Signer::new(algorithm, client, Token::None).unwrap();
        for body in [b"{}".as_slice(), b"", b"\xff\x00"] {
            let header = signer.authorization(target().body_hash(body), stamp()).unwrap();
            let verify = |sent: &[u8]| {
                let mut headers = HeaderMap::new();
                headers.insert("authorization", HeaderValue::from_str(&header).unwrap());
                headers.insert("content-type", HeaderValue::from_static("application/json"));
                let received =
                    Received::parse(Incoming::from_http(&Method::POST, URI, &headers, sent).unwrap());
                let received = received.unwrap();
                assert!(received.has_body_hash());
                received.verify(&Secret::new("cs"), None).map(drop)
            };
            assert_eq!(verify(body), Ok(()));
            let problem = Problem::SignatureInvalid;
            assert_eq!(verify(b"{ }"), Err(Error::Refused { problem }));
        }
    }
}

#[test]
fn a_body_hash_is_sent_only_when_asked_for_and_never_for_a_form() {
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), Token::None);
    assert!(!signer.authorization(target(), stamp()).unwrap().contains("body_hash"));
    let unsupported = Error::Parameter { parameter: Parameter::BodyHash, fault: ParameterFault::Unsupported };
    for form in ["", "a=1"] {
        let target = Target::new("POST", URI, Form::Encoded(form)).body_hash(form.as_bytes());
        assert_eq!(signer.authorization(target, stamp()).unwrap_err(), unsupported);
    }
    let plaintext = Signer::plaintext(ClientCredentials::new("ck", "cs"), Token::None);
    assert_eq!(plaintext.authorization(target().body_hash(b"x"), stamp()).unwrap_err(), unsupported);

    let header = signer.authorization(target().body_hash(b"x"), stamp()).unwrap();
    let received = |form, body: &'static [u8]| {
        Received::parse(Incoming::new("POST", URI, form).authorization(&header).body(body))
    };
    assert!(received(Form::None, b"x").is_ok());
    assert_eq!(received(Form::Encoded(""), b"").unwrap_err(), unsupported);
    // In every place that is sent.
    let url = signer.query(target().body_hash(b"x"), stamp()).unwrap();
    let incoming = Incoming::new("POST", &url, Form::None);
    assert!(Received::parse(incoming.body(b"x")).unwrap().verify(&Secret::new("cs"), None).is_ok());
    assert_eq!(Received::parse(incoming).unwrap_err(), unsupported);
}

#[test]
fn the_requestor_is_a_query_parameter_and_signed() {
    for (uri, expected) in [
        ("https://h/feed", "https://h/feed?xoauth_requestor_id=j%2Bd%40example.com"),
        ("https://h/feed?", "https://h/feed?xoauth_requestor_id=j%2Bd%40example.com"),
        ("https://h/feed?a=1", "https://h/feed?a=1&xoauth_requestor_id=j%2Bd%40example.com"),
    ] {
        assert_eq!(with_requestor(uri, "j+d@example.com"), expected);
    }
    // The predecessor's two-legged call: in the URL, and no token.
    let url =
        with_requestor("https://apps-apis.google.com/a/feeds/user/2.0/example.com/jdoe", "admin@example.com");
    let signer = Signer::hmac_sha1(ClientCredentials::new("example.com", "s3cr3t"), Token::None);
    let stamp = Stamp::new(Timestamp::from_unix(1_300_000_000), "987654321012345");
    let header = signer.authorization(Target::new("GET", &url, Form::None), stamp).unwrap();
    assert!(header.ends_with("oauth_signature=\"uN6EvoeWH%2B60fXdvCBsBOwo3kIo%3D\""), "{header}");
    assert!(!header.contains("oauth_token"));
}
