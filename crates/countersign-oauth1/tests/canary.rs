//! No secret reaches what is printed.

use countersign_oauth1::{
    Algorithm, BodyHash, ClientCredentials, Error, Explanation, Form, FromFn, HmacSha1, HmacSha256,
    HmacSha512, Incoming, KeyFault, MemoryNonces, Methods, NonceStore, NonceUse, Parameter, ParameterFault,
    Place, Plaintext, Problem, Received, Recorded, RequestUri, Scratch, Signature, SignedParameter, Signer,
    Source, Stamp, Step, Target, TemporaryCredentials, Token, TokenCredentials, UriFault, Verified, Window,
    from_fn,
};
use countersign_token::{Secret, Timestamp};
use testkit::{
    assert_no_canary,
    canary::{SECRET, check_text},
};

/// A signature method of somebody's own.
type Sign = fn(&str) -> Result<String, Error>;

const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

fn target<'a>(uri: &'a str, form: &'a str, extra: &'a [(&'a str, &'a str)]) -> Target<'a> {
    Target::new("POST", uri, Form::Encoded(form))
        .realm(SECRET)
        .callback(SECRET)
        .verifier(SECRET)
        .parameters(extra)
}

#[test]
fn nothing_shows_a_secret() {
    let uri = format!("https://h/{SECRET}?a={SECRET}");
    let form = format!("b={SECRET}");
    let extra = [(SECRET, SECRET)];
    let client = || ClientCredentials::new(SECRET, SECRET);
    let token = || TokenCredentials::new(SECRET, SECRET);
    let hmac = Signer::hmac_sha1(client(), token());
    let plaintext = || Signer::plaintext(client(), TemporaryCredentials::new(SECRET, SECRET));
    let target = target(&uri, &form, &extra);
    let stamp = Stamp::new(NOW, SECRET).entropy(&|_: &mut [u8]| Ok(()));
    let mut scratch = Scratch::new();
    let header = plaintext().sign(target, stamp, &mut scratch).unwrap().to_owned();
    let incoming = Incoming::new("POST", &uri, Form::Encoded(&form)).authorization(&header);
    let incoming = incoming.body(SECRET.as_bytes());
    let received = Received::parse(incoming).unwrap();
    let verified = received.clone().verify(&Secret::new(SECRET), Some(&Secret::new(SECRET))).unwrap();
    let used = NonceUse::new(SECRET, Some(SECRET), NOW, SECRET);
    let mut nonces = MemoryNonces::new(1);
    nonces.record(used, NOW);
    for pair in [Token::from(token()), Token::from(TemporaryCredentials::new(SECRET, SECRET)), Token::Empty] {
        assert_no_canary! { Token => pair }
    }
    assert_no_canary! {
        Algorithm, Display => Algorithm::HmacSha1,
        ClientCredentials => ClientCredentials::new("public", SECRET),
        TokenCredentials => token(),
        TemporaryCredentials => TemporaryCredentials::new(SECRET, SECRET),
        BodyHash => BodyHash::Sha1,
        Error, Display => Error::Unsigned,
        FromFn<Sign> => from_fn("X", |_| Ok(SECRET.to_owned())),
        Form<'_> => Form::Encoded(&form),
        HmacSha1 => HmacSha1::new(&Secret::new(SECRET), None),
        HmacSha256 => HmacSha256::new(&Secret::new(SECRET), None),
        HmacSha512 => HmacSha512::new(&Secret::new(SECRET), None),
        KeyFault, Display => KeyFault::Malformed,
        Methods => Methods::default(),
        Incoming<'_> => incoming,
        MemoryNonces => nonces,
        NonceUse<'_> => used,
        Parameter, Display => Parameter::Other,
        ParameterFault => ParameterFault::Malformed,
        Place, Display => Place::Header,
        Plaintext => Plaintext::new(&Secret::new(SECRET), None),
        Problem, Display => Problem::TokenUsed,
        Received => received,
        Recorded => Recorded::Used,
        RequestUri<'_> => RequestUri::from(&uri),
        RequestUri<'_> => RequestUri::parts("https", SECRET, SECRET),
        Scratch => scratch,
        Signature => Signature::from(SECRET),
        Signer => hmac,
        Signer => plaintext(),
        Stamp<'_> => stamp,
        Target<'_> => target,
        Verified => verified,
        UriFault, Display => UriFault::Fragment,
        Window => Window::default(),
    }
}

/// Errors made from requests that are full of secrets.
#[test]
fn errors_show_what_and_where_only() {
    let signer = Signer::plaintext(ClientCredentials::new(SECRET, SECRET), Token::None);
    let sign = |method: &str, uri: &str, form: &str, extra: &[(&str, &str)]| {
        let target = Target::new(method, uri, Form::Encoded(form)).realm("\"").parameters(extra);
        signer.authorization(target, Stamp::new(NOW, SECRET)).unwrap_err()
    };
    let parse = |header: &str| {
        let header = header.replace('$', SECRET);
        let incoming = Incoming::new("GET", "https://h/", Form::None).authorization(&header);
        Received::parse(incoming).unwrap_err()
    };
    let at = |path: &str| format!("https://h/{SECRET}{path}");
    let errors = [
        sign("GET", &at("#"), "", &[]),
        sign("GET", &at(" "), "", &[]),
        sign("GET", &format!("https://{SECRET}@h/"), "", &[]),
        sign("GET", &format!("http://{SECRET}/"), "", &[]),
        sign("GET", &at(""), &format!("{SECRET}=%"), &[]),
        sign("GET", &at("?oauth_token=1"), "", &[]),
        sign(&format!("{SECRET} "), &at(""), "", &[]),
        sign("GET", &at(""), "", &[("oauth_nonce", SECRET)]),
        sign("GET", &at(""), "", &[]),
        parse("OAuth $"),
        parse("OAuth $=\"%ff\""),
        parse("OAuth $=\"a\", $=\"a\""),
        parse("OAuth oauth_signature_method=\"$\""),
        parse("OAuth oauth_version=\"$\""),
        parse("OAuth oauth_signature_method=\"HMAC-SHA1\", oauth_nonce=\"n\", oauth_timestamp=\"$\""),
        parse("Basic $"),
    ];
    for error in errors {
        check_text("an error", &format!("{error} {error:?} {:?}", error.report().iter().collect::<Vec<_>>()));
    }
}

#[test]
fn no_step_of_an_explanation_shows_a_secret() {
    let (uri, form) = (format!("https://h/?{SECRET}={SECRET}"), format!("{SECRET}={SECRET}"));
    let extra = [(SECRET, SECRET)];
    let (client, token) =
        (ClientCredentials::new(SECRET, SECRET), TokenCredentials::new(SECRET, SECRET).into());
    let stamp = Stamp::new(NOW, SECRET);
    let explain =
        |algorithm| Explanation::new(algorithm, &client, &token, target(&uri, &form, &extra), stamp).unwrap();
    let steps = explain(Algorithm::Plaintext);
    assert_no_canary! {
        SignedParameter => steps.collected()[0].clone(),
        Explanation => steps,
        Source, Display => Source::Query,
        Step, Display => Step::Sign,
    }
    // A person sees the parameters, and never the key.
    let signed = Explanation::new(
        Algorithm::Plaintext,
        &ClientCredentials::new("ck", SECRET),
        &TokenCredentials::new("tk", SECRET).into(),
        Target::new("GET", "https://h/", Form::None),
        stamp_of("n"),
    );
    let signed = signed.unwrap();
    Step::ALL.iter().for_each(|step| check_text("a step", signed.text(*step).expose()));
}

fn stamp_of(nonce: &str) -> Stamp<'_> {
    Stamp::new(NOW, nonce)
}

#[cfg(feature = "diagnose")]
#[test]
fn no_diagnosis_shows_a_secret() {
    use countersign_oauth1::{Diagnosis, Difference, Dispute, Finding, Limits, Mistake, Reason, Segment};

    let (uri, form) = (format!("https://h/?{SECRET}={SECRET}"), format!("{SECRET}={SECRET}"));
    let (client, token) =
        (ClientCredentials::new(SECRET, SECRET), TokenCredentials::new(SECRET, SECRET).into());
    let extra = [(SECRET, SECRET)];
    let target = target(&uri, &form, &extra);
    let dispute = Dispute::new(Algorithm::HmacSha1, &client, &token, target, Stamp::new(NOW, SECRET))
        .body(SECRET.as_bytes())
        .other_nonce(SECRET);
    let mistake = Mistake::from_id("hex").unwrap();
    let (finding, signature) = dispute.commit(&[mistake]).unwrap().remove(0);
    let diagnosis = dispute.expect_signature(signature.unwrap().expose()).unwrap();
    assert_eq!(diagnosis.found().len(), 1);
    let ours = diagnosis.base_string().expose().to_owned();
    assert_no_canary! {
        Diagnosis => diagnosis,
        Difference => Difference::between(&ours, &ours.replace("h%2F", "i%2F")).unwrap(),
        Difference => Difference::between(&ours, &ours.replace("secr3t", "public")).or(Difference::between(&ours, SECRET)).unwrap(),
        Dispute<'_> => dispute,
        Finding => finding,
        Limits => Limits::default(),
        Mistake, Display => mistake,
        Reason => Reason::Value,
        Segment, Display => Segment::Parameters,
    }
}

#[cfg(feature = "rsa")]
#[test]
fn no_key_is_shown() {
    use countersign_oauth1::{Rsa, RsaHash, RsaPrivateKey, RsaPublicKey};

    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../testkit/vectors/oauth1/rsa.json");
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let pem = file.pointer("/published/0/pem").unwrap().as_str().unwrap();
    let key = || RsaPrivateKey::from_legacy_pem(pem).unwrap();
    assert_eq!(format!("{:?}", key()), "RsaPrivateKey(..)");
    assert_eq!(format!("{:?}", key().public_key()), "RsaPublicKey { bits: 1024 }");
    assert_eq!(
        format!("{:?}", Rsa::signing(RsaHash::Sha256, key())),
        "Rsa { hash: Sha256, key: \"private\" }"
    );
    let broken = format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----");
    let error = RsaPrivateKey::from_pem(broken).unwrap_err();
    check_text("an error", &format!("{error} {error:?}"));
    assert_no_canary! {
        Rsa => Rsa::signing(RsaHash::Sha1, key()),
        RsaHash => RsaHash::Sha1,
        RsaPrivateKey => key(),
        RsaPublicKey => key().public_key(),
    }
}
