//! Which mistake explains a signature, and where two base strings begin to differ.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use countersign_oauth1::{
    Algorithm, ClientCredentials, Diagnosis, Difference, Dispute, Error, Form, Limits, Mistake, Reason,
    Segment, Signer, Stamp, Target, Token, TokenCredentials,
};
use countersign_token::Timestamp;
use countersign_wire::percent;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// A request whose every part can be set.
#[derive(Clone, Debug)]
struct Request {
    algorithm: Algorithm,
    method: &'static str,
    uri: String,
    form: Option<String>,
    body: Option<&'static str>,
    hashed: bool,
    realm: Option<&'static str>,
    callback: Option<&'static str>,
    verifier: Option<&'static str>,
    version: bool,
    two_legged: bool,
    client_secret: &'static str,
    nonce: &'static str,
    limits: Limits,
}

fn get(uri: &str) -> Request {
    Request {
        algorithm: Algorithm::HmacSha1,
        method: "GET",
        uri: uri.to_owned(),
        form: None,
        body: None,
        hashed: false,
        realm: None,
        callback: None,
        verifier: None,
        version: true,
        two_legged: false,
        client_secret: "cs",
        nonce: "n",
        limits: Limits::default(),
    }
}

fn query(query: &str) -> Request {
    get(&format!("http://example.com/p?{query}"))
}

fn form(form: &str) -> Request {
    Request { method: "POST", form: Some(form.to_owned()), ..get("http://example.com/p") }
}

impl Request {
    /// Asks about this request, with another nonce and another time at hand.
    fn with<T>(&self, ask: impl FnOnce(Dispute<'_>, Target<'_>, Stamp<'_>) -> T) -> T {
        let form = self.form.as_deref().map_or(Form::None, Form::Encoded);
        let mut target = Target::new(self.method, &self.uri, form).version(self.version);
        if let Some(realm) = self.realm {
            target = target.realm(realm);
        }
        if let Some(callback) = self.callback {
            target = target.callback(callback);
        }
        if let Some(verifier) = self.verifier {
            target = target.verifier(verifier);
        }
        if let (true, Some(body)) = (self.hashed, self.body) {
            target = target.body_hash(body.as_bytes());
        }
        let stamp = Stamp::new(Timestamp::from_unix(1), self.nonce);
        let (client, token) = (self.client(), self.token());
        let mut dispute = Dispute::new(self.algorithm, &client, &token, target, stamp)
            .limits(self.limits)
            .other_nonce("m")
            .other_timestamp(Timestamp::from_unix(2));
        if let Some(body) = self.body {
            dispute = dispute.body(body.as_bytes());
        }
        ask(dispute, target, stamp)
    }

    fn client(&self) -> ClientCredentials {
        ClientCredentials::new("ck", self.client_secret)
    }

    fn token(&self) -> Token {
        if self.two_legged { Token::None } else { TokenCredentials::new("tk", "ts").into() }
    }

    /// What the crate's signer signs.
    fn base_string(&self) -> String {
        let signer = Signer::new(self.algorithm, self.client(), self.token()).unwrap();
        self.with(|_, target, stamp| signer.base_string(target, stamp).unwrap())
    }

    fn expect(&self, signature: &str) -> Diagnosis {
        self.with(|dispute, _, _| dispute.expect_signature(signature).unwrap())
    }
}

/// The ids of each explanation.
fn ids(diagnosis: &Diagnosis) -> Vec<Vec<&'static str>> {
    let ids = |mistakes: &[Mistake]| mistakes.iter().map(|mistake| mistake.id()).collect();
    diagnosis.found().iter().map(|finding| ids(finding.mistakes())).collect()
}

fn code<M: Mac + KeyInit>(key: &str, base_string: &str) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(base_string.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sha1(key: &str, base_string: &str) -> String {
    STANDARD.encode(code::<Hmac<Sha1>>(key, base_string))
}

/// The right base string with one piece of it replaced, which must be there once.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "{from} in {text}");
    text.replace(from, to)
}

/// A request that is one of many, and its signature.
fn signed(number: u32) -> (Request, String) {
    let request = query(&format!("a=x%2Cy{number}"));
    let signature = sha1("cs&ts", &request.base_string());
    (request, signature)
}

/// Every mistake, each with a request on which it is the only one that leads to a text written by hand.
#[derive(Default)]
struct Alone(Vec<&'static str>);

impl Alone {
    /// A mistake of the base string.
    fn base(&mut self, id: &'static str, request: Request, wrong: impl Fn(&str) -> String) {
        let right = request.base_string();
        let wrong = wrong(&right);
        assert_ne!(right, wrong, "{id}");
        let key = format!("{}&{}", request.client_secret, if request.two_legged { "" } else { "ts" });
        let by_text = request.with(|dispute, _, _| dispute.expect_base_string(&wrong).unwrap());
        assert_eq!(ids(&by_text), [[id]], "{wrong}");
        assert_eq!(by_text.found()[0].base_string().expose(), wrong);
        assert_eq!(by_text.base_string().expose(), right);
        self.signature(id, request, &sha1(&key, &wrong));
    }

    fn replace(&mut self, id: &'static str, request: Request, from: &str, to: &str) {
        self.base(id, request, |right| replaced(right, from, to));
    }

    /// A mistake of the key, the hash, or the text of the signature.
    fn signature(&mut self, id: &'static str, request: Request, signature: &str) {
        let diagnosis = request.expect(signature);
        assert_eq!(ids(&diagnosis), [[id]]);
        assert!(!diagnosis.agrees() && !diagnosis.gave_up(), "{id}");
        self.0.push(id);
    }
}

#[test]
fn every_mistake_alone() {
    let mut alone = Alone::default();
    let plain = || get("http://example.com/p");

    alone.replace("method-case", plain(), "GET&", "get&");
    alone.replace("scheme-swapped", plain(), "http%3A", "https%3A");
    alone.replace("host-case-kept", get("http://Example.COM/p"), "example.com", "Example.COM");
    alone.replace("default-port-kept", get("http://example.com:80/p"), "example.com", "example.com%3A80");
    alone.replace("port-dropped", get("http://example.com:8080/p"), "%3A8080", "");
    alone.replace("empty-path-kept", get("http://example.com?a=1"), "example.com%2F&", "example.com&");
    alone.replace("path-resolved", get("http://example.com/a/./../p"), "%2Fa%2F.%2F..%2Fp", "%2Fp");
    alone.replace("path-decoded", get("http://example.com/a%20b"), "a%2520b", "a%20b");
    alone.replace("path-double-encoded", get("http://example.com/a%20b"), "a%2520b", "a%252520b");
    alone.replace("trailing-slash", plain(), "%2Fp&", "%2Fp%2F&");

    alone.replace("query-omitted", query("a=1"), "a%3D1%26", "");
    alone.replace("form-omitted", form("a=1"), "a%3D1%26", "");
    let json = Request { method: "POST", body: Some(r#"{"a": "x y", "b": [1]}"#), ..plain() };
    alone.replace("body-included", json.clone(), "&oauth", "&a%3Dx%2520y%26b%3D%255B1%255D%26oauth");
    let realm = Request { realm: Some("R"), ..plain() };
    alone.replace("realm-included", realm, "version%3D1.0", "version%3D1.0%26realm%3DR");
    let signature = percent::encode(&percent::encode(&sha1("cs&ts", &plain().base_string())));
    let with_signature = format!("oauth_signature%3D{signature}%26oauth_signature_method");
    alone.replace("signature-included", plain(), "oauth_signature_method", &with_signature);
    alone.replace("token-omitted", plain(), "oauth_token%3Dtk%26", "");
    let two_legged = Request { two_legged: true, ..plain() };
    alone.replace("empty-token-added", two_legged, "oauth_version", "oauth_token%3D%26oauth_version");
    alone.replace("version-omitted", plain(), "%26oauth_version%3D1.0", "");
    let without = Request { version: false, ..plain() };
    alone.replace("version-added", without, "token%3Dtk", "token%3Dtk%26oauth_version%3D1.0");
    let callback = || Request { callback: Some("http://h/"), ..plain() };
    alone.replace("callback-omitted", callback(), "oauth_callback%3Dhttp%253A%252F%252Fh%252F%26", "");
    let verifier = Request { verifier: Some("v"), ..plain() };
    alone.replace("verifier-omitted", verifier, "oauth_verifier%3Dv%26", "");
    let hash = "oauth_body_hash%3DLve95gjOVATpfV8EL5X4nxwjKHE%253D%26";
    let hello = Request { body: Some("Hello World!"), ..plain() };
    let hashed = Request { hashed: true, ..hello.clone() };
    alone.replace("body-hash-omitted", hashed, hash, "");
    alone.replace("body-hash-added", hello, "oauth_consumer_key", &format!("{hash}oauth_consumer_key"));
    alone.replace("other-nonce", plain(), "nonce%3Dn", "nonce%3Dm");
    alone.replace("other-timestamp", plain(), "timestamp%3D1", "timestamp%3D2");
    alone.replace("duplicates-first", query("a=1&a=2"), "%26a%3D2", "");
    alone.replace("duplicates-last", query("a=1&a=2"), "a%3D1%26", "");
    alone.replace("empty-values-omitted", query("a=&b=1"), "a%3D%26", "");

    alone.replace("query-double-encoded", query("a=x%2Cy"), "%252C", "%25252C");
    alone.replace("query-as-written", query("a=b,c&d=%3D"), "b%252Cc", "b%2Cc");
    alone.replace("form-double-encoded", form("a=x%2Cy"), "%252C", "%25252C");
    alone.replace("form-as-written", form("a=b,c&d=%3D"), "b%252Cc", "b%2Cc");
    let twice = "http%25253A%25252F%25252Fh%25252F";
    alone.replace("protocol-double-encoded", callback(), "http%253A%252F%252Fh%252F", twice);
    alone.replace("decoded-twice", query("a=%2525&b=%2C"), "a%3D%252525", "a%3D%2525");
    alone.replace("plus-not-space", query("a=x+y&b=%2C"), "x%2520y", "x%252By");
    alone.replace("space-as-plus", query("a=x%20y&b=~"), "x%2520y", "x%2By");
    alone.base("lower-case-hex", query("a=x%2Cy"), |right| {
        right.replace("%3A", "%3a").replace("%2F", "%2f").replace("%252C", "%252c").replace("%3D", "%3d")
    });
    alone.replace("tilde-encoded", query("a=~&b=%20"), "~", "%257E");
    alone.replace("asterisk-unescaped", query("a=%2A&b=%21+"), "%252A", "*");
    alone.replace("exclamation-unescaped", query("a=%2A&b=%21"), "%2521", "!");
    alone.replace("quotes-unescaped", query("a=%27%28%29&b=%21"), "%2527%2528%2529", "'()");
    alone.replace("javascript-encoding", query("a=%2A%21%27"), "%252A%2521%2527", "*!'");
    alone.replace("form-encoding", query("a=%2A+~"), "%252A%2520~", "*%2B%257E");
    alone.replace("values-not-encoded", query("a=x%2Cy"), "%252C", "%2C");
    alone.base("parts-not-encoded", query("a=x%2Cy"), |right| percent::decode(right).unwrap());
    alone.replace("equals-omitted", query("a&b=1"), "a%3D%26", "a%26");
    #[cfg(feature = "unicode")]
    {
        alone.replace("unicode-nfc", query("a=e%CC%81"), "e%25CC%2581", "%25C3%25A9");
        alone.replace("unicode-nfd", query("a=%C3%A9"), "%25C3%25A9", "e%25CC%2581");
    }

    alone.base("unsorted", query("b=1&a=2"), |_| {
        let head = "GET&http%3A%2F%2Fexample.com%2Fp&b%3D1%26a%3D2%26oauth_consumer_key%3Dck%26oauth_token%3Dtk";
        let tail = "oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1%26oauth_nonce%3Dn%26oauth_version%3D1.0";
        format!("{head}%26{tail}")
    });
    let (first, second) = ("a%257B%3D1", "ab%3D2");
    let (right, wrong) = (format!("{first}%26{second}"), format!("{second}%26{first}"));
    alone.replace("sorted-before-encoding", query("a%7B=1&ab=2"), &right, &wrong);
    alone.replace("values-unsorted", query("b=0&a=2&a=1"), "a%3D1%26a%3D2", "a%3D2%26a%3D1");
    alone.replace("sorted-as-joined", query("z=0&a-b=2&a=1"), "a%3D1%26a-b%3D2", "a-b%3D2%26a%3D1");
    alone.replace("sorted-without-case", query("B=1&a=2"), "B%3D1%26a%3D2", "a%3D2%26B%3D1");

    let right = plain().base_string();
    alone.signature("ampersand-omitted", plain(), &sha1("csts", &right));
    alone.signature("token-secret-omitted", plain(), &sha1("cs&", &right));
    alone.signature("client-secret-omitted", plain(), &sha1("&ts", &right));
    alone.signature("secrets-swapped", plain(), &sha1("ts&cs", &right));
    let slashed = Request { client_secret: "c/s", ..plain() };
    alone.signature("secrets-not-encoded", slashed, &sha1("c/s&ts", &right));
    alone.signature("secret-white-space", plain(), &sha1("cs&ts%0A", &right));

    let with_sha256 = Request { algorithm: Algorithm::HmacSha256, ..plain() };
    alone.signature("sha1-used", with_sha256.clone(), &sha1("cs&ts", &with_sha256.base_string()));
    let sha256 = |base: &str| STANDARD.encode(code::<Hmac<Sha256>>("cs&ts", base));
    alone.signature("sha256-used", plain(), &sha256(&right));
    let sha512 = STANDARD.encode(code::<Hmac<Sha512>>("cs&ts", &right.replace("SHA1", "SHA512")));
    alone.signature("sha512-used", plain(), &sha512);
    assert_eq!(ids(&plain().expect(&sha256(&right.replace("SHA1", "SHA256")))), [["sha256-used"]]);

    // One whose signature has a character that the other alphabet has not.
    let (coded, standard) = (0..).map(signed).find(|(_, text)| text.contains('+')).unwrap();
    let bytes = STANDARD.decode(&standard).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    alone.signature("base64-unpadded", coded.clone(), standard.trim_end_matches('='));
    alone.signature("base64-url-safe", coded.clone(), &URL_SAFE.encode(&bytes));
    alone.signature("hex", coded.clone(), &hex);
    alone.signature("base64-of-hex", coded.clone(), &STANDARD.encode(&hex));
    alone.signature("signature-percent-encoded", coded.clone(), &percent::encode(&standard));

    assert_eq!(alone.0, Mistake::ALL.iter().map(|mistake| mistake.id()).collect::<Vec<_>>());
}

#[test]
fn the_case_that_began_it() {
    let (client, token) = (ClientCredentials::new("a", "b"), TokenCredentials::new("123", "abc").into());
    let uri = "http://localhost:4567/fun?foo=first%2Csecond";
    let stamp = Stamp::new(Timestamp::from_unix(123), "3");
    let check = |target: Target<'_>, expected: &str, found: &[[&str; 1]], agrees: bool| {
        let dispute = Dispute::new(Algorithm::HmacSha1, &client, &token, target, stamp);
        let diagnosis = dispute.expect_signature(expected).unwrap();
        assert_eq!(ids(&diagnosis), found);
        assert_eq!((diagnosis.agrees(), diagnosis.gave_up()), (agrees, false));
    };
    let target = Target::new("GET", uri, Form::None);
    check(target, "1tyKsJRLaTvpnCwKGayL4YgHmLM=", &[["query-double-encoded"]], false);
    check(target, " 1tyKsJRLaTvpnCwKGayL4YgHmLM=\n", &[["query-double-encoded"]], false);
    check(target, "cdQQuXon1opN/3wj5APnIF5NAMg=", &[], true);
    check(target, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", &[], false);
    check(target, "no signature at all", &[], false);
    check(target, "", &[], false);
    // One that holds for a request that is not this one.
    check(target.version(false), "cdQQuXon1opN/3wj5APnIF5NAMg=", &[["version-added"]], false);
}

/// Two mistakes, and what is alike in a request that cannot tell them apart.
#[test]
fn two_mistakes_and_what_is_alike() {
    let check = |request: &Request, signature: &str, expected: &[&[&str]]| {
        let diagnosis = request.expect(signature);
        assert_eq!(ids(&diagnosis), expected);
    };
    let request = query("a=x%2Cy&b=%2A");
    let right = request.base_string();
    let wrong = replaced(&replaced(&right, "x%252Cy", "x%25252Cy"), "b%3D%252A", "b%3D%25252A");
    check(&request, &sha1("ts&cs", &wrong), &[&["query-double-encoded", "secrets-swapped"]]);

    // Java and JavaScript both leave the asterisk as it is.
    let stars = replaced(&right, "%252A", "*");
    let alike: [&[&str]; 2] = [&["asterisk-unescaped"], &["javascript-encoding"]];
    check(&request, &sha1("cs&ts", &stars), &[alike[0], alike[1], &["form-encoding"]]);

    let hex: String = code::<Hmac<Sha256>>("cs", &right).iter().map(|byte| format!("{byte:02X}")).collect();
    let two_legged = Request { two_legged: true, ..request.clone() };
    let wrong = replaced(&right, "oauth_token%3Dtk%26", "");
    let three = code::<Hmac<Sha256>>("cs", &wrong);
    check(&two_legged, &STANDARD.encode(three), &[&["ampersand-omitted", "sha256-used"]]);
    // Three at once are too many: the token is missing on one side as well.
    check(&two_legged, &hex, &[]);

    // Two of one kind: parameters that are neither decoded nor sorted.
    let wrong = replaced(&right, "a%3Dx%252Cy%26b%3D%252A", "b%3D%25252A%26a%3Dx%25252Cy");
    let swapped = query("b=%2A&a=x%2Cy");
    check(&swapped, &sha1("cs&ts", &wrong), &[&["query-double-encoded", "unsorted"]]);
}

#[test]
fn plaintext_has_a_key_and_no_base_string() {
    let request = Request { algorithm: Algorithm::Plaintext, client_secret: "c/s", ..get("https://h/?a=1") };
    let check = |signature: &str, expected: &[&[&str]]| {
        assert_eq!(ids(&request.expect(signature)), expected);
    };
    assert!(request.expect("c%2Fs&ts").agrees());
    check("c/s&ts", &[&["secrets-not-encoded"]]);
    check("c%252Fs%26ts", &[&["signature-percent-encoded"]]);
    check("c%2Fs&", &[&["token-secret-omitted"]]);
    check(&sha1("c%2Fs&ts", &request.base_string().replace("PLAINTEXT", "HMAC-SHA1")), &[&["sha1-used"]]);
    check("another", &[]);
    let error = Request { uri: "http://h/".into(), ..request.clone() }
        .with(|dispute, _, _| dispute.expect_signature("c%2Fs&ts").unwrap_err());
    assert_eq!(error, Error::ClearText);
}

/// A signer whose key is not seen: what it signed is looked for, not how.
#[test]
fn a_signer_with_a_key_of_its_own() {
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), TokenCredentials::new("tk", "ts"));
    let target = Target::new("GET", "http://example.com/p?a=x%2Cy", Form::None);
    let dispute = Dispute::with_signer(&signer, target, Stamp::new(Timestamp::from_unix(1), "n"));
    let right = query("a=x%2Cy").base_string();
    let check = |signature: &str, expected: &[&[&str]]| {
        assert_eq!(ids(&dispute.expect_signature(signature).unwrap()), expected);
    };
    let wrong = replaced(&right, "%252C", "%25252C");
    check(&sha1("cs&ts", &wrong), &[&["query-double-encoded"]]);
    let unpadded = sha1("cs&ts", &wrong).replace('=', "");
    // Without + and / it could be in either alphabet.
    let alike: [&[&str]; 2] =
        [&["query-double-encoded", "base64-unpadded"], &["query-double-encoded", "base64-url-safe"]];
    check(&unpadded, if unpadded.contains(['+', '/']) { &alike[..1] } else { &alike });
    check(&sha1("ts&cs", &right), &[]);
    let committed = dispute.commit(&[Mistake::from_id("query-double-encoded").unwrap()]).unwrap();
    assert_eq!(committed[0].0.base_string().expose(), wrong);
    assert!(committed[0].1.is_none());
}

/// A mistake that can be made in several ways is found in each.
#[test]
fn each_way_to_make_a_mistake() {
    let check = |request: Request, wrong: &dyn Fn(&str) -> String, id: &str| {
        let wrong = wrong(&request.base_string());
        let diagnosis =
            request.with(|dispute, _, _| dispute.expect_base_string(&format!(" {wrong}\n")).unwrap());
        assert_eq!(ids(&diagnosis), [[id]], "{wrong}");
    };
    let protocol = "oauth_consumer_key%3Dck%26oauth_token%3Dtk%26oauth_signature_method%3DHMAC-SHA1%26\
                    oauth_timestamp%3D1%26oauth_nonce%3Dn%26oauth_version%3D1.0";
    let sorted = "oauth_consumer_key%3Dck%26oauth_nonce%3Dn%26oauth_signature_method%3DHMAC-SHA1%26\
                  oauth_timestamp%3D1%26oauth_token%3Dtk%26oauth_version%3D1.0";
    let both = || Request { uri: "http://example.com/p?b=1".to_owned(), ..form("a=2") };
    let head = "POST&http%3A%2F%2Fexample.com%2Fp&";
    for protocol in [protocol, sorted] {
        check(both(), &|_| format!("{head}b%3D1%26a%3D2%26{protocol}"), "unsorted");
        check(both(), &|_| format!("{head}b%3D1%26{protocol}%26a%3D2"), "unsorted");
        check(both(), &|_| format!("{head}{protocol}%26b%3D1%26a%3D2"), "unsorted");
    }
    let resolved = |path: &str, to: &'static str| {
        let uri = format!("http://example.com{path}");
        check(get(&uri), &|right| replaced(right, &percent::encode(path), to), "path-resolved");
    };
    resolved("/a/b/..", "%2Fa%2F");
    resolved("/a/./", "%2Fa%2F");
    resolved("/../a", "%2Fa");
    let body = |body: &'static str, to: &'static str| {
        let request = Request { method: "POST", body: Some(body), ..get("http://example.com/p") };
        check(request, &|right| right.replace("&oauth", to), "body-included");
    };
    body("a=1&b=x+y", "&a%3D1%26b%3Dx%2520y%26oauth");
    body("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n", "&a%3D1%26oauth");
    // The body of which the hash is sent is at hand, too.
    let target = Target::new("POST", "http://example.com/p", Form::None).body_hash(b"a=1");
    let (client, token) = (ClientCredentials::new("ck", "cs"), Token::None);
    let stamp = Stamp::new(Timestamp::from_unix(1), "n");
    let dispute = Dispute::new(Algorithm::HmacSha1, &client, &token, target, stamp);
    let right = dispute.expect_base_string("").unwrap().base_string().expose().to_owned();
    let wrong = right.replace("&oauth_body", "&a%3D1%26oauth_body");
    assert_eq!(ids(&dispute.expect_base_string(&wrong).unwrap()), [["body-included"]]);
    // The fields of a form are signed, and once.
    let signed = Request { body: Some("a=1"), ..form("a=1") };
    let twice = signed.base_string().replace("a%3D1%26", "a%3D1%26a%3D1%26");
    let diagnosis = signed.with(|dispute, _, _| dispute.expect_base_string(&twice).unwrap());
    assert!(diagnosis.found().is_empty());

    let key = |secret: &'static str, key: &str| {
        let request = Request { client_secret: secret, ..query("a=1") };
        let diagnosis = request.expect(&sha1(key, &request.base_string()));
        assert_eq!(ids(&diagnosis), [["secret-white-space"]], "{key}");
    };
    key("cs", "cs%0A&ts");
    key("cs", "cs%0D%0A&ts");
    key("cs", "cs&ts%0D%0A");
    key("cs", "cs%0A&ts%0A");
    key("cs\n", "cs&ts");
}

/// What is about escapes that only a second decoding uncovers.
#[test]
fn decoding_twice_uncovers_what_another_mistake_is_about() {
    let request = query("a=%2525%2537%2545");
    let right = request.base_string();
    assert!(right.contains("a%3D%252525%252537%252545%26"), "{right}");
    let twice = Mistake::from_id("decoded-twice").unwrap();
    let committed = request.with(|dispute, _, _| dispute.commit(&[twice]).unwrap());
    assert!(committed[0].0.base_string().expose().contains("a%3D%25257E%26"));
    let request = query("a=%25%37%45&b=%2C%20");
    let wrong = replaced(&request.base_string(), "a%3D%25257E", "a%3D%257E");
    assert_eq!(ids(&request.expect(&sha1("cs&ts", &wrong))), [["decoded-twice", "tilde-encoded"]]);
    let callback = Request { callback: Some("a%2Fb"), ..query("a=1") };
    let committed = callback.with(|dispute, _, _| dispute.commit(&[twice]).unwrap());
    assert!(committed[0].0.base_string().expose().contains("oauth_callback%3Da%252Fb%26"));
}

/// A public key checks what was signed and signs nothing.
#[cfg(feature = "rsa")]
#[test]
fn a_public_key_will_do() {
    use countersign_oauth1::{Rsa, RsaHash, RsaPrivateKey, SignatureMethod};
    use countersign_token::ClientId;

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/vectors/oauth1/rsa.json");
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let pem = file.pointer("/published/0/pem").unwrap().as_str().unwrap();
    let key = RsaPrivateKey::from_legacy_pem(pem).unwrap();
    let public = Rsa::verifying(RsaHash::Sha1, key.public_key());
    let private = Rsa::signing(RsaHash::Sha1, key);
    let signer = Signer::with_method(public, ClientId::new("ck"), Token::None);
    let target = Target::new("GET", "http://example.com/p?a=x%2Cy", Form::None);
    let stamp = Stamp::new(Timestamp::from_unix(1), "n");
    let dispute = Dispute::with_signer(&signer, target, stamp);
    let right = signer.base_string(target, stamp).unwrap();
    let sign = |text: &str| private.sign(text, &testkit::entropy::Counting::new(1)).unwrap();
    let wrong = replaced(&right, "%252C", "%25252C");
    let diagnosis = dispute.expect_signature(sign(&wrong).expose()).unwrap();
    assert_eq!(ids(&diagnosis), [["query-double-encoded"]]);
    assert!(dispute.expect_signature(sign(&right).expose()).unwrap().agrees());
}

#[test]
fn it_gives_up_at_its_limits_and_says_so() {
    let check = |request: &Request, limits: Limits, tried: usize, gave_up: bool| {
        let diagnosis = Request { limits, ..request.clone() }.expect("AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        assert_eq!((diagnosis.found().len(), diagnosis.gave_up()), (0, gave_up));
        assert!(diagnosis.tried() <= tried, "{} tried", diagnosis.tried());
    };
    let small = query("a=1");
    check(&small, Limits::default(), 20_000, false);
    check(&small, Limits::new(10, usize::MAX), 10, true);
    check(&small, Limits::new(0, usize::MAX), 0, true);
    check(&small, Limits::new(usize::MAX, 10_000), 100, true);

    let many: String = (0..10_000).map(|index| format!("name{index}=value%20{index}&")).collect();
    let big = query(&many);
    check(&big, Limits::new(usize::MAX, 16 << 20), 1_000, true);
    check(&big, Limits::new(usize::MAX, 1 << 20), 2, true);
    // A single mistake is found all the same.
    let big = query(many.get(..20_000).unwrap());
    let wrong = replaced(&big.base_string(), "GET&", "get&");
    let diagnosis = big.expect(&sha1("cs&ts", &wrong));
    assert_eq!(ids(&diagnosis), [["method-case"]]);
    assert!(!diagnosis.gave_up());
}

#[test]
fn the_table_of_mistakes_is_fit_to_be_printed() {
    for mistake in Mistake::ALL {
        let (id, description, advice) = (mistake.id(), mistake.description(), mistake.advice());
        assert!(
            id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
            "{id}"
        );
        assert_eq!(Mistake::ALL.iter().filter(|other| other.id() == id).count(), 1, "{id}");
        assert_eq!(Mistake::from_id(id), Some(*mistake));
        assert_eq!(mistake.to_string(), id);
        for sentence in [description, advice] {
            assert!(
                sentence.ends_with('.') && !sentence.contains("  ") && !sentence.contains('\n'),
                "{sentence}"
            );
        }
    }
    assert_eq!(Mistake::from_id("no-such-mistake"), None);
}

#[test]
fn the_first_difference_of_two_base_strings() {
    let check = |ours: &str, theirs: &str, expected: Option<(Segment, usize, Option<&str>, Reason)>| {
        let found = Difference::between(ours, theirs);
        let found = found.as_ref().map(|it| (it.segment(), it.offset(), it.parameter(), it.reason()));
        assert_eq!(found, expected, "{ours} / {theirs}");
    };
    let base = |uri: &str, params: &str| format!("GET&{}&{}", percent::encode(uri), percent::encode(params));
    let uri = "http://example.com/p";
    let ours = base(uri, "a=1&b=x%2Cy&b=z&oauth_nonce=n");
    check(&ours, &ours, None);
    check(&ours, &ours.replace("GET", "get"), Some((Segment::Method, 0, None, Reason::MethodCase)));
    check(&ours, &ours.replace("GET", "POST"), Some((Segment::Method, 0, None, Reason::Method)));
    check(&ours, "", Some((Segment::Method, 0, None, Reason::Parts)));
    check(&ours, &percent::decode(&ours).unwrap(), Some((Segment::Uri, 8, None, Reason::Parts)));
    check(&ours, "é&é&é", Some((Segment::Method, 0, None, Reason::Method)));

    let other = |uri: &str| base(uri, "a=1&b=x%2Cy&b=z&oauth_nonce=n");
    let at = |offset: usize, reason: Reason| Some((Segment::Uri, offset, None, reason));
    check(&ours, &other("https://example.com/p"), at(8, Reason::Scheme));
    check(&ours, &other("http://Example.com/p"), at(17, Reason::HostCase));
    check(&ours, &other("http://example.org/p"), at(25, Reason::Host));
    check(&ours, &other("http://example.com:80/p"), at(29, Reason::Port));
    check(&ours, &other("http://example.com/"), at(31, Reason::Path));
    check(&ours, &other("http://example.com/p?a=1"), at(32, Reason::Query));
    check(&ours, &ours.replacen("%3A%2F%2F", "%3a%2f%2f", 1), at(10, Reason::HexCase));
    check(&ours, &other(&percent::encode(uri)), at(9, Reason::EncodedMore));

    let other = |params: &str| base(uri, params);
    let at = |offset: usize, name: &'static str, reason: Reason| {
        Some((Segment::Parameters, offset, Some(name), reason))
    };
    check(&ours, &other("a=1&b=x%252Cy&b=z&oauth_nonce=n"), at(50, "b", Reason::EncodedMore));
    check(&ours, &other("a=1&b=x,y&b=z&oauth_nonce=n"), at(48, "b", Reason::EncodedLess));
    check(&ours, &other("a=1&b=x%2cy&b=z&oauth_nonce=n"), at(50, "b", Reason::HexCase));
    check(&ours, &other("b=x%2Cy&a=1&b=z&oauth_nonce=n"), at(33, "a", Reason::Order));
    check(&ours, &other("b=x%2Cy&b=z&oauth_nonce=n"), at(33, "a", Reason::Missing));
    check(&ours, &other("a=1&b=x%2Cy&b=z"), at(60, "oauth_nonce", Reason::Missing));
    check(&ours, &other("a=1&aa=1&b=x%2Cy&b=z&oauth_nonce=n"), at(41, "aa", Reason::Added));
    check(&ours, &other("a=1&b=x%2Cy&b=z&oauth_nonce=m"), at(77, "oauth_nonce", Reason::Value));
    check(&other("a=x%20y"), &other("a=x%2By"), at(42, "a", Reason::Plus));
    check(&other("a=x%20y"), &other("a=x+y"), at(40, "a", Reason::Plus));
    check(&other("a=%2A"), &other("a=*"), at(39, "a", Reason::EncodedLess));
    check(&other("a=~"), &other("a=%7E"), at(37, "a", Reason::Encoding));
    check(&other(""), &other("a=1"), at(33, "a", Reason::Added));
    // Out of order, and of another value when it is met.
    check(&other("a=1&b=2"), &other("c=1&a=3"), at(33, "a", Reason::Value));
    check(&other("a=1"), &other("b=1"), at(33, "a", Reason::Missing));
    check(&other("%1B[31m=1"), &other("z=1"), at(33, " [31m", Reason::Missing));
    // Between the bytes of a character there is no place to name.
    check("a\u{e9}&b&c", "a\u{e8}&b&c", Some((Segment::Method, 1, None, Reason::Method)));

    let difference = Difference::between(&ours, &other("a=1&b=x%252Cy&b=z&oauth_nonce=n")).unwrap();
    assert_eq!((difference.ours().expose(), difference.theirs().expose()), ("b=x%2Cy", "b=x%252Cy"));
    assert_eq!(
        difference.sentence(),
        "At byte 50, in the parameters, at b: the other side has encoded once more."
    );
}

mod random {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};

    fn word() -> impl Strategy<Value = String> {
        prop_oneof!["[ab]{0,2}", "[A-Ca-c0!'()+ %&=~*,;é-]{0,6}"].prop_map(|word| percent::encode(&word))
    }

    fn fields() -> impl Strategy<Value = String> {
        let pair = (word(), word(), any::<bool>()).prop_map(|(name, value, plus)| {
            let pair = format!("{name}={value}");
            if plus { pair.replace("%20", "+") } else { pair }
        });
        vec(pair, 0..5).prop_map(|pairs| pairs.join("&"))
    }

    prop_compose! {
        fn request()(
            algorithm in select(vec![Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512]),
            method in select(vec!["GET", "post", "Put"]),
            start in select(vec!["http://Example.com", "https://example.com:443", "http://[::1]:8080"]),
            path in select(vec!["", "/", "/p", "/a/../%7Eb/*"]),
            fields in (fields(), fields()),
            as_form: bool,
            hashed: bool,
            realm in select(vec![None, Some("R, S")]),
            options in (select(vec![None, Some("oob"), Some("http://h/?a=b c")]), select(vec![None, Some("v~")])),
            version: bool,
            two_legged: bool,
            client_secret in select(vec!["cs", "", "c s/é*"]),
        ) -> Request {
            let (query, form) = fields;
            Request {
                algorithm,
                method,
                uri: format!("{start}{path}?{query}"),
                form: as_form.then_some(form),
                body: (!as_form).then_some(r#"{"a": "b c"}"#),
                hashed,
                realm,
                callback: options.0,
                verifier: options.1,
                version,
                two_legged,
                client_secret,
                nonce: "n*1",
                limits: Limits::default(),
            }
        }
    }

    /// What comes of mistakes, with one of the ways to make them chosen.
    fn planted(request: &Request, mistakes: &[Mistake], way: prop::sample::Index) -> (String, String) {
        let mut ways = request.with(|dispute, _, _| dispute.commit(mistakes).unwrap());
        let (finding, signature) = ways.swap_remove(way.index(ways.len()));
        (finding.base_string().expose().to_owned(), signature.unwrap().expose().to_owned())
    }

    /// Whether a diagnosis names what was planted, or rightly something simpler.
    fn names(diagnosis: &Diagnosis, mistakes: &[Mistake]) -> bool {
        let found = diagnosis.found();
        let exactly = found.iter().any(|finding| finding.mistakes() == mistakes);
        let simpler = found.iter().any(|finding| finding.mistakes().len() < mistakes.len());
        !diagnosis.gave_up() && (diagnosis.agrees() || exactly || simpler)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn a_planted_mistake_is_found(request in request(), mistake in select(Mistake::ALL), way: prop::sample::Index) {
            let (base, signature) = planted(&request, &[mistake], way);
            prop_assert!(names(&request.expect(&signature), &[mistake]));
            let by_text = request.with(|dispute, _, _| dispute.expect_base_string(&base).unwrap());
            prop_assert!(names(&by_text, &[mistake]));
        }

        #[test]
        fn two_planted_mistakes_are_found(
            request in request(),
            pair in (0..Mistake::ALL.len(), 0..Mistake::ALL.len()),
            way: prop::sample::Index,
        ) {
            prop_assume!(pair.0 < pair.1);
            let mistakes = [Mistake::ALL[pair.0], Mistake::ALL[pair.1]];
            let (_, signature) = planted(&request, &mistakes, way);
            prop_assert!(names(&request.expect(&signature), &mistakes));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn a_random_signature_has_no_explanation(request in request(), code in any::<[u8; 20]>()) {
            let diagnosis = request.expect(&STANDARD.encode(code));
            prop_assert!(diagnosis.found().is_empty() && !diagnosis.agrees() && !diagnosis.gave_up());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn without_mistakes_it_is_the_signer(request in request()) {
            let right = request.base_string();
            let key = format!(
                "{}&{}",
                percent::encode(request.client_secret),
                if request.two_legged { "" } else { "ts" }
            );
            let committed = request.with(|dispute, _, _| dispute.commit(&[]).unwrap());
            prop_assert_eq!(committed[0].0.base_string().expose(), &right);
            let signature = match request.algorithm {
                Algorithm::HmacSha1 => STANDARD.encode(code::<Hmac<Sha1>>(&key, &right)),
                Algorithm::HmacSha256 => STANDARD.encode(code::<Hmac<Sha256>>(&key, &right)),
                _ => STANDARD.encode(code::<Hmac<Sha512>>(&key, &right)),
            };
            prop_assert_eq!(committed[0].1.as_ref().unwrap().expose(), &signature);
            prop_assert!(request.expect(&signature).agrees());
        }

        #[test]
        fn no_text_makes_it_panic(
            ours in ".{0,40}", theirs in ".{0,40}", body in ".{0,60}", expected in ".{0,30}",
        ) {
            let _ = Difference::between(&ours, &theirs).map(|it| it.sentence());
            let _ = Difference::between("GET&http%3A%2F%2Fh%2F&a%3Db", &theirs);
            let bodies = [body.clone(), format!("{{\"a\":{body}"), format!("--b\r\n name=\"{body}\r\n--b--")];
            for body in bodies {
                let limits = Limits::new(5, 1 << 16);
                get("http://h/").with(|dispute, _, _| {
                    let dispute = dispute.body(body.as_bytes()).limits(limits);
                    dispute.expect_signature(&expected).unwrap();
                    dispute.commit(&[Mistake::from_id("body-included").unwrap()]).unwrap();
                });
            }
        }
    }
}
