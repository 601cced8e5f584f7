//! Percent-encoding, forms and header fields, against vectors and by property.

use countersign_wire::{
    Error, Params, form,
    header::{basic, bearer, challenge, oauth},
    percent,
};
use proptest::prelude::*;
use serde_json::Value;
use testkit::vectors::Suite;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn percent_encoding_vectors() {
    Suite::open("protocol", "oauth1_percent_encode.json", "/vectors").run(|case| {
        let plain = text(&case["input"]["text"]);
        let encoded = text(&case["expected"]["encoded"]);
        assert_eq!(percent::encode(plain), encoded);
        assert_eq!(percent::decode(encoded).unwrap(), plain);
    });
}

#[test]
fn form_encoding_vectors() {
    Suite::open("protocol", "form_urlencode.json", "/vectors").run(|case| {
        assert_eq!(form::encode(text(&case["input"]["text"])), text(&case["expected"]["encoded"]));
    });
}

#[test]
fn basic_vectors() {
    Suite::open("protocol", "basic_auth.json", "/vectors").run(|case| {
        let (id, secret) = (text(&case["input"]["client_id"]), text(&case["input"]["client_secret"]));
        let printed = basic::print(id, secret);
        assert_eq!(printed.expose(), text(&case["expected"]["header"]));
        let (read_id, read_secret) = basic::parse(printed.expose()).unwrap().unwrap();
        assert_eq!((read_id.as_str(), read_secret.expose()), (id, secret));
    });
}

#[test]
fn bearer_vectors() {
    Suite::open("protocol", "bearer_request.json", "/vectors").run(|case| {
        let printed = bearer::print(text(&case["input"]["token"])).unwrap();
        assert_eq!(format!("Authorization: {}", printed.expose()), text(&case["expected"]["header"]));
    });
    for broken in ["", "a b", "a\r\nX: y", "é"] {
        assert!(bearer::print(broken).is_err(), "{broken:?}");
    }
    assert!(bearer::parse("Basic x").unwrap().is_none());
    assert!(bearer::parse("Bearer a b").is_err());
}

#[test]
fn challenge_vectors() {
    Suite::open("protocol", "www_authenticate.json", "/vectors").run(|case| {
        let parsed = challenge::parse(text(&case["input"]["header"]));
        let expected = case["expected"].get("challenges").unwrap_or(&case["expected"]);
        if expected.is_null() {
            assert!(parsed.is_err(), "{}", case["id"]);
            return;
        }
        let challenges = parsed.unwrap();
        let expected: Vec<(&str, &Value)> = expected
            .as_array()
            .unwrap()
            .iter()
            .map(|one| match one {
                Value::Array(pair) => (text(&pair[0]), &pair[1]),
                object => (text(&object["scheme"]), &object["params"]),
            })
            .collect();
        assert_eq!(challenges.len(), expected.len(), "{}", case["id"]);
        for (challenge, (scheme, params)) in challenges.iter().zip(expected) {
            assert_eq!(challenge.scheme, scheme, "{}", case["id"]);
            for (name, value) in params.as_object().unwrap() {
                let read =
                    if name == "token68" { challenge.token68.as_deref() } else { challenge.param(name) };
                assert_eq!(read, value.as_str(), "{}: {name}", case["id"]);
            }
            let count = params.as_object().unwrap().keys().filter(|name| *name != "token68").count();
            assert_eq!(challenge.params.len(), count, "{}", case["id"]);
        }
    });
}

#[test]
fn oauth_header_forms() {
    let field = "oauth realm=\"a%20b\",\r\n oauth_token = \"x%2Cy\" ,oauth_nonce=n,, oauth_version=\"1.0\"";
    let params = oauth::parse(field).unwrap().unwrap();
    let read: Vec<_> = params.iter().collect();
    assert_eq!(
        read,
        [("realm", "a%20b"), ("oauth_token", "x,y"), ("oauth_nonce", "n"), ("oauth_version", "1.0")]
    );
    assert!(oauth::parse("Bearer x").unwrap().is_none());
    for broken in ["OAuth a", "OAuth a=\"b", "OAuth a=b c=d", "OAuth =x", "OAuth a=\"%zz\""] {
        assert!(oauth::parse(broken).is_err(), "{broken}");
    }
    assert!(oauth::print(Some("a\"b"), &Params::new()).is_err());
    assert!(oauth::print(None, &Params::new().with("", "x")).is_err());
}

#[test]
fn parameters_are_unique_or_refused() {
    let params = form::parse("a=1&b=&c&a=2&&d=%2B+").unwrap();
    assert_eq!(params.len(), 5);
    assert_eq!(params.unique("a"), Err(Error::Repeated { name: "a".into() }));
    assert_eq!(params.unique("b"), Ok(None));
    assert_eq!(params.required("c"), Err(Error::Missing { name: "c" }));
    assert_eq!(params.unique("d"), Ok(Some("+ ")));
    assert_eq!(params.repeated(), Some("a"));
    assert_eq!(form::parse("a=1&b=%4").unwrap_err(), Error::PercentEncoding { position: 6 });
    assert_eq!(form::parse("a=%ff").unwrap_err(), Error::NotUtf8);
}

#[test]
fn queries_are_appended_to() {
    let params = Params::new().with("a", "1 2");
    for (uri, expected) in [
        ("https://x/y", "https://x/y?a=1+2"),
        ("https://x/y?", "https://x/y?a=1+2"),
        ("https://x/y?b=1", "https://x/y?b=1&a=1+2"),
    ] {
        assert_eq!(form::append_to_query(uri, &params), expected);
    }
}

proptest! {
    #[test]
    fn percent_round_trip(text in ".*") {
        prop_assert_eq!(percent::decode(&percent::encode(&text)).unwrap(), text);
    }

    #[test]
    fn form_round_trip(pairs in proptest::collection::vec((".+", ".*"), 0..8)) {
        let params: Params = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let read = form::parse(&form::print(&params)).unwrap();
        let read: Vec<_> = read.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(read, pairs);
    }

    #[test]
    fn oauth_header_round_trip(pairs in proptest::collection::vec((".+", ".*"), 0..8)) {
        let params: Params = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let read = oauth::parse(oauth::print(Some("r"), &params).unwrap().expose()).unwrap().unwrap();
        let read: Vec<_> = read.iter().skip(1).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(read, pairs);
    }

    #[test]
    fn basic_round_trip(id in ".*", secret in ".*") {
        let (read_id, read_secret) = basic::parse(basic::print(&id, &secret).expose()).unwrap().unwrap();
        prop_assert_eq!((read_id.as_str(), read_secret.expose()), (id.as_str(), secret.as_str()));
    }

    #[test]
    fn nothing_makes_a_reader_panic(text in ".*") {
        let _ = challenge::parse(&text);
        let _ = oauth::parse(&format!("OAuth {text}"));
        let _ = basic::parse(&text);
        let _ = form::parse(&text);
    }
}
