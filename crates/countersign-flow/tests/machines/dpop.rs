use countersign_flow::{
    AuthorizationRequest, Authorize, Bearer, Callback, ClientAssertion, ClientAuthentication,
    ClientCredentialsGrant, ClientRegistration, DPoP, DeviceAuthorization, Error, JwtBearerGrant,
    PendingAuthorization, ProofKey, Refresh, RefreshSource, RequestView, Source,
    dpop::{Nonces, Proof, wanted_nonce},
    error::Misuse,
};
use countersign_token::{AccessToken, Binding, Key, RefreshToken, Secret, Timestamp, TokenSet, TokenType};
use countersign_wire::flow::{Env, Input};
use http::{Method, Request, Response};
use testkit::vectors::Suite;

use crate::support::{
    Plain, confidential, env, json, not_sent, numbered, play, play_in_time, proof, public, server,
    whole_server, with_nonce,
};

const BOUND: &str = r#"{"access_token":"at","token_type":"DPoP","refresh_token":"rt"}"#;

fn client() -> ClientRegistration {
    public().with_proof_key(ProofKey::new(Plain("thumb")))
}

fn wants(nonce: &str) -> Input {
    with_nonce(json(400, r#"{"error":"use_dpop_nonce"}"#), nonce)
}

fn refresh(client: &ClientRegistration) -> Refresh {
    Refresh::new(&server().token_endpoint, client, &RefreshToken::new("rt"), "")
}

#[test]
fn a_token_request_proves_the_key_and_the_token_is_bound_to_it() {
    let played = play(refresh(&client()), [json(200, BOUND)]);
    assert_eq!(proof(&played.requests[0])[2..], ["POST", "https://as.example/token", "-", "-", "0"]);
    let access = played.done().tokens.access;
    assert_eq!(access.token_type, TokenType::DPoP);
    assert_eq!(access.binding, Some(Binding::DPoP { thumbprint: "thumb".into() }));
    // Without a key nothing is proved, and nothing is bound.
    let played = play(refresh(&public()), [json(200, r#"{"access_token":"a","token_type":"bearer"}"#)]);
    assert!(!played.requests[0].headers().contains_key("dpop"));
    assert_eq!(played.done().tokens.access.binding, None);
}

#[test]
fn the_challenge_of_rfc_9449_section_8_is_met_once() {
    Suite::open("protocol", "dpop_nonce_challenge.json", "/vectors").run(|case| {
        let (input, nonce) = (&case["input"], case["expected"]["nonce"].as_str().unwrap());
        let status = u16::try_from(input["status"].as_u64().unwrap()).unwrap();
        let challenge = || {
            let answer = json(status, input["body"].as_str().unwrap());
            with_nonce(answer, input["headers"]["DPoP-Nonce"].as_str().unwrap())
        };
        let played = play(refresh(&client()), [challenge(), json(200, BOUND)]);
        let (first, second) = (proof(&played.requests[0]), proof(&played.requests[1]));
        assert_eq!((first[5].as_str(), second[5].as_str()), ("-", nonce));
        assert_ne!(first[1], second[1], "each proof is new");
        let uri = "https://as.example/other".parse().unwrap();
        assert_eq!(played.done().nonces.get(&uri), Some(nonce), "and known for the next time");

        let played = play(refresh(&client()), [challenge(), challenge()]);
        assert_eq!(played.requests.len(), 2);
        assert!(matches!(played.error(), Error::Refused(_)), "a second such answer is final");
    });
}

#[test]
fn a_challenge_without_a_usable_nonce_is_final() {
    let answers = [
        json(400, r#"{"error":"use_dpop_nonce"}"#),
        with_nonce(wants("a"), "b"),
        wants(""),
        wants("a\"b"),
        wants(&"x".repeat(1025)),
        with_nonce(json(400, r#"{"error":"invalid_dpop_proof"}"#), "n"),
        with_nonce(json(403, r#"{"error":"use_dpop_nonce"}"#), "n"),
    ];
    for answer in answers {
        let played = play(refresh(&client()), [answer]);
        assert_eq!(played.requests.len(), 1);
        assert!(matches!(played.error(), Error::Refused(_)));
    }
    // A client without a key has nothing to prove.
    assert_eq!(play(refresh(&public()), [wants("n")]).requests.len(), 1);
}

#[test]
fn a_retry_has_a_fresh_assertion_as_well_as_a_fresh_proof() {
    let authentication = ClientAuthentication::Assertion(ClientAssertion::new(numbered("jwt")));
    let client =
        ClientRegistration::new("robot", authentication).with_proof_key(ProofKey::new(Plain("thumb")));
    let played = play(refresh(&client), [wants("n-1"), json(200, BOUND)]);
    let assertion = |index| played.form(index).unique("client_assertion").unwrap().unwrap().to_string();
    assert_eq!((assertion(0), assertion(1)), ("jwt-1".into(), "jwt-2".into()));
    let flow = JwtBearerGrant::new(&server().token_endpoint, numbered("grant"), "").client(&client);
    let played = play(flow, [wants("n-1"), json(200, BOUND)]);
    let assertion = |index| played.form(index).unique("assertion").unwrap().unwrap().to_string();
    assert_eq!((assertion(0), assertion(1)), ("grant-1".into(), "grant-2".into()));
    assert_eq!(proof(&played.requests[1])[5], "n-1");
}

#[test]
fn nonces_are_remembered_from_any_answer() {
    // One that came with a success is used by the next request, without another round trip.
    let played = play(refresh(&client()), [with_nonce(json(200, BOUND), "n-1")]);
    let nonces = played.done().nonces;
    let known = public().with_proof_key(ProofKey::new(Plain("thumb")).with_nonces(nonces));
    let played = play(refresh(&known), [json(200, BOUND)]);
    assert_eq!(proof(&played.requests[0])[5], "n-1");

    // One that came with trouble counts for the repetition.
    let flow = ClientCredentialsGrant::new(&server().token_endpoint, &client(), "");
    let played = play(flow, [with_nonce(json(503, "{}"), "n-2"), json(200, BOUND)]);
    assert_eq!(proof(&played.requests[1])[5], "n-2");
    let flow = ClientCredentialsGrant::new(&server().token_endpoint, &client(), "");
    let played = play(flow, [not_sent(), wants("n-3"), json(200, BOUND)]);
    assert_eq!(proof(&played.requests[2])[5], "n-3");
}

#[test]
fn nonces_belong_to_origins() {
    let uri = |text: &str| text.parse().unwrap();
    let answer = |nonce: &str| Response::builder().header("dpop-nonce", nonce).body(()).unwrap();
    let mut nonces = Nonces::new();
    nonces.observe(&uri("https://as.example/token"), answer("one").headers());
    nonces.observe(&uri("https://as.example:8443/token"), answer("two").headers());
    nonces.observe(&uri("http://127.0.0.1:80/"), answer("three").headers());
    for (text, expected) in [
        ("https://as.example/", Some("one")),
        ("https://AS.example:443/a?b", Some("one")),
        ("https://as.example:8443/", Some("two")),
        ("http://127.0.0.1/", Some("three")),
        ("https://127.0.0.1/", None),
        ("http://as.example/", None),
        ("https://api.as.example/", None),
    ] {
        assert_eq!(nonces.get(&uri(text)), expected, "{text}");
    }
    nonces.observe(&uri("https://as.example/token"), answer("four").headers());
    nonces.observe(&uri("https://as.example/token"), Response::new(()).headers());
    assert_eq!(nonces.get(&uri("https://as.example/")), Some("four"));
}

#[test]
fn what_was_to_be_bound_is_not_taken_unbound() {
    let bearer = || json(200, r#"{"access_token":"a","token_type":"Bearer"}"#);
    let error = play(refresh(&client()), [bearer()]).error();
    assert_eq!(error, countersign_wire::Error::TokenType.into());
    let either = public().with_proof_key(ProofKey::new(Plain("thumb")).or_bearer());
    let access = play(refresh(&either), [bearer()]).done().tokens.access;
    assert_eq!((access.token_type, access.binding), (TokenType::Bearer, None));
}

#[test]
fn a_code_is_redeemed_with_the_key_its_login_began_with() {
    let redeem = |pending: PendingAuthorization| {
        let query = format!("code=x&state={}", pending.state().expose());
        match pending.callback(&query).unwrap() {
            Callback::Ours(code) => play(code.redeem(), []),
            Callback::NotOurs(_) => panic!("ours"),
        }
    };
    let (url, pending) = AuthorizationRequest::new(&server(), &client()).begin(&env()).unwrap();
    assert!(url.contains("dpop_jkt=thumb"));
    let back = || PendingAuthorization::from_blob(&pending.to_blob()).unwrap();
    assert_eq!(redeem(back()).error(), Misuse::ProofKey.into());
    assert_eq!(redeem(back().with_proof_key(ProofKey::new(Plain("other")))).error(), Misuse::ProofKey.into());
    let again = redeem(back().with_proof_key(ProofKey::new(Plain("thumb"))));
    assert_eq!(proof(&again.requests[0])[0], "thumb");
    assert_eq!(proof(&redeem(pending).requests[0])[0], "thumb");
}

#[test]
fn a_device_proves_its_key_at_each_poll() {
    let body = r#"{"device_code":"d","user_code":"U","verification_uri":"https://x/","expires_in":600}"#;
    let flow = DeviceAuthorization::new(&whole_server(), &client()).unwrap();
    let pending = play(flow, [json(200, body)]).done();
    let waiting = || json(400, r#"{"error":"authorization_pending"}"#);
    let script = [wants("n-1"), waiting(), with_nonce(waiting(), "n-2"), wants("n-3"), json(200, BOUND)];
    let played = play_in_time(pending.poll(), script);
    let nonces: Vec<String> = played.requests.iter().map(|request| proof(request)[5].clone()).collect();
    assert_eq!(nonces, ["-", "n-1", "n-1", "n-2", "n-3"]);
    assert_eq!(played.times, [5, 5, 10, 15, 15]);
    assert!(played.done().tokens.access.binding.is_some());
}

#[test]
fn a_proof_names_the_address_without_query_and_the_hash_of_the_token() {
    Suite::open("protocol", "dpop_ath.json", "/vectors").run(|case| {
        let uri = "https://api.example:8443/a%20b?c=d".parse().unwrap();
        let proof = Proof::new(&Method::GET, &uri, None)
            .with_token(&Secret::new(case["input"]["access_token"].as_str().unwrap()));
        assert_eq!(proof.token_hash.as_deref(), case["expected"]["ath"].as_str());
        assert_eq!(proof.target, "https://api.example:8443/a%20b");
    });
    let uri = "https://api.example".parse().unwrap();
    assert_eq!(Proof::new(&Method::GET, &uri, None).target, "https://api.example/");
}

#[test]
fn a_resource_request_shows_token_and_proof() {
    let bound = |thumbprint: Option<&str>| {
        let mut access = AccessToken::bearer("at-1".into(), Timestamp::from_unix(0));
        access.token_type = TokenType::DPoP;
        access.binding = thumbprint.map(|thumbprint| Binding::DPoP { thumbprint: thumbprint.into() });
        TokenSet::new(access)
    };
    let authorize = |uri: &str, tokens: &TokenSet, nonce: Option<&str>| {
        let mut request = Request::put(uri).body(Vec::new()).unwrap();
        let mut view = RequestView::whole(&request);
        view.dpop_nonce = nonce;
        DPoP::new(Plain("thumb")).authorize(view, Some(tokens), &env())?.apply(&mut request);
        Ok(request)
    };
    let request = authorize("https://api.example/f?x=1", &bound(Some("thumb")), Some("n-1")).unwrap();
    assert_eq!(request.headers()["authorization"], "DPoP at-1");
    assert!(request.headers()["authorization"].is_sensitive());
    let own = proof(&request);
    assert_eq!((own[2].as_str(), own[3].as_str(), own[5].as_str()), ("PUT", "https://api.example/f", "n-1"));
    assert_eq!(own[4].len(), 43);
    assert!(authorize("http://127.0.0.1:1/", &bound(None), None).is_ok());

    let refused = |uri, tokens: &TokenSet| -> Error { authorize(uri, tokens, None).unwrap_err() };
    assert_eq!(refused("http://api.example/", &bound(None)), Misuse::ClearText.into());
    assert_eq!(refused("https://api.example/", &bound(Some("other"))), Misuse::ProofKey.into());
    let bearer = TokenSet::new(AccessToken::bearer("a".into(), Timestamp::from_unix(0)));
    assert_eq!(refused("https://api.example/", &bearer), Misuse::TokenType.into());
    let request = Request::new(Vec::new());
    let error = DPoP::new(Plain("t")).authorize(RequestView::whole(&request), None, &env()).unwrap_err();
    assert_eq!(error, Misuse::NoToken { name: "access_token" }.into());
    let error = Bearer.authorize(RequestView::whole(&request), Some(&bound(None)), &env()).unwrap_err();
    assert_eq!(error, Misuse::TokenType.into(), "a bound token is no bearer token");
}

#[test]
fn a_nonce_is_wanted_by_a_body_or_a_challenge_and_nothing_else() {
    let answer = |status: u16, challenge: &str, body: &str, nonce: Option<&str>| {
        let mut response = Response::builder().status(status).header("www-authenticate", challenge);
        if let Some(nonce) = nonce {
            response = response.header("dpop-nonce", nonce);
        }
        wanted_nonce(&response.body(body.as_bytes().to_vec()).unwrap())
    };
    let body = r#"{"error":"use_dpop_nonce"}"#;
    let challenge = r#"DPoP error="use_dpop_nonce", algs="ES256""#;
    assert_eq!(answer(400, "Basic", body, Some("n")).as_deref(), Some("n"));
    assert_eq!(answer(401, challenge, "", Some("n")).as_deref(), Some("n"));
    assert_eq!(answer(401, challenge, "<html>", Some("n")).as_deref(), Some("n"));
    assert_eq!(answer(401, challenge, "", None), None);
    assert_eq!(answer(200, challenge, body, Some("n")), None);
    assert_eq!(answer(401, r#"Bearer error="use_dpop_nonce""#, "", Some("n")), None);
    assert_eq!(answer(401, r#"DPoP error="invalid_token""#, "{}", Some("n")), None);
}

#[test]
fn a_key_that_makes_no_proof_ends_the_conversation() {
    struct Broken;
    impl countersign_flow::dpop::Prove for Broken {
        fn thumbprint(&self) -> &str {
            "broken"
        }

        fn prove(&self, _: &Proof<'_>, _: &Env<'_>) -> Result<Secret, Error> {
            Err(Error::NoEntropy)
        }
    }
    let client = confidential().with_proof_key(ProofKey::new(Broken));
    assert_eq!(play(refresh(&client), []).error(), Error::NoEntropy);
}

#[test]
fn bound_tokens_are_refreshed_with_the_same_key_and_no_other() {
    let mut tokens = TokenSet::new(AccessToken::bearer("at".into(), Timestamp::from_unix(0)));
    tokens.access.token_type = TokenType::DPoP;
    tokens.access.binding = Some(Binding::DPoP { thumbprint: "thumb".into() });
    tokens.refresh = Some(RefreshToken::new("rt"));
    let source = |client| {
        let key = Key::new("https://as.example", "demo", "ann");
        RefreshSource::new(key, server().token_endpoint, client, "files")
    };
    for other in [public(), public().with_proof_key(ProofKey::new(Plain("other")))] {
        let Err(error) = source(other).begin(Some(&tokens)) else { panic!("another key") };
        assert_eq!(error, Misuse::ProofKey.into());
    }
    let played = play(source(client()).begin(Some(&tokens)).unwrap(), [json(200, BOUND)]);
    assert_eq!(proof(&played.requests[0])[0], "thumb");
}
