//! Signed requests as a server reads them.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Error, Form, HmacSha1, Incoming, Methods, Parameter, ParameterFault, Place,
    Problem, Received, RequestUri, Signer, Stamp, Target, Token, Verified, base_string,
};
use countersign_token::{Secret, Timestamp};
use countersign_wire::form;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

const URI: &str = "https://example.com/x";

/// A header whose signature is nobody's: what is checked before any secret.
const GOOD: [(&str, &str); 6] = [
    ("oauth_consumer_key", "ck"),
    ("oauth_token", "tk"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_timestamp", "1700000000"),
    ("oauth_nonce", "n"),
    ("oauth_signature", "c2ln"),
];

/// The good parameters, with one replaced, added (a new name) or left out (`None`).
fn with(name: &str, value: Option<&str>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = GOOD
        .iter()
        .filter(|(own, _)| *own != name)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    pairs
}

fn print(pairs: &[(String, String)], place: Place) -> String {
    match place {
        Place::Header => {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
            format!("OAuth {}", pairs.join(", "))
        }
        _ => {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            pairs.join("&")
        }
    }
}

/// Parses the parameters in each of the three places, with the same answer.
fn parse(pairs: &[(String, String)]) -> Result<Received, Error> {
    let header = print(pairs, Place::Header);
    let result = Received::parse(Incoming::new("POST", URI, Form::None).authorization(&header));
    let form = print(pairs, Place::Form);
    let in_form = Received::parse(Incoming::new("POST", URI, Form::Encoded(&form)));
    let query = format!("{URI}?{}", print(pairs, Place::Query));
    let in_query = Received::parse(Incoming::new("GET", &query, Form::None));
    assert_eq!(in_form.as_ref().err(), result.as_ref().err(), "{pairs:?}");
    assert_eq!(in_query.as_ref().err(), result.as_ref().err(), "{pairs:?}");
    result
}

fn check(pairs: &[(String, String)], parameter: Parameter, fault: ParameterFault, problem: Problem) {
    let error = parse(pairs).unwrap_err();
    assert_eq!(error, Error::Parameter { parameter, fault }, "{pairs:?}");
    assert_eq!(error.problem(), Some(problem));
    assert_eq!(error.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_good_request_is_read() {
    let received = parse(&with("oauth_version", Some("1.0"))).unwrap();
    assert_eq!(received.consumer_key(), "ck");
    assert_eq!(received.token(), Some("tk"));
    assert_eq!(received.timestamp(), Some(Timestamp::from_unix(1_700_000_000)));
    assert_eq!(received.nonce(), Some("n"));
    assert_eq!(received.algorithm(), Algorithm::HmacSha1);
    assert_eq!((received.callback(), received.verifier().is_none()), (None, true));
    assert!(received.parameters().is_empty());
    assert_eq!(parse(&with("oauth_token", Some(""))).unwrap().token(), None);
    let received = parse(&with("oauth_verifier", Some("v"))).unwrap();
    assert!(received.verifier().unwrap().ct_eq("v"));
    assert_eq!(parse(&with("oauth_callback", Some("oob"))).unwrap().callback(), Some("oob"));
}

#[test]
fn missing_parameters_are_named() {
    use Parameter::{ConsumerKey, Nonce, Signature, SignatureMethod, Timestamp};
    for parameter in [ConsumerKey, SignatureMethod, Timestamp, Nonce, Signature] {
        for value in [None, Some("")] {
            let pairs = with(parameter.as_str(), value);
            check(&pairs, parameter, ParameterFault::Missing, Problem::ParameterAbsent);
            let report = form::print(&parse(&pairs).unwrap_err().report());
            assert_eq!(report, format!("oauth_problem=parameter_absent&oauth_parameters_absent={parameter}"));
        }
    }
}

#[test]
fn repeated_parameters_are_refused() {
    for (name, value) in GOOD {
        let mut pairs = with(name, Some(value));
        pairs.push((name.to_owned(), value.to_owned()));
        let Err(Error::Parameter { parameter, fault }) = parse(&pairs) else {
            panic!("{name} may repeat");
        };
        assert_eq!((parameter.as_str(), fault), (name, ParameterFault::Repeated));
    }
    for (extra, parameter) in [("realm", Parameter::Realm), ("scope", Parameter::Other)] {
        let header = format!("{}, {extra}=\"a\", {extra}=\"b\"", print(&with("", None), Place::Header));
        let error =
            Received::parse(Incoming::new("GET", URI, Form::None).authorization(&header)).unwrap_err();
        let fault = ParameterFault::Repeated;
        assert_eq!(error, Error::Parameter { parameter, fault });
    }
    // Outside the protocol's own, names may repeat in query and form.
    let uri = format!("{URI}?a=1&a=2&{}", print(&with("", None), Place::Query));
    assert!(Received::parse(Incoming::new("GET", &uri, Form::None)).is_ok());
}

#[test]
fn two_places_are_refused() {
    let header = print(&with("", None), Place::Header);
    let pairs = print(&with("", None), Place::Form);
    let uri = format!("{URI}?{pairs}");
    let refused = |incoming: Incoming<'_>, parameter| {
        let fault = ParameterFault::SecondPlace;
        let error = Received::parse(incoming).unwrap_err();
        assert_eq!(error, Error::Parameter { parameter, fault });
        assert_eq!(error.problem(), Some(Problem::ParameterRejected));
        assert_eq!(error.status(), 400);
    };
    let key = Parameter::ConsumerKey;
    refused(Incoming::new("GET", &uri, Form::None).authorization(&header), key);
    refused(Incoming::new("POST", URI, Form::Encoded(&pairs)).authorization(&header), key);
    refused(Incoming::new("POST", &uri, Form::Encoded(&pairs)), key);
    let uri = format!("{URI}?oauth_verifier=v");
    refused(Incoming::new("GET", &uri, Form::None).authorization(&header), Parameter::Verifier);
    refused(Incoming::new("GET", &uri, Form::Encoded(&pairs)), Parameter::Verifier);
    // A body that is no form is not looked into.
    let body = Form::from_body(Some("text/plain"), pairs.as_bytes()).unwrap();
    assert!(Received::parse(Incoming::new("POST", URI, body).authorization(&header)).is_ok());
}

#[test]
fn a_request_without_oauth_is_told_from_a_broken_one() {
    for incoming in [
        Incoming::new("GET", URI, Form::None),
        Incoming::new("GET", URI, Form::None).authorization("Bearer abc"),
        Incoming::new("POST", "https://h/?oauthtoken=1", Form::Encoded("OAUTH_TOKEN=x")),
    ] {
        let error = Received::parse(incoming).unwrap_err();
        assert_eq!((error.status(), error.problem()), (StatusCode::UNAUTHORIZED, None));
        assert_eq!(error, Error::Unsigned);
        assert!(error.report().is_empty());
    }
    let empty = Received::parse(Incoming::new("GET", URI, Form::None).authorization("OAuth "));
    assert_eq!(empty.unwrap_err().problem(), Some(Problem::ParameterAbsent));
}

#[test]
fn versions_methods_and_extensions_that_are_unknown_are_refused() {
    use Parameter::{BodyHash, SignatureMethod, Timestamp, Version};
    use ParameterFault::{Malformed, NotAccepted, Unsupported};
    for version in ["1.1", "2.0", "1", ""] {
        check(&with("oauth_version", Some(version)), Version, Malformed, Problem::VersionRejected);
    }
    for method in ["HMAC-MD5", "hmac-sha1", "plaintext", "own", "RSA-SHA1", "RSA-SHA256", "RSA-SHA512"] {
        let pairs = with("oauth_signature_method", Some(method));
        check(&pairs, SignatureMethod, NotAccepted(Methods::default()), Problem::SignatureMethodRejected);
        assert_eq!(
            form::print(&parse(&pairs).unwrap_err().report()),
            "oauth_problem=signature_method_rejected&\
             oauth_acceptable_signature_methods=HMAC-SHA1%26HMAC-SHA256%26HMAC-SHA512%26PLAINTEXT"
        );
    }
    for method in ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"] {
        let received = parse(&with("oauth_signature_method", Some(method))).unwrap();
        assert_eq!((received.method_name(), received.algorithm().as_str()), (method, method));
    }
    let hash = with("oauth_body_hash", Some("x"));
    check(&hash, BodyHash, Unsupported, Problem::ParameterRejected);
    for time in ["0", "-1", "1.5", "1e9", "0x10", "%2B5", "99999999999999999999"] {
        check(&with("oauth_timestamp", Some(time)), Timestamp, Malformed, Problem::ParameterRejected);
    }
}

#[test]
fn broken_headers_forms_and_uris_are_refused() {
    let parse = |incoming: Incoming<'_>| Received::parse(incoming).unwrap_err();
    let get = Incoming::new("GET", URI, Form::None);
    assert_eq!(parse(get.authorization("OAuth a")), Error::Header { position: 1 });
    assert!(matches!(parse(get.authorization("OAuth a=\"%zz\"")), Error::Header { .. }));
    assert_eq!(parse(get.authorization("OAuth a=\"%ff\"")), Error::NotUtf8 { place: Place::Header });
    assert_eq!(parse(Incoming::new("POST", URI, Form::Encoded("a=%"))), Error::Form { position: 2 });
    let form = format!("a=%ff&{}", print(&with("", None), Place::Form));
    assert_eq!(
        parse(Incoming::new("POST", URI, Form::Encoded(&form))),
        Error::NotUtf8 { place: Place::Form }
    );
    let uri = format!("{URI}?a=%ff&{}", print(&with("", None), Place::Query));
    assert_eq!(parse(Incoming::new("GET", &uri, Form::None)), Error::NotUtf8 { place: Place::Query });
    assert!(matches!(
        parse(Incoming::new("GET", "https://h/?a=%", Form::None)),
        Error::Uri { position: 13, .. }
    ));
    let header = print(&with("", None), Place::Header);
    assert_eq!(parse(Incoming::new("G T", URI, Form::None).authorization(&header)), Error::Method);
    assert_eq!(
        Form::from_body(Some("application/x-www-form-urlencoded"), b"\xff").unwrap_err(),
        Error::NotUtf8 { place: Place::Form }
    );
}

fn signed(signer: &Signer) -> String {
    let stamp = Stamp::new(Timestamp::from_unix(1_700_000_000), "n");
    signer.authorization(Target::new("GET", URI, Form::None), stamp).unwrap()
}

fn verify(header: &str, client: &str, token: Option<&str>) -> Result<Verified, Error> {
    let received = Received::parse(Incoming::new("GET", URI, Form::None).authorization(header)).unwrap();
    received.verify(&Secret::new(client), token.map(Secret::new).as_ref())
}

#[test]
fn a_signature_holds_under_its_secrets_alone() {
    let client = || ClientCredentials::new("ck", "cs");
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512, Algorithm::Plaintext]
    {
        let header = signed(&Signer::new(algorithm, client(), Token::None).unwrap());
        assert!(header.contains(&format!("oauth_signature_method=\"{algorithm}\"")), "{header}");
        assert_eq!(verify(&header, "cs", None).unwrap().into_received().consumer_key(), "ck");
        assert!(verify(&header, "cs", Some("")).is_ok());
        for (client, token) in [("cs2", None), ("c", None), ("", None), ("cs", Some("x")), ("cs&", None)] {
            let error = verify(&header, client, token).unwrap_err();
            let problem = Problem::SignatureInvalid;
            assert_eq!(error, Error::Refused { problem });
            assert_eq!(error.status(), 401);
        }
    }
}

#[test]
fn plaintext_without_tls_is_refused_and_needs_no_nonce() {
    let header =
        r#"OAuth oauth_consumer_key="ck", oauth_signature_method="PLAINTEXT", oauth_signature="cs%26""#;
    let incoming = |uri| Incoming::new("GET", uri, Form::None).authorization(header);
    let error = Received::parse(incoming("http://example.com/")).unwrap_err();
    assert_eq!((&error, error.problem()), (&Error::ClearText, Some(Problem::SignatureMethodRejected)));
    let received = Received::parse(incoming(URI)).unwrap();
    assert_eq!((received.timestamp(), received.nonce()), (None, None));
    assert!(received.verify(&Secret::new("cs"), None).is_ok());
}

#[test]
fn refusing_an_unknown_client_names_the_problem() {
    let header = signed(&Signer::hmac_sha1(ClientCredentials::new("nobody", "s"), Token::None));
    let received = Received::parse(Incoming::new("GET", URI, Form::None).authorization(&header)).unwrap();
    let problem = Problem::ConsumerKeyUnknown;
    assert_eq!(received.refuse(problem), Error::Refused { problem });
}

#[test]
fn an_http_request_is_taken_as_the_library_hands_it_over() {
    let body = b"b=2+3";
    let uri = RequestUri::parts("https", "public.example", "/x?a=1");
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), Token::None);
    let stamp = Stamp::new(Timestamp::from_unix(1_700_000_000), "n");
    let target = Target::new(&Method::POST, "https://public.example/x?a=1", Form::Encoded("b=2+3"));
    let field = HeaderValue::from_str(&signer.authorization(target, stamp).unwrap()).unwrap();

    let mut headers = HeaderMap::new();
    headers.insert("authorization", field.clone());
    headers
        .insert("content-type", HeaderValue::from_static("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
    let incoming = Incoming::from_http(&Method::POST, uri, &headers, body).unwrap();
    let received = Received::parse(incoming).unwrap();
    let params = received.parameters();
    assert_eq!(params.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2 3")]);
    let verified = received.verify(&Secret::new("cs"), None).unwrap();
    assert_eq!(verified.received().place(), Place::Header);

    // Without its content type the body is no form, and the signature covers something else.
    headers.remove("content-type");
    let incoming = Incoming::from_http(&Method::POST, uri, &headers, body).unwrap();
    assert!(Received::parse(incoming).unwrap().verify(&Secret::new("cs"), None).is_err());

    headers.append("authorization", field);
    let second = Incoming::from_http(&Method::POST, uri, &headers, body).unwrap_err();
    assert_eq!(second, Error::Header { position: 0 });
}

#[test]
fn extra_parameters_of_the_header_are_signed_and_handed_over() {
    let extra = [("xoauth_displayname", "A b"), ("scope", "s")];
    let signer = Signer::hmac_sha1(ClientCredentials::new("ck", "cs"), Token::None);
    let target = Target::new("GET", URI, Form::None).realm("R").parameters(&extra);
    let header = signer.authorization(target, Stamp::new(Timestamp::from_unix(1), "n")).unwrap();
    let received = Received::parse(Incoming::new("GET", URI, Form::None).authorization(&header)).unwrap();
    assert_eq!(received.parameters().iter().collect::<Vec<_>>(), extra);
    assert_eq!(received.realm(), Some("R"));
    assert!(received.verify(&Secret::new("cs"), None).is_ok());
}

#[test]
fn escapes_in_protocol_names_and_values_are_read_as_what_they_mean() {
    let base = base_string(
        Target::new("GET", URI, Form::None),
        &[
            ("oauth_consumer_key", "c k"),
            ("oauth_nonce", "n"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "5"),
        ],
    );
    let signature = HmacSha1::new(&Secret::new("cs"), None).sign(&base.unwrap());
    let query = format!(
        "oauth%5Fconsumer%5fkey=c+k&oauth_nonce=%6E&oauth_signature_method=HMAC-SHA1&oauth_timestamp=5&oauth_signature={}",
        signature.replace('+', "%2b").replace('=', "%3d")
    );
    let uri = format!("{URI}?{query}");
    let received = Received::parse(Incoming::new("GET", &uri, Form::None)).unwrap();
    assert_eq!(received.consumer_key(), "c k");
    assert!(received.verify(&Secret::new("cs"), None).is_ok());
}

#[test]
fn problems_have_the_names_and_statuses_of_the_extension() {
    let report = |problem| form::print(&Error::Refused { problem }.report());
    assert_eq!(report(Problem::TokenRevoked), "oauth_problem=token_revoked");
    for (problem, status) in [
        (Problem::VersionRejected, 400),
        (Problem::ParameterAbsent, 400),
        (Problem::ParameterRejected, 400),
        (Problem::SignatureMethodRejected, 400),
        (Problem::TimestampRefused, 401),
        (Problem::NonceUsed, 401),
        (Problem::SignatureInvalid, 401),
        (Problem::ConsumerKeyUnknown, 401),
        (Problem::ConsumerKeyRejected, 401),
        (Problem::TokenUsed, 401),
        (Problem::TokenExpired, 401),
        (Problem::TokenRevoked, 401),
        (Problem::TokenRejected, 401),
        (Problem::AdditionalAuthorizationRequired, 401),
        (Problem::PermissionUnknown, 401),
        (Problem::PermissionDenied, 401),
        (Problem::VerifierInvalid, 401),
    ] {
        assert_eq!(problem.status(), status, "{problem}");
        assert!(problem.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    }
}
