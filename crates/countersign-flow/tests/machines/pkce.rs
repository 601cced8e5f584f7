use countersign_flow::pkce::Verifier;
use countersign_token::Secret;
use testkit::{entropy, vectors::Suite};

#[test]
fn verifier_and_challenge_are_those_of_rfc_7636_appendix_b() {
    Suite::open("protocol", "pkce_verifier.json", "/vectors").run(|case| {
        let octets: Vec<u8> = case["input"]["octets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|octet| u8::try_from(octet.as_u64().unwrap()).unwrap())
            .collect();
        let verifier = Verifier::from_octets(&octets.try_into().unwrap());
        assert!(verifier.secret().ct_eq(case["expected"]["code_verifier"].as_str().unwrap()));
    });
    Suite::open("protocol", "pkce_challenge.json", "/vectors").run(|case| {
        let verifier = Secret::new(case["input"]["code_verifier"].as_str().unwrap());
        let challenge = Verifier::from_text(&verifier).unwrap().challenge();
        assert_eq!(challenge, case["expected"]["code_challenge"].as_str().unwrap());
    });
}

#[test]
fn verifiers_follow_the_grammar_of_rfc_7636_section_4_1() {
    Suite::open("protocol", "pkce_verifier_syntax.json", "/vectors").run(|case| {
        let verifier = Secret::new(case["input"]["code_verifier"].as_str().unwrap());
        let valid = case["expected"]["valid"].as_bool().unwrap();
        assert_eq!(Verifier::from_text(&verifier).is_some(), valid, "{}", case["id"]);
    });
}

#[test]
fn verifiers_are_random_and_43_characters_long() {
    let entropy = entropy::Counting::new(1);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..1000 {
        let verifier = Verifier::generate(&entropy).unwrap();
        assert_eq!(verifier.secret().expose().len(), 43);
        assert!(Verifier::from_text(verifier.secret()).is_some());
        assert!(seen.insert(verifier.secret().expose().to_string()));
    }
    assert!(Verifier::generate(&entropy::Empty::default()).is_err());
}
