//! What is serialised, member by member, and what never is.

use countersign_oauth1::{
    Algorithm, ClientCredentials, Difference, Dispute, Error, Explanation, Form, Methods, Mistake, Parameter,
    ParameterFault, Problem, Signer, Source, Stamp, Step, Target, Token, TokenCredentials, from_fn,
};
use countersign_token::{ClientId, Timestamp};
use serde_json::{Value, json, to_value};
use testkit::canary::{SECRET, check_text};

const URL: &str = "http://localhost:4567/fun?foo=first%2Csecond";

fn stamp() -> Stamp<'static> {
    Stamp::new(Timestamp::from_unix(123), "3")
}

fn explanation(algorithm: Algorithm, client_secret: &str, token_secret: &str) -> Explanation {
    let client = ClientCredentials::new("a", client_secret);
    let token = TokenCredentials::new("123", token_secret).into();
    let url = URL.replace("http:", "https:");
    Explanation::new(algorithm, &client, &token, Target::new("GET", &url, Form::None), stamp()).unwrap()
}

#[test]
fn an_explanation_is_the_seven_steps_and_what_they_come_to() {
    let client = ClientCredentials::new("a", "b");
    let token = TokenCredentials::new("123", "abc").into();
    let target = Target::new("post", URL, Form::Encoded("c=d+e"));
    let it = Explanation::new(Algorithm::HmacSha1, &client, &token, target, stamp()).unwrap();
    let written = to_value(&it).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names(&written), "authorization base_string signature steps");
    assert_eq!(written["base_string"], it.base_string().expose());
    assert_eq!(written["signature"], it.signature().expose());
    assert_eq!(written["authorization"], it.authorization().expose());

    let steps = written["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 7);
    for (step, written) in Step::ALL.iter().zip(steps) {
        assert_eq!(
            (&written["step"], &written["description"]),
            (&json!(step.as_str()), &json!(step.description()))
        );
        assert_eq!(written["step"], to_value(step).unwrap());
    }
    let foo = json!({ "source": "query", "start": 26, "end": 44, "written": "foo=first%2Csecond" });
    assert_eq!(steps[0]["parameters"][0], foo);
    assert_eq!(
        steps[0]["parameters"][1],
        json!({ "source": "form", "start": 0, "end": 5, "written": "c=d+e" })
    );
    assert_eq!(steps[1]["parameters"][1], json!({ "name": "c", "value": "d e" }));
    assert_eq!(steps[2]["parameters"][0], json!({ "name": "foo", "value": "first%2Csecond" }));
    assert_eq!(steps[3]["parameters"][0], json!({ "name": "c", "value": "d%20e" }));
    for step in &steps[..4] {
        assert_eq!(
            (names(step).as_str(), step["parameters"].as_array().unwrap().len()),
            ("description parameters step", 8)
        );
    }
    assert_eq!(
        (names(&steps[4]), &steps[4]["text"]),
        ("description step text".into(), &json!(it.joined().expose()))
    );
    let [method, uri, parameters] = it.segments();
    assert_eq!(
        steps[5],
        json!({
            "step": "base-string", "description": Step::BaseString.description(), "method": method,
            "uri": uri, "parameters": parameters, "text": it.base_string().expose(),
        })
    );
    assert_eq!(
        steps[6],
        json!({
            "step": "sign", "description": Step::Sign.description(), "method": "HMAC-SHA1", "key": null,
            "signature": it.signature().expose(),
        })
    );
    // In the order in which a person reads them.
    let text = serde_json::to_string(&it).unwrap();
    assert!(text.starts_with(r#"{"steps":[{"step":"collect","description":"#), "{text}");

    let both = json!({
        "source": "query", "start": 26, "end": 44, "written": "foo=first%2Csecond",
        "name": "foo", "value": "first,second",
    });
    assert_eq!(to_value(&it.collected()[0]).unwrap(), both);
    assert_eq!(to_value(Source::Header).unwrap(), "header");
}

#[test]
fn the_key_is_never_written() {
    #[track_caller]
    fn check(it: &Explanation, signed: bool) {
        let text = serde_json::to_string(it).unwrap();
        check_text("an explanation", &text);
        let written: Value = serde_json::from_str(&text).unwrap();
        assert!(written["steps"][6]["key"].is_null());
        for signature in [&written["signature"], &written["authorization"], &written["steps"][6]["signature"]]
        {
            assert_eq!(signature.is_string(), signed);
        }
    }
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256, Algorithm::HmacSha512] {
        check(&explanation(algorithm, SECRET, SECRET), true);
    }
    // Its signature is the key of the others.
    let plaintext = explanation(Algorithm::Plaintext, SECRET, SECRET);
    assert!(plaintext.signature().expose().contains(SECRET));
    check(&plaintext, false);
    let target = Target::new("GET", "https://h/", Form::None);
    let signer = Signer::plaintext(ClientCredentials::new("a", SECRET), Token::None);
    check(&Explanation::with_signer(&signer, target, stamp()).unwrap(), false);
    let unsigned = from_fn("X-NONE", |_: &str| Ok(String::new()));
    let signer = Signer::with_method(unsigned, ClientId::new("a"), Token::None);
    check(&Explanation::with_signer(&signer, target, stamp()).unwrap(), false);
}

#[test]
fn a_diagnosis_names_mistakes_by_their_ids() {
    let client = ClientCredentials::new("a", SECRET);
    let token = TokenCredentials::new("123", SECRET).into();
    let target = Target::new("GET", URL, Form::None);
    let dispute = Dispute::new(Algorithm::HmacSha1, &client, &token, target, stamp());
    let mistake = Mistake::from_id("query-double-encoded").unwrap();
    assert_eq!(to_value(mistake).unwrap(), "query-double-encoded");
    let (finding, signature) = dispute.commit(&[mistake]).unwrap().remove(0);
    assert_eq!(to_value(&finding).unwrap(), json!(["query-double-encoded"]));
    for signature in [signature.unwrap().expose(), "nonsense"] {
        let it = dispute.expect_signature(signature).unwrap();
        let ids = |found: &[countersign_oauth1::Finding]| -> Vec<Vec<&str>> {
            found.iter().map(|one| one.mistakes().iter().map(|mistake| mistake.id()).collect()).collect()
        };
        let text = serde_json::to_string(&it).unwrap();
        let tried = it.tried();
        let found = serde_json::to_string(&ids(it.found())).unwrap();
        let gave_up = it.gave_up();
        assert_eq!(it.found().is_empty(), signature == "nonsense");
        let expected = format!(r#"{{"agrees":false,"found":{found},"tried":{tried},"gave_up":{gave_up}}}"#);
        assert_eq!(text, expected);
        check_text("a diagnosis", &text);
    }
    let right = dispute.expect_base_string(finding.base_string().expose()).unwrap();
    assert_eq!(to_value(&right).unwrap()["found"], json!([["query-double-encoded"]]));
}

#[test]
fn a_difference_says_where_and_why() {
    let ours = "GET&http%3A%2F%2Fexample.com%2F&a%3D1%26b%3Dx%252Cy";
    let theirs = "GET&http%3A%2F%2Fexample.com%2F&a%3D1%26b%3Dx%25252Cy";
    let it = Difference::between(ours, theirs).unwrap();
    let expected = json!({
        "segment": "parameters", "offset": 49, "parameter": "b", "reason": it.reason().description(),
        "ours": "b=x%2Cy", "theirs": "b=x%252Cy",
    });
    assert_eq!(to_value(&it).unwrap(), expected);
    let it = Difference::between(ours, "PUT&x&y").unwrap();
    assert_eq!(to_value(&it).unwrap()["parameter"], Value::Null);
}

#[test]
fn a_refusal_is_what_a_server_answers_with() {
    #[track_caller]
    fn check(error: &Error, expected: Value) {
        let written = to_value(error).unwrap();
        assert_eq!(written["message"], error.to_string());
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&written[name], value, "{name}");
        }
        assert_eq!(written.as_object().unwrap().len(), 4);
    }
    check(
        &Error::Refused { problem: Problem::NonceUsed },
        json!({ "oauth_problem": "nonce_used", "report": { "oauth_problem": "nonce_used" }, "status": 401 }),
    );
    let fault = ParameterFault::NotAccepted(Methods::NONE.with(Algorithm::HmacSha1));
    check(
        &Error::Parameter { parameter: Parameter::SignatureMethod, fault },
        json!({ "oauth_problem": "signature_method_rejected", "status": 400 }),
    );
    check(&Error::Unsigned, json!({ "oauth_problem": null, "report": {}, "status": 401 }));
    assert_eq!(to_value(Problem::TokenUsed).unwrap(), "token_used");
}
