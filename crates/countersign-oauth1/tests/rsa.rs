//! The RSA methods: published signatures, the files keys come in, and what must not be signed with.

use base64::{Engine, prelude::BASE64_STANDARD};
use countersign_oauth1::{
    Algorithm, Error, Form, Incoming, KeyFault, Methods, Parameter, ParameterFault, Problem, Received, Rsa,
    RsaHash, RsaPrivateKey, RsaPublicKey, SignatureMethod, Signer, Stamp, Target, Token, TokenCredentials,
    base_string,
};
use countersign_token::{ClientId, Secret, Timestamp};
use countersign_wire::flow::NoEntropy;
use serde_json::Value;
use testkit::{
    entropy::{Counting, Empty},
    vectors::Suite,
};

fn text<'a>(case: &'a Value, pointer: &str) -> &'a str {
    case.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer}"))
}

fn file() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/vectors/oauth1/rsa.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = BASE64_STANDARD.encode(der);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(body).unwrap()
}

/// The key of 2048 bits that was made for the collection.
fn pkcs8() -> String {
    text(&file(), "/keys/synthetic_rsa2048_pkcs8").to_owned()
}

/// The same as PKCS#1, which is what PKCS#8 wraps: 26 bytes come first at this length.
fn pkcs1() -> String {
    pem("RSA PRIVATE KEY", der(&pkcs8()).get(26..).unwrap())
}

fn key() -> RsaPrivateKey {
    RsaPrivateKey::from_pem(pkcs8()).unwrap()
}

/// The wiki's key of 1024 bits, and its public half.
fn old_key() -> (String, String) {
    let file = file();
    (text(&file, "/published/0/pem").to_owned(), text(&file, "/keys/gdata_suite_rsa1024_spki").to_owned())
}

/// Signs, whatever the blinding, the same; and verifies with either half of the key.
fn check(hash: RsaHash, key: &RsaPrivateKey, base: &str, expected: &str) {
    let method = Rsa::signing(hash, key.clone());
    for seed in [1, 2] {
        assert_eq!(method.sign(base, &Counting::new(seed)).unwrap().expose(), expected);
    }
    for method in [method, Rsa::verifying(hash, key.public_key())] {
        assert!(method.verify(base, expected));
        for (base, signature) in [("another", expected), (base, ""), (base, "!"), (base, "AAAA")] {
            assert!(!method.verify(base, signature), "{base} {signature}");
        }
    }
}

#[test]
fn published_signatures() {
    Suite::open("oauth1", "rsa.json", "/published").run(|case| {
        let key = RsaPrivateKey::from_legacy_pem(text(case, "/pem")).unwrap();
        check(RsaHash::Sha1, &key, text(case, "/base_string"), text(case, "/signature"));
    });
    Suite::open("oauth1", "rsa.json", "/derived").run(|case| {
        let key = RsaPrivateKey::from_legacy_pem(old_key().0).unwrap();
        let name = text(case, "/input/signature_method");
        let hash = RsaHash::of(Algorithm::from_name(name).unwrap()).unwrap();
        assert_eq!(Rsa::signing(hash, key.clone()).name(), name);
        check(hash, &key, text(case, "/input/base_string"), text(case, "/expected/signature"));
    });
    Suite::open("oauth1", "rsa.json", "/seed").run(|case| {
        let oauth = case["oauth"].as_object().unwrap();
        let oauth: Vec<_> =
            oauth.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
        let target = Target::new(text(case, "/method"), text(case, "/url"), Form::None);
        let base = base_string(target, &oauth).unwrap();
        let signature = text(case, "/signature");
        match case.pointer("/sign_key").and_then(Value::as_str) {
            Some(name) => {
                assert_eq!(base, text(case, "/base_string"));
                let key = RsaPrivateKey::from_pem(text(&file(), &format!("/keys/{name}"))).unwrap();
                check(RsaHash::Sha1, &key, &base, signature);
            }
            None => {
                let key = RsaPublicKey::from_legacy_pem(old_key().1).unwrap();
                assert!(Rsa::verifying(RsaHash::Sha1, key).verify(&base, signature));
            }
        }
    });
}

#[test]
fn keys_are_read_from_files_as_they_are_found() {
    let expected = Rsa::signing(RsaHash::Sha256, key()).sign("bs", &Counting::new(0)).unwrap();
    let bags =
        "Bag Attributes\n    friendlyName: key\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n";
    let indent = |pem: &str, by: &str| pem.replace('\n', &format!("\n{by}"));
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    for pem in [
        pkcs8(),
        pkcs1(),
        indent(&pkcs8(), "    "),
        format!("  {}", indent(&pkcs1(), "\t")),
        pkcs8().replace('\n', "\r\n"),
        pkcs8().trim_end().to_owned(),
        format!("{bags}{}", pkcs8()),
        format!("{certificate}{}{certificate}", pkcs1()),
    ] {
        let key = RsaPrivateKey::from_pem(&pem).unwrap_or_else(|error| panic!("{error}: {pem}"));
        let signature = Rsa::signing(RsaHash::Sha256, key).sign("bs", &Counting::new(0)).unwrap();
        assert_eq!(signature.expose(), expected.expose());
    }
    // SPKI wraps PKCS#1 as PKCS#8 does.
    let spki = old_key().1;
    let public = pem("RSA PUBLIC KEY", der(&spki).get(22..).unwrap());
    for pem in [spki.clone(), public, format!("{certificate}{}", indent(&spki, " "))] {
        assert!(RsaPublicKey::from_legacy_pem(&pem).is_ok(), "{pem}");
    }
}

const EC_PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSd6gt+/YuweF5459
aIkM0TYZr6Uz85sUD/YwIpppiPChRANCAAQwgZ7ZhheEZPIgDATSAmmOtR4AK85K
E6tbhT17ZZIPJCWVqyumTUjjcThFbZCEpJaqadBczy/z3Whh4QwMX+3W
-----END PRIVATE KEY-----
";

const EC_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMIGe2YYXhGTyIAwE0gJpjrUeACvO
ShOrW4U9e2WSDyQllasrpk1I43E4RW2QhKSWqmnQXM8v891oYeEMDF/t1g==
-----END PUBLIC KEY-----
";

#[test]
fn other_files_are_named() {
    let block = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
    let refused = |file: &[u8], private: KeyFault, public: KeyFault| {
        let shown = String::from_utf8_lossy(file).into_owned();
        assert_eq!(RsaPrivateKey::from_pem(file).unwrap_err(), Error::key(private), "{shown}");
        assert_eq!(RsaPublicKey::from_pem(file).unwrap_err(), Error::key(public), "{shown}");
    };
    let either = |file: &[u8], fault| refused(file, fault, fault);
    either(b"", KeyFault::NotPem);
    either(b"hello", KeyFault::NotPem);
    either(b"-----BEGIN ", KeyFault::NotPem);
    either(b"-----BEGIN RSA", KeyFault::NotPem);
    either(&der(&pkcs8()), KeyFault::Der);
    either(b"{\"type\": \"service_account\"}", KeyFault::Json);
    either(b"PuTTY-User-Key-File-2: ssh-rsa\n", KeyFault::Putty);
    either(b"ssh-rsa AAAA user@host", KeyFault::OpenSsh);
    either(block("OPENSSH PRIVATE KEY").as_bytes(), KeyFault::OpenSsh);
    either(block("CERTIFICATE").as_bytes(), KeyFault::Certificate);
    either(block("CERTIFICATE REQUEST").as_bytes(), KeyFault::CertificateRequest);
    either(block("ENCRYPTED PRIVATE KEY").as_bytes(), KeyFault::Encrypted);
    either(block("EC PRIVATE KEY").as_bytes(), KeyFault::NotRsa);
    either(block("DSA PRIVATE KEY").as_bytes(), KeyFault::NotRsa);
    either(block("X9.42 DH PARAMETERS").as_bytes(), KeyFault::OtherPem);
    refused(block("PUBLIC KEY").as_bytes(), KeyFault::PublicKey, KeyFault::Malformed);
    assert_eq!(RsaPublicKey::from_pem(pkcs8()).unwrap_err(), Error::key(KeyFault::PrivateKey));
}

#[test]
fn broken_short_and_encrypted_keys_are_refused() {
    let private = |file: &str| RsaPrivateKey::from_pem(file).unwrap_err();
    let public = |file: &str| RsaPublicKey::from_pem(file).unwrap_err();
    assert_eq!(private(EC_PRIVATE), Error::key(KeyFault::NotRsa));
    assert_eq!(public(EC_PUBLIC), Error::key(KeyFault::NotRsa));
    let (old, old_public) = old_key();
    assert_eq!(private(&old), Error::key(KeyFault::TooShort { bits: 1024 }));
    assert_eq!(public(&old_public), Error::key(KeyFault::TooShort { bits: 1024 }));
    assert!(RsaPrivateKey::from_legacy_pem(&old).is_ok());
    assert!(RsaPublicKey::from_legacy_pem(&old_public).is_ok());

    let encrypted =
        pkcs1().replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n");
    assert_eq!(private(&encrypted), Error::key(KeyFault::Encrypted));
    let malformed = Error::key(KeyFault::Malformed);
    assert_eq!(private(&pkcs8().replace("-----END", "")), malformed);
    assert_eq!(private(&pkcs8().replacen("MII", "M!I", 1)), malformed);
    let mut bytes = der(&pkcs8());
    for at in [0, 1, 30, 40, 300, 600] {
        bytes[at] ^= 0xff;
        assert!(RsaPrivateKey::from_pem(pem("PRIVATE KEY", &bytes)).is_err(), "{at}");
        bytes[at] ^= 0xff;
    }
    for end in [0, 1, 25, 26, 27, 500] {
        assert_eq!(private(&pem("PRIVATE KEY", &bytes[..end])), malformed, "{end}");
    }
    // A modulus of 32,768 bits would be work that a stranger orders.
    let mut modulus = vec![0x30, 0x82, 0x10, 0x0a, 0x02, 0x82, 0x10, 0x01, 0x00];
    modulus.extend([0xff; 4096]);
    modulus.extend([0x02, 0x03, 0x01, 0x00, 0x01]);
    assert_eq!(public(&pem("RSA PUBLIC KEY", &modulus)), Error::key(KeyFault::TooLong { bits: 32_768 }));
}

fn signer(hash: RsaHash) -> Signer {
    let token = TokenCredentials::new("tk", "no part in it");
    Signer::with_method(Rsa::signing(hash, key()), ClientId::new("ck"), token)
}

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
const URI: &str = "https://example.com/x?a=1";

fn signed(hash: RsaHash) -> String {
    let entropy = Counting::new(7);
    signer(hash)
        .authorization(Target::new("GET", URI, Form::None), Stamp::new(NOW, "n").entropy(&entropy))
        .unwrap()
}

fn received(header: &str, methods: Methods) -> Result<Received, Error> {
    Received::parse(Incoming::new("GET", URI, Form::None).authorization(header).methods(methods))
}

#[test]
fn no_signature_without_random_bytes() {
    let target = Target::new("GET", URI, Form::None);
    let no_entropy = Error::key(KeyFault::NoEntropy);
    let stamp = Stamp::new(NOW, "n");
    assert_eq!(signer(RsaHash::Sha256).authorization(target, stamp).unwrap_err(), no_entropy);
    let gone = signer(RsaHash::Sha256).authorization(target, stamp.entropy(&Empty::default())).unwrap_err();
    assert_eq!(gone, no_entropy);
    assert_eq!((gone.problem(), gone.status().as_u16()), (None, 500));
    let half = |out: &mut [u8]| {
        out.fill(1);
        Err(NoEntropy)
    };
    assert_eq!(signer(RsaHash::Sha256).authorization(target, stamp.entropy(&half)).unwrap_err(), no_entropy);
    let verifying = Rsa::verifying(RsaHash::Sha256, key().public_key());
    assert_eq!(verifying.sign("bs", &Counting::new(0)).unwrap_err(), Error::key(KeyFault::VerifyOnly));
}

#[test]
fn a_server_verifies_with_the_public_key_it_opted_in_for() {
    for (hash, algorithm) in [
        (RsaHash::Sha1, Algorithm::RsaSha1),
        (RsaHash::Sha256, Algorithm::RsaSha256),
        (RsaHash::Sha512, Algorithm::RsaSha512),
    ] {
        let header = signed(hash);
        assert!(header.contains(&format!("oauth_signature_method=\"{algorithm}\"")), "{header}");
        let unasked = received(&header, Methods::default()).unwrap_err();
        let fault = ParameterFault::NotAccepted(Methods::default());
        assert_eq!(unasked, Error::Parameter { parameter: Parameter::SignatureMethod, fault });

        let methods = Methods::default().with(algorithm);
        let received = || received(&header, methods).unwrap();
        let right = Rsa::verifying(hash, key().public_key());
        assert!(received().verify_with(&right).is_ok());
        let old = Rsa::verifying(hash, RsaPublicKey::from_legacy_pem(old_key().1).unwrap());
        let refused = |problem| Error::Refused { problem };
        assert_eq!(received().verify_with(&old).unwrap_err(), refused(Problem::SignatureInvalid));
        // The same key under another hash is another method.
        let other = if hash == RsaHash::Sha1 { RsaHash::Sha512 } else { RsaHash::Sha1 };
        let other = Rsa::verifying(other, key().public_key());
        let rejected = refused(Problem::SignatureMethodRejected);
        assert_eq!(received().verify_with(&other).unwrap_err(), rejected);
        // Secrets have no part in it, not even the key's own text.
        assert!(received().verify(&Secret::new(""), None).is_err());
        let unknown = Problem::ConsumerKeyUnknown;
        assert_eq!(received().refuse(unknown), refused(unknown));
    }
}

#[test]
fn a_key_is_read_once_and_signs_on_many_threads() {
    let signer = signer(RsaHash::Sha256);
    let expected = signed(RsaHash::Sha256);
    std::thread::scope(|scope| {
        for seed in 0..4 {
            let (signer, expected) = (&signer, &expected);
            scope.spawn(move || {
                let entropy = Counting::new(seed);
                let stamp = Stamp::new(NOW, "n").entropy(&entropy);
                let header = signer.authorization(Target::new("GET", URI, Form::None), stamp).unwrap();
                assert_eq!(&header, expected);
            });
        }
    });
    let two_legged =
        Signer::with_method(Rsa::signing(RsaHash::Sha1, key()), ClientId::new("ck"), Token::None);
    assert_eq!(two_legged.algorithm(), Algorithm::RsaSha1);
}
