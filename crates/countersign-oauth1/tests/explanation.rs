//! The steps to a signature are those of the signer.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Error, Explanation, Form, Parameter, Signer, Source, Stamp, Step, Target,
    Token, TokenCredentials,
};
use countersign_token::Timestamp;
use countersign_wire::{form, header, percent};
use proptest::{collection::vec, prelude::*, sample::select};

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(137_131_201), "7d8f3e4a")
}

fn client() -> ClientCredentials {
    ClientCredentials::new("9djdj82h48djs9d2", "j49sk3j29djd")
}

fn token() -> Token {
    TokenCredentials::new("kkk9d7dh3k39sjv7", "dh893hdasih9").into()
}

/// RFC 5849 §3.4.1, whose example this is.
#[test]
fn the_example_of_the_rfc_step_by_step() {
    let uri = "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b";
    let body = "c2&a3=2+q";
    let target = Target::new("post", uri, Form::Encoded(body)).realm("no \" here").version(false);
    let error = Explanation::new(Algorithm::HmacSha1, &client(), &token(), target, stamp()).unwrap_err();
    assert!(matches!(error, Error::Parameter { parameter: Parameter::Realm, .. }));

    let target = target.realm("Example, a=");
    let it = Explanation::new(Algorithm::HmacSha1, &client(), &token(), target, stamp()).unwrap();
    let lines = |step: Step| it.text(step).expose().lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        lines(Step::Collect)[..7],
        [
            "query 27..38: b5=%3D%253D",
            "query 39..43: a3=a",
            "query 44..49: c%40=",
            "query 50..58: a2=r%20b",
            "form 0..2: c2",
            "form 3..9: a3=2+q",
            "header 27..64: oauth_consumer_key=\"9djdj82h48djs9d2\"",
        ]
    );
    assert_eq!(
        lines(Step::Decode)[..7],
        [
            "b5 = =%3D",
            "a3 = a",
            "c@ = ",
            "a2 = r b",
            "c2 = ",
            "a3 = 2 q",
            "oauth_consumer_key = 9djdj82h48djs9d2"
        ]
    );
    assert_eq!(
        lines(Step::Encode)[..6],
        ["b5 = %3D%253D", "a3 = a", "c%40 = ", "a2 = r%20b", "c2 = ", "a3 = 2%20q"]
    );
    assert_eq!(lines(Step::Sort)[..3], ["a2 = r%20b", "a3 = 2%20q", "a3 = a"]);
    assert_eq!(
        it.text(Step::Join).expose(),
        "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2&\
         oauth_nonce=7d8f3e4a&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&\
         oauth_token=kkk9d7dh3k39sjv7"
    );
    assert_eq!(it.request_method(), "POST");
    assert_eq!(it.uri(), "http://example.com/request");
    assert_eq!(it.text(Step::BaseString).expose(), it.base_string().expose());
    // The signature that the RFC should have printed (errata 2550).
    assert_eq!(it.signature().expose(), "r6/TJjbCOr97/+UU0NsvSne7s5g=");
    assert_eq!(it.key().unwrap().expose(), "j49sk3j29djd&dh893hdasih9");
    assert_eq!(it.method_name(), "HMAC-SHA1");
    let last = it.text(Step::Sign);
    assert!(last.expose().contains("r6/TJjbCOr97/+UU0NsvSne7s5g="));
    assert!(!last.expose().contains("j49sk3j29djd"));
}

#[test]
fn plaintext_shows_no_secret_unless_asked() {
    let target = Target::new("GET", "https://example.com/", Form::None);
    let it = Explanation::new(Algorithm::Plaintext, &client(), &token(), target, stamp()).unwrap();
    assert_eq!(it.signature().expose(), "j49sk3j29djd&dh893hdasih9");
    assert!(Step::ALL.iter().all(|step| !it.text(*step).expose().contains("dh893hdasih9")));

    let signer = Signer::plaintext(client(), token());
    assert!(Explanation::with_signer(&signer, target, stamp()).unwrap().key().is_none());
    let bare = Target::new("GET", "http://example.com/", Form::None);
    assert_eq!(Explanation::with_signer(&signer, bare, stamp()).unwrap_err(), Error::ClearText);
}

/// A plus sign is a space in a query and a form, and itself in a header.
#[test]
fn a_plus_sign_stands_for_a_space_where_it_does() {
    let target = Target::new("GET", "https://example.com/?a+b=c+d", Form::Encoded("e=+")).callback("a+b c");
    let it = Explanation::new(Algorithm::HmacSha1, &client(), &token(), target, stamp()).unwrap();
    let text = it.text(Step::Decode);
    for line in ["a b = c d", "e =  ", "oauth_callback = a+b c"] {
        assert!(text.expose().lines().any(|own| own == line), "{line}");
    }
}

#[test]
fn the_steps_have_names_and_sentences() {
    let names: Vec<_> = Step::ALL.iter().map(|step| step.as_str()).collect();
    assert_eq!(names, ["collect", "decode", "encode", "sort", "join", "base-string", "sign"]);
    assert!(Step::ALL.iter().all(|step| step.description().ends_with('.')));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]{0,2}", "[a-c0!+ %&=~*,;\"é]{0,6}", ".{0,5}"]
        .prop_filter("the protocol's own names are another test", |word| !word.starts_with("oauth_"))
}

fn fields() -> impl Strategy<Value = String> {
    let pair = (word(), word(), any::<[bool; 2]>()).prop_map(|(name, value, [plus, bare])| {
        let encode = |text: &str| if plus { form::encode(text) } else { percent::encode(text) };
        if bare { encode(&name) } else { format!("{}={}", encode(&name), encode(&value)) }
    });
    // Escapes of bytes that are no UTF-8 are signed all the same.
    vec(prop_oneof![9 => pair, 1 => Just("%ff=%C3".to_owned())], 0..6).prop_map(|pairs| pairs.join("&"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn it_is_what_the_signer_does(
        algorithm in select(vec![
            Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512, Algorithm::Plaintext,
        ]),
        query in fields(),
        body in fields(),
        realm in "[ -~&&[^\"\\\\]]{0,10}",
        callback in word(),
        extra in vec((word(), word()), 0..3),
        two_legged: bool,
        version: bool,
    ) {
        let uri = format!("https://Example.com:443/a%2Fb?{query}");
        let extra: Vec<_> = extra
            .iter()
            // A header has no parameter without a name.
            .filter(|(name, _)| !name.is_empty() && !name.eq_ignore_ascii_case("realm"))
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let target = Target::new("put", &uri, Form::Encoded(&body))
            .realm(&realm)
            .callback(&callback)
            .parameters(&extra)
            .version(version);
        let token = if two_legged { Token::Empty } else { token() };
        let signer = Signer::new(algorithm, client(), token.clone()).unwrap();
        let it = Explanation::new(algorithm, &client(), &token, target, stamp()).unwrap();

        let authorization = signer.authorization(target, stamp()).unwrap();
        prop_assert_eq!(it.authorization().expose(), &authorization);
        let sent = header::oauth::parse(&authorization).unwrap().unwrap();
        prop_assert_eq!(it.signature().expose(), sent.first("oauth_signature").unwrap());
        let base = signer.base_string(target, stamp()).unwrap();
        prop_assert_eq!(it.base_string().expose(), &base);

        // Each step leads to the next, and the last to what the signer signs.
        prop_assert_eq!(it.segments().join("&"), base);
        let [method, encoded_uri, parameters] = it.segments();
        prop_assert_eq!(method, it.request_method());
        prop_assert_eq!(encoded_uri, percent::encode(it.uri()));
        prop_assert_eq!(parameters, percent::encode(it.joined().expose()));
        let sorted: Vec<_> = it
            .sorted()
            .map(|one| format!("{}={}", one.encoded_name(), one.encoded_value().expose()))
            .collect();
        prop_assert_eq!(sorted.join("&"), it.joined().expose());
        for one in it.collected() {
            let text = match one.source() {
                Source::Query => &uri,
                Source::Form => &body,
                _ => &authorization,
            };
            prop_assert_eq!(&text[one.range()], one.written().expose());
            if !one.encoded_name().contains("%FF") {
                prop_assert_eq!(percent::encode(&one.name()), one.encoded_name());
                prop_assert_eq!(percent::encode(one.value().expose()), one.encoded_value().expose());
            }
        }
    }
}
