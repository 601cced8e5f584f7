//! Published and computed cases, each file with the number of cases that must run.

use countersign_oauth1::{
    BodyHash, ClientCredentials, Error, Explanation, Form, HmacSha1, HmacSha256, HmacSha512, Incoming,
    Parameter, ParameterFault, Plaintext, Received, RequestUri, Signer, Stamp, Target, Token,
    TokenCredentials, base_string, base_string_uri,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{Params, form, header, percent};
use serde_json::Value;
use testkit::vectors::Suite;

fn text<'a>(case: &'a Value, pointer: &str) -> &'a str {
    case.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_else(|| panic!("{} has no text at {pointer}", case["id"]))
}

fn optional<'a>(case: &'a Value, pointer: &str) -> Option<&'a str> {
    case.pointer(pointer).and_then(Value::as_str)
}

fn pairs<'a>(case: &'a Value, pointer: &str) -> Vec<(&'a str, &'a str)> {
    let pair = |pair: &'a Value| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    case.pointer(pointer).unwrap().as_array().unwrap().iter().map(pair).collect()
}

/// The normalised parameters, which the base string holds encoded once more.
fn normalised(base_string: &str) -> String {
    percent::decode(base_string.rsplit_once('&').unwrap().1).unwrap()
}

struct Case<'a> {
    id: &'a str,
    method: &'a str,
    uri: &'a str,
    form: Form<'a>,
    realm: Option<&'a str>,
    oauth: Vec<(&'a str, &'a str)>,
    client_secret: &'a str,
    token_secret: &'a str,
    base_string: &'a str,
    normalised: Option<&'a str>,
    signature: &'a str,
    signature_sha256: Option<&'a str>,
}

/// The whole way: base string, signature, the signer's header, and the server's check of it.
fn check(case: &Case<'_>) {
    let id = case.id;
    let target = Target::new(case.method, case.uri, case.form);
    let base = base_string(target, &case.oauth).unwrap();
    assert_eq!(base, case.base_string, "{id}");
    if let Some(expected) = case.normalised {
        assert_eq!(normalised(&base), expected, "{id}");
    }
    let (client_secret, token_secret) = (Secret::new(case.client_secret), Secret::new(case.token_secret));
    let method = HmacSha1::new(&client_secret, Some(&token_secret));
    assert_eq!(method.sign(&base), case.signature, "{id}");
    if let Some(expected) = case.signature_sha256 {
        let method = HmacSha256::new(&client_secret, Some(&token_secret));
        assert_eq!(method.sign(&base), expected, "{id}");
        assert!(method.verify(&base, expected) && !method.verify(&base, case.signature), "{id}");
    }

    let of = |name: &str| case.oauth.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let client = ClientCredentials::new(of("oauth_consumer_key").unwrap(), client_secret.clone());
    let token = of("oauth_token").map(|token| TokenCredentials::new(token, token_secret.clone()));
    let signer = Signer::hmac_sha1(client, Token::from(token));
    let mut target = target.version(of("oauth_version").is_some());
    if let Some(realm) = case.realm {
        target = target.realm(realm);
    }
    if let Some(callback) = of("oauth_callback") {
        target = target.callback(callback);
    }
    if let Some(verifier) = of("oauth_verifier") {
        target = target.verifier(verifier);
    }
    let time = Timestamp::from_unix(of("oauth_timestamp").unwrap().parse().unwrap());
    let stamp = Stamp::new(time, of("oauth_nonce").unwrap());
    let signed = signer.authorization(target, stamp);
    let params: Params = case.oauth.iter().copied().chain([("oauth_signature", case.signature)]).collect();
    let printed = header::oauth::print(case.realm, &params).unwrap();
    let incoming = Incoming::new(case.method, case.uri, case.form).authorization(printed.expose());

    // It brings a signature of its own, which is left out of the base string but makes two places.
    if case.uri.contains("oauth_signature") {
        let twice = Error::Parameter { parameter: Parameter::Signature, fault: ParameterFault::SecondPlace };
        assert_eq!(signed.unwrap_err(), twice, "{id}");
        assert_eq!(Received::parse(incoming).unwrap_err(), twice, "{id}");
        return;
    }
    assert_eq!(signer.base_string(target, stamp).unwrap(), case.base_string, "{id}");
    let steps = Explanation::with_signer(&signer, target, stamp).unwrap();
    assert_eq!(percent::encode(steps.joined().expose()), steps.segments()[2], "{id}");
    assert_eq!(steps.signature().expose(), case.signature, "{id}");
    #[cfg(feature = "diagnose")]
    {
        let dispute = countersign_oauth1::Dispute::with_signer(&signer, target, stamp);
        assert!(dispute.expect_base_string(case.base_string).unwrap().agrees(), "{id}");
        assert!(dispute.expect_signature(case.signature).unwrap().agrees(), "{id}");
    }
    let expected = format!("oauth_signature=\"{}\"", percent::encode(case.signature));
    assert!(signed.unwrap().ends_with(&expected), "{id}");

    let received = Received::parse(incoming).unwrap();
    assert_eq!(received.base_string(), case.base_string, "{id}");
    assert_eq!(received.realm(), case.realm, "{id}");
    assert!(received.clone().verify(&client_secret, Some(&token_secret)).is_ok(), "{id}");
    assert!(received.verify(&Secret::new("another"), Some(&token_secret)).is_err(), "{id}");
}

#[test]
fn requests() {
    Suite::open("oauth1", "oauth1_vectors.json", "/vectors").run(|case| {
        check(&Case {
            id: text(case, "/id"),
            method: text(case, "/method"),
            uri: text(case, "/uri"),
            form: match optional(case, "/body") {
                Some(body) => Form::from_body(optional(case, "/content_type"), body.as_bytes()).unwrap(),
                None => Form::None,
            },
            realm: optional(case, "/realm"),
            oauth: pairs(case, "/oauth"),
            client_secret: text(case, "/consumer_secret"),
            token_secret: optional(case, "/token_secret").unwrap_or_default(),
            base_string: text(case, "/base_string"),
            normalised: Some(text(case, "/normalized_params")),
            signature: text(case, "/signature"),
            signature_sha256: Some(text(case, "/signature_sha256")),
        });
        // A path that is not ASCII is sent, and signed, as its bytes.
        let uri = base_string_uri(text(case, "/uri")).unwrap();
        assert_eq!(uri, text(case, "/base_string_uri"));
    });
}

#[test]
fn base_strings_signed() {
    Suite::open("oauth1", "oauth1_vectors.json", "/hmac_sha1_base_string_vectors").run(|case| {
        let secret = |name: &str| Secret::new(text(case, name));
        let method = HmacSha1::new(&secret("/consumer_secret"), Some(&secret("/token_secret")));
        assert_eq!(method.sign(text(case, "/base_string")), text(case, "/signature"));
    });
}

/// A value as the base string writes it: encoded, and encoded again with the rest.
fn encoded(value: &str) -> String {
    let target = Target::new("GET", "http://h", Form::None);
    let base = base_string(target, &[("n", value)]).unwrap();
    normalised(&base).strip_prefix("n=").unwrap().to_owned()
}

#[test]
fn encodings() {
    Suite::open("oauth1", "oauth1_vectors.json", "/percent_encoding")
        .run(|case| assert_eq!(encoded(text(case, "/0")), text(case, "/1")));
}

#[test]
fn normalisations() {
    Suite::open("oauth1", "oauth1_vectors.json", "/parameter_normalization").run(|case| {
        let uri = format!("http://h/?{}", text(case, "/0"));
        for target in [
            Target::new("GET", &uri, Form::None),
            Target::new("POST", "http://h/", Form::Encoded(text(case, "/0"))),
        ] {
            assert_eq!(normalised(&base_string(target, &[]).unwrap()), text(case, "/1"));
        }
    });
}

#[test]
fn steps_of_the_rfc() {
    Suite::open("oauth1", "protocol_oauth1.json", "/vectors").run(|case| match text(case, "/kind") {
        "oauth1_signature" if case.pointer("/input/url").is_some() => check(&Case {
            id: text(case, "/id"),
            method: text(case, "/input/method"),
            uri: text(case, "/input/url"),
            form: optional(case, "/input/form_body").map_or(Form::None, Form::Encoded),
            realm: None,
            oauth: pairs(case, "/input/oauth_params"),
            client_secret: text(case, "/input/client_secret"),
            token_secret: text(case, "/input/token_secret"),
            base_string: text(case, "/expected/base_string"),
            normalised: optional(case, "/expected/normalized"),
            signature: text(case, "/expected/signature"),
            signature_sha256: None,
        }),
        "oauth1_signature" | "oauth1_hmac_sha1_raw" => {
            let [client, token] = ["/input/client_secret", "/input/token_secret"]
                .map(|name| Secret::new(optional(case, name).unwrap_or_default()));
            let (base, expected) = (text(case, "/input/base_string"), text(case, "/expected/signature"));
            let signature = match optional(case, "/input/signature_method") {
                None | Some("HMAC-SHA1") => HmacSha1::new(&client, Some(&token)).sign(base),
                Some("HMAC-SHA256") => HmacSha256::new(&client, Some(&token)).sign(base),
                Some("HMAC-SHA512") => HmacSha512::new(&client, Some(&token)).sign(base),
                Some(other) => panic!("no check for {other}"),
            };
            assert_eq!(signature, expected);
        }
        "oauth1_body_hash" => {
            assert_eq!(text(case, "/input/hash"), "SHA-1");
            let (body, expected) = (text(case, "/input/body"), text(case, "/expected/oauth_body_hash"));
            assert_eq!(BodyHash::Sha1.of_body(body.as_bytes()), expected);
            let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), Token::None);
            let target = Target::new("PUT", "http://h/", Form::None).body_hash(body.as_bytes());
            let header = signer.authorization(target, Stamp::new(Timestamp::from_unix(1), "n")).unwrap();
            assert!(header.contains(&format!("oauth_body_hash=\"{}\"", percent::encode(expected))));
        }
        "oauth1_base_string" => {
            let form = optional(case, "/input/form_body").map_or(Form::None, Form::Encoded);
            let target = Target::new(text(case, "/input/method"), text(case, "/input/url"), form);
            let base = base_string(target, &pairs(case, "/input/oauth_params")).unwrap();
            assert_eq!(base, text(case, "/expected/base_string"));
        }
        "oauth1_parameter_collection" => {
            let uri = format!("http://example.com/request?{}", text(case, "/input/query"));
            let form = Form::Encoded(text(case, "/input/form_body"));
            let incoming =
                Incoming::new("POST", &uri, form).authorization(text(case, "/input/authorization"));
            let received = Received::parse(incoming).unwrap();
            let expected = pairs(case, "/expected/decoded");
            let of_all =
                base_string(Target::new("POST", "http://example.com/request", Form::None), &expected);
            assert_eq!(received.base_string(), of_all.unwrap());
            let parameters = received.parameters();
            let mut own: Vec<_> = parameters.iter().collect();
            own.sort_unstable();
            let mut others: Vec<_> =
                expected.into_iter().filter(|(name, _)| !name.starts_with("oauth_")).collect();
            others.sort_unstable();
            assert_eq!(own, others);
        }
        "oauth1_normalization" => {
            let target = Target::new("GET", "http://h", Form::None);
            let base = base_string(target, &pairs(case, "/input/decoded")).unwrap();
            assert_eq!(normalised(&base), text(case, "/expected/normalized"));
        }
        "oauth1_base_uri" => {
            let [scheme, host, path] = ["/input/scheme", "/input/host_header", "/input/request_target"];
            let uri = RequestUri::parts(text(case, scheme), text(case, host), text(case, path));
            assert_eq!(base_string_uri(uri).unwrap(), text(case, "/expected/base_uri"));
        }
        "oauth1_plaintext" => {
            let [client, token] = ["/input/client_secret", "/input/token_secret"].map(|at| text(case, at));
            let method = Plaintext::new(&Secret::new(client), Some(&Secret::new(token)));
            assert!(method.signature().ct_eq(text(case, "/expected/signature")));
            let signer =
                Signer::plaintext(ClientCredentials::new("ck", client), TokenCredentials::new("tk", token));
            let target = Target::new("POST", "https://h/", Form::None);
            let stamp = Stamp::new(Timestamp::from_unix(1), "n");
            let value = format!("oauth_signature=\"{}\"", text(case, "/expected/header_value"));
            assert!(signer.authorization(target, stamp).unwrap().ends_with(&value));
        }
        "oauth1_percent_encode" => {
            assert_eq!(encoded(text(case, "/input/text")), text(case, "/expected/encoded"));
        }
        kind => panic!("no check for cases of kind {kind}"),
    });
}

/// The parameters of a case that has them as an object.
fn members<'a>(case: &'a Value, pointer: &str) -> Vec<(&'a str, &'a str)> {
    let members = case.pointer(pointer).unwrap().as_object().unwrap();
    members.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

fn seed_base_string(case: &Value) -> String {
    let form: Params = match case.pointer("/form") {
        Some(_) => pairs(case, "/form").into_iter().collect(),
        None => Params::new(),
    };
    let form = form::print(&form);
    let target = Target::new(text(case, "/method"), text(case, "/url"), Form::Encoded(&form));
    base_string(target, &members(case, "/oauth")).unwrap()
}

#[test]
fn base_strings_of_the_predecessor() {
    Suite::open("oauth1", "seed.json", "/oauth1_base_strings").run(|case| {
        let base = seed_base_string(case);
        assert_eq!(base, text(case, "/base_string"), "{}", case["id"]);
        if let Some(signature) = optional(case, "/signature") {
            let [client, token] = ["/consumer_secret", "/token_secret"]
                .map(|name| Secret::new(optional(case, name).unwrap_or_default()));
            assert_eq!(HmacSha1::new(&client, Some(&token)).sign(&base), signature, "{}", case["id"]);
        }
    });
    // The one that has no scheme.
    assert!(base_string_uri("//eXample.COM").is_err());
}

#[test]
fn signatures_of_the_predecessor() {
    Suite::open("oauth1", "seed.json", "/oauth1_signatures").run(|case| {
        let client = Secret::new(text(case, "/consumer_secret"));
        let token = optional(case, "/token_secret").map(Secret::new);
        let expected = text(case, "/signature");
        match text(case, "/oauth/oauth_signature_method") {
            "PLAINTEXT" => assert!(Plaintext::new(&client, token.as_ref()).signature().ct_eq(expected)),
            "HMAC-SHA1" => {
                let method = HmacSha1::new(&client, token.as_ref());
                assert_eq!(method.sign(&seed_base_string(case)), expected, "{}", case["id"]);
            }
            other => panic!("no check for {other}"),
        }
    });
}

#[test]
fn encodings_of_the_predecessor() {
    Suite::open("oauth1", "seed.json", "/percent_encoding")
        .run(|case| assert_eq!(encoded(text(case, "/in")), text(case, "/out")));
}

#[test]
fn headers_of_the_predecessor() {
    Suite::open("oauth1", "seed.json", "/authorization_headers").run(|case| {
        if let Some(parse) = optional(case, "/parse") {
            let params = header::oauth::parse(parse).unwrap().unwrap();
            let mut own: Vec<_> = params.iter().filter(|(name, _)| *name != "realm").collect();
            own.sort_unstable();
            let mut expected = members(case, "/to");
            expected.sort_unstable();
            assert_eq!(own, expected);
        } else {
            let params: Params = ["consumer_key", "nonce", "signature_method", "signature"]
                .into_iter()
                .map(|name| (format!("oauth_{name}"), text(case, &format!("/params/{name}"))))
                .collect();
            let header = header::oauth::print(optional(case, "/realm"), &params).unwrap();
            for part in case["contains"].as_array().unwrap() {
                assert!(header.expose().contains(part.as_str().unwrap()), "{part}");
            }
        }
    });
}
