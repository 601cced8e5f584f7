//! What a signer sends, and what it refuses to sign.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Error, Form, Incoming, Parameter, ParameterFault, Place, Received, Scratch,
    Signer, Stamp, Target, TemporaryCredentials, Token, TokenCredentials, nonce,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::{flow::NoEntropy, header};

const URI: &str = "https://example.com/x?a=1";

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(1_700_000_000), "n0nce")
}

fn signer() -> Signer {
    Signer::hmac_sha1(ClientCredentials::new("c k", "cs"), TokenCredentials::new("t/k", "ts"))
}

/// Names and values of a header, the signature apart.
fn sent(signer: &Signer, target: Target<'_>) -> Vec<(String, String)> {
    let field = signer.authorization(target, stamp()).unwrap();
    let params = header::oauth::parse(&field).unwrap().unwrap();
    params
        .iter()
        .filter(|(name, _)| *name != "oauth_signature")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn names(signer: &Signer, target: Target<'_>) -> Vec<String> {
    sent(signer, target).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_header_is_what_the_grammar_prints() {
    let extra = [("scope", "a b"), ("oauth_session_handle", "h\u{e9}")];
    let target = Target::new("GET", URI, Form::None)
        .realm("Photos, and more")
        .callback("http://cb/?x=y")
        .verifier("v&w")
        .parameters(&extra);
    let field = signer().authorization(target, stamp()).unwrap();
    let mut params = header::oauth::parse(&field).unwrap().unwrap();
    assert_eq!(params.first("realm"), Some("Photos, and more"));
    params = params.iter().filter(|(name, _)| *name != "realm").collect();
    assert_eq!(header::oauth::print(Some("Photos, and more"), &params).unwrap().expose(), field);
    let expected = [
        ("oauth_consumer_key", "c k"),
        ("oauth_token", "t/k"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1700000000"),
        ("oauth_nonce", "n0nce"),
        ("oauth_version", "1.0"),
        ("oauth_callback", "http://cb/?x=y"),
        ("oauth_verifier", "v&w"),
        ("scope", "a b"),
        ("oauth_session_handle", "h\u{e9}"),
    ];
    assert_eq!(params.iter().take(10).collect::<Vec<_>>(), expected);
}

#[test]
fn the_token_is_sent_as_it_was_given() {
    let client = || ClientCredentials::new("ck", "cs");
    let target = Target::new("GET", URI, Form::None);
    let token = |token: Token| {
        let signer = Signer::hmac_sha1(client(), token);
        sent(&signer, target).into_iter().find(|(name, _)| name == "oauth_token").map(|(_, value)| value)
    };
    assert_eq!(token(Token::None), None);
    assert_eq!(token(Token::from(None::<TokenCredentials>)), None);
    assert_eq!(token(Token::Empty).as_deref(), Some(""));
    assert_eq!(token(TemporaryCredentials::new("tmp", "s").into()).as_deref(), Some("tmp"));
    assert_eq!(token(TokenCredentials::new("tk", "s").into()).as_deref(), Some("tk"));
}

#[test]
fn the_version_is_optional() {
    let target = Target::new("GET", URI, Form::None);
    let version = String::from("oauth_version");
    assert!(names(&signer(), target).contains(&version));
    assert!(!names(&signer(), target.version(false)).contains(&version));
}

#[test]
fn every_place_holds_the_same_signature() {
    let target = Target::new("POST", URI, Form::Encoded("b=2+3"));
    let place_of = |incoming: Incoming<'_>| {
        let verified =
            Received::parse(incoming).unwrap().verify(&Secret::new("cs"), Some(&Secret::new("ts"))).unwrap();
        (verified.received().place(), verified.received().base_string().to_owned())
    };
    let base = signer().base_string(target, stamp()).unwrap();

    let field = signer().authorization(target, stamp()).unwrap();
    let incoming = Incoming::new("POST", URI, Form::Encoded("b=2+3")).authorization(&field);
    assert_eq!(place_of(incoming), (Place::Header, base.clone()));

    let url = signer().query(target, stamp()).unwrap();
    assert!(
        url.starts_with("https://example.com/x?a=1&oauth_consumer_key=c%20k&oauth_token=t%2Fk&"),
        "{url}"
    );
    let incoming = Incoming::new("POST", &url, Form::Encoded("b=2+3")).authorization("Basic Zm9v");
    assert_eq!(place_of(incoming), (Place::Query, base.clone()));

    let body = signer().form(target, stamp()).unwrap();
    assert!(body.starts_with("b=2+3&oauth_consumer_key=c%20k&"), "{body}");
    assert_eq!(place_of(Incoming::new("POST", URI, Form::Encoded(&body))), (Place::Form, base));
}

#[test]
fn parameters_are_appended_with_one_separator() {
    for (uri, start) in [
        ("https://h", "https://h?oauth_c"),
        ("https://h/?", "https://h/?oauth_c"),
        ("https://h/?a&", "https://h/?a&oauth_c"),
        ("https://h/?a=?", "https://h/?a=?&oauth_c"),
    ] {
        let url = signer().query(Target::new("GET", uri, Form::None), stamp()).unwrap();
        assert!(url.starts_with(start), "{url}");
    }
    for (form, start) in [
        (Form::None, "oauth_c"),
        (Form::Encoded(""), "oauth_c"),
        (Form::Encoded("a=1&"), "a=1&oauth_c"),
        (Form::Encoded("a"), "a&oauth_c"),
    ] {
        let body = signer().form(Target::new("POST", URI, form), stamp()).unwrap();
        assert!(body.starts_with(start), "{body}");
    }
}

#[test]
fn any_method_is_signed_in_upper_case_and_encoded() {
    for (method, start) in [("get", "GET&"), ("M-Search", "M-SEARCH&"), ("a*b|c", "A%2AB%7CC&")] {
        let base = signer().base_string(Target::new(method, URI, Form::None), stamp()).unwrap();
        assert!(base.starts_with(start), "{base}");
    }
    for method in ["", "GE T", "G\u{e9}T", "GET\n", "GET/"] {
        let result = signer().base_string(Target::new(method, URI, Form::None), stamp());
        assert_eq!(result, Err(Error::Method), "{method:?}");
    }
}

fn refused(signer: &Signer, target: Target<'_>, stamp: Stamp<'_>, expected: &Error) {
    assert_eq!(signer.authorization(target, stamp).as_ref(), Err(expected));
    if !matches!(expected, Error::Parameter { parameter: Parameter::Realm, fault: ParameterFault::Malformed })
    {
        assert_eq!(signer.query(target, stamp).as_ref(), Err(expected));
        assert_eq!(signer.form(target, stamp).as_ref(), Err(expected));
    }
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let target = Target::new("GET", URI, Form::None);
    let of = |parameter, fault| Error::Parameter { parameter, fault };
    let malformed = |parameter| of(parameter, ParameterFault::Malformed);
    for realm in ["a\"b", "a\\b", "a\r\nb", "\u{e9}"] {
        refused(&signer(), target.realm(realm), stamp(), &malformed(Parameter::Realm));
    }
    for time in [0, -5] {
        let stamp = Stamp::new(Timestamp::from_unix(time), "n");
        refused(&signer(), target, stamp, &malformed(Parameter::Timestamp));
    }
    let no_nonce = Stamp::new(Timestamp::from_unix(1), "");
    refused(&signer(), target, no_nonce, &malformed(Parameter::Nonce));
    for (name, parameter) in [
        ("oauth_nonce", Parameter::Nonce),
        ("oauth_signature", Parameter::Signature),
        ("oauth_body_hash", Parameter::BodyHash),
        ("Realm", Parameter::Realm),
    ] {
        let extra = [(name, "x")];
        let expected = of(parameter, ParameterFault::Reserved);
        refused(&signer(), target.parameters(&extra), stamp(), &expected);
    }
}

#[test]
fn a_parameter_without_a_name_is_neither_signed_nor_read() {
    let target = Target::new("GET", "https://h/?=x&y", Form::None);
    let nameless = Error::Parameter { parameter: Parameter::Other, fault: ParameterFault::Nameless };
    refused(&signer(), target.parameters(&[("", "x")]), stamp(), &nameless);
    assert!(Received::parse(Incoming::new("GET", URI, Form::None).authorization(r#"OAuth ="x""#)).is_err());
    assert!(header::oauth::parse(r#"OAuth ="x""#).is_err());
    // In a query it is a pair like any other (RFC 5849 §3.4.1.3.1), which is signed and read.
    let field = signer().authorization(target, stamp()).unwrap();
    let incoming = Incoming::new("GET", "https://h/?=x&y", Form::None).authorization(&field);
    let verified =
        Received::parse(incoming).unwrap().verify(&Secret::new("cs"), Some(&Secret::new("ts"))).unwrap();
    assert_eq!(verified.received().parameters().iter().collect::<Vec<_>>(), [("", "x"), ("y", "")]);
}

#[test]
fn a_request_that_carries_protocol_parameters_is_not_signed_again() {
    let second = |parameter| Error::Parameter { parameter, fault: ParameterFault::SecondPlace };
    let uri = "https://h/?oauth%5Ftoken=x";
    refused(&signer(), Target::new("GET", uri, Form::None), stamp(), &second(Parameter::Token));
    let form = Form::Encoded("a=1&oauth_nonce");
    refused(&signer(), Target::new("POST", URI, form), stamp(), &second(Parameter::Nonce));
    // A name that only begins alike is an ordinary parameter.
    let target = Target::new("GET", "https://h/?oauth_tokens=x&xoauth_requestor_id=a%40b", Form::None);
    assert!(signer().authorization(target, stamp()).is_ok());
}

#[test]
fn broken_forms_are_refused_with_the_position() {
    for (form, position) in [("%", 0), ("a=%2", 2), ("a=1&&b=%zz", 7), ("%41%4\u{e9}=b", 3)] {
        let target = Target::new("POST", URI, Form::Encoded(form));
        refused(&signer(), target, stamp(), &Error::Form { position });
    }
}

#[test]
fn plaintext_is_sent_over_tls_or_to_this_machine_only() {
    let signer = Signer::plaintext(ClientCredentials::new("ck", "c&s"), TokenCredentials::new("tk", "ts"));
    for uri in ["http://example.com/", "http://127.0.0.1.example/", "http://localhost.example/"] {
        refused(&signer, Target::new("GET", uri, Form::None), stamp(), &Error::ClearText);
    }
    for uri in ["https://example.com/", "http://127.0.0.1:8080/", "http://[::1]/", "http://LOCALHOST/"] {
        let field = signer.authorization(Target::new("GET", uri, Form::None), stamp()).unwrap();
        assert!(field.ends_with(r#"oauth_signature="c%2526s%26ts""#), "{field}");
    }
}

#[test]
fn methods_whose_key_is_not_made_of_the_secrets_are_a_typed_error() {
    for name in ["RSA-SHA1", "RSA-SHA256", "RSA-SHA512", "own"] {
        let algorithm = Algorithm::from_name(name).unwrap_or(Algorithm::Own);
        let error = Signer::new(algorithm, ClientCredentials::new("ck", "cs"), Token::None).unwrap_err();
        let expected =
            Error::Parameter { parameter: Parameter::SignatureMethod, fault: ParameterFault::Unsupported };
        assert_eq!(error, expected, "{name}");
    }
    let signer = Signer::new(Algorithm::Plaintext, ClientCredentials::new("ck", "cs"), Token::None).unwrap();
    assert_eq!(signer.algorithm().to_string(), "PLAINTEXT");
    assert_eq!(Algorithm::from_name("hmac-sha1"), None);
}

#[test]
fn a_scratch_forgets_the_request_before() {
    let mut scratch = Scratch::new();
    let long = Target::new("POST", "https://h/?a=1&b=2", Form::Encoded("c=3")).realm("r").callback("oob");
    signer().sign(long, stamp(), &mut scratch).unwrap();
    assert!(signer().sign(Target::new("GET", "bad", Form::None), stamp(), &mut scratch).is_err());
    let short = Target::new("GET", URI, Form::None);
    let fresh = signer().authorization(short, stamp()).unwrap();
    assert_eq!(signer().sign(short, stamp(), &mut scratch).unwrap(), fresh);
}

#[test]
fn sixteen_threads_share_a_signer() {
    let signer = signer();
    let target = Target::new("POST", URI, Form::Encoded("b=2"));
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let signer = &signer;
            scope.spawn(move || {
                let mut scratch = Scratch::new();
                for round in 0..50 {
                    let nonce = format!("{thread}-{round}");
                    let stamp = Stamp::new(Timestamp::from_unix(1_700_000_000), &nonce);
                    let expected = self::signer().authorization(target, stamp).unwrap();
                    assert_eq!(signer.sign(target, stamp, &mut scratch).unwrap(), expected);
                }
            });
        }
    });
}

#[test]
fn nonces_are_random_bytes_in_hexadecimal() {
    assert!(nonce(&|_: &mut [u8]| Err(NoEntropy)).is_err());
    let nonce = nonce(&|out: &mut [u8]| {
        out.copy_from_slice(b"\x00\x0f\xf0\xff0123456789ab");
        Ok(())
    });
    assert_eq!(nonce.unwrap(), "000ff0ff303132333435363738396162");
}
