use core::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_flow::{
    AssertionSource, ClientAssertion, ClientAuthentication, ClientCredentialsGrant, ClientRegistration,
    Error, JwtBearerGrant, ProofKey,
    assertion::{AssertionAudience, SignedAssertion},
    dpop::{DPoPKey, Proof, Prove},
    error::Misuse,
};
use countersign_jwt::{Algorithm, Jwk, Signer};
use countersign_token::{Secret, Timestamp};
use countersign_wire::flow::{Env, Flow, Input, Step};
use http::Method;
use serde_json::{Value, json};
use testkit::entropy::Empty;

use crate::support::{NOW, env, json as answer, later, play, server};

/// A key whose signatures are no signatures: what is signed is what is tested here.
#[derive(Clone)]
pub(crate) struct Stub {
    algorithm: Algorithm,
    public: Option<Jwk>,
    works: bool,
}

pub(crate) fn stub() -> Stub {
    let public = r#"{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;
    Stub { algorithm: Algorithm::Es256, public: Some(Jwk::from_json(public).unwrap()), works: true }
}

impl Signer for Stub {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, countersign_jwt::Error> {
        if self.works { Ok(vec![7; 64]) } else { Err(countersign_jwt::Error::Unavailable) }
    }

    fn key_id(&self) -> Option<&str> {
        Some("k-1")
    }

    fn public_key(&self) -> Option<&Jwk> {
        self.public.as_ref()
    }
}

/// Header and claims of a token.
pub(crate) fn parts(token: &str) -> (Value, Value) {
    let mut parts =
        token.split('.').map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()));
    (parts.next().unwrap().unwrap(), parts.next().unwrap().unwrap())
}

fn make(assertion: &SignedAssertion, env: &Env<'_>) -> (Value, Value) {
    parts(assertion.make(env).unwrap().expose())
}

#[test]
fn an_assertion_says_what_rfc_7523_section_3_wants() {
    let assertion = SignedAssertion::new(stub(), "robot", "https://as.example/token")
        .subject("ann@example.com")
        .lifetime(Duration::from_secs(3600))
        .claim("scope", "files mail");
    let (header, mut claims) = make(&assertion, &env());
    assert_eq!(header, json!({"alg": "ES256", "typ": "JWT", "kid": "k-1"}));
    let id = claims["jti"].take();
    assert_eq!(id.as_str().unwrap().len(), 43);
    assert_eq!(
        claims,
        json!({"iss": "robot", "sub": "ann@example.com", "aud": "https://as.example/token", "scope": "files mail",
            "iat": NOW, "exp": NOW + 3600, "jti": null})
    );
    let (_, other) = make(&assertion, &later(5));
    assert_ne!(other["jti"], id, "never the same twice");
    assert_eq!(other["iat"], NOW + 5);
}

#[test]
fn what_is_said_more_never_replaces_what_must_be_said() {
    let assertion = ["iss", "sub", "aud", "exp", "iat", "jti"]
        .into_iter()
        .fold(SignedAssertion::new(stub(), "robot", "aud"), |assertion, name| {
            assertion.claim(name, "forged")
        });
    let (_, claims) = make(&assertion, &env());
    assert!(!claims.to_string().contains("forged"), "{claims}");
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("robot"), Some("robot")));
}

#[test]
fn a_client_assertion_follows_the_revision_unless_told_otherwise() {
    let server = server();
    let assertion = || SignedAssertion::of_client(stub(), "web", &server);
    let (header, claims) = make(&assertion(), &env());
    assert_eq!(header["typ"], "client-authentication+jwt");
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!("web"), &json!("web")));
    assert_eq!(claims["aud"], "https://as.example");
    assert_eq!(claims["exp"], NOW + 300);
    for (audience, expected) in [
        (AssertionAudience::Issuer, json!("https://as.example")),
        (AssertionAudience::TokenEndpoint, json!("https://as.example/token")),
        (AssertionAudience::Both, json!(["https://as.example", "https://as.example/token"])),
    ] {
        let (header, claims) = make(&assertion().audience(audience, &server).kind("JWT"), &env());
        assert_eq!((&claims["aud"], &header["typ"]), (&expected, &json!("JWT")));
    }
}

#[test]
fn assertions_are_sent_where_they_belong() {
    let server = server();
    let endpoint = &server.token_endpoint;
    let token = || answer(200, r#"{"access_token":"a","token_type":"bearer"}"#);
    let grant = SignedAssertion::new(stub(), "robot", endpoint.as_str());
    let played = play(JwtBearerGrant::new(endpoint, grant, ""), [token()]);
    assert_eq!(parts(played.form(0).first("assertion").unwrap()).1["iss"], "robot");

    for (assertion, method) in [
        (ClientAssertion::new(SignedAssertion::of_client(stub(), "web", &server)), "private_key_jwt"),
        (
            ClientAssertion::with_shared_secret(
                SignedAssertion::of_client(Stub { algorithm: Algorithm::Hs256, ..stub() }, "web", &server),
                "s3cret-of-web".into(),
            ),
            "client_secret_jwt",
        ),
    ] {
        let client = ClientRegistration::new("web", ClientAuthentication::Assertion(assertion));
        assert_eq!(client.authentication.method(), method);
        let played = play(ClientCredentialsGrant::new(endpoint, &client, "files"), [token()]);
        let form = played.form(0);
        assert_eq!(parts(form.first("client_assertion").unwrap()).1["sub"], "web");
        assert_eq!(form.first("client_secret"), None);
        assert!(!played.requests[0].headers().contains_key("authorization"));
    }
}

#[test]
fn what_cannot_be_signed_is_not_sent() {
    let broken = Stub { works: false, ..stub() };
    let assertion = SignedAssertion::new(broken.clone(), "robot", "aud");
    let unsignable = || Error::Misuse(Misuse::Unsignable { part: "key" });
    assert_eq!(assertion.make(&env()).unwrap_err(), unsignable());
    let empty = Empty::default();
    let dark = Env { now: Timestamp::from_unix(0), entropy: &empty };
    assert_eq!(SignedAssertion::new(stub(), "robot", "aud").make(&dark).unwrap_err(), Error::NoEntropy);
    assert!(SignedAssertion::new(stub(), "robot", "aud").begin(&dark).is_err());

    let uri = "https://as.example/".parse().unwrap();
    let proof = Proof::new(&Method::GET, &uri, None);
    assert_eq!(DPoPKey::new(broken).unwrap().prove(&proof, &env()).unwrap_err(), unsignable());
    assert_eq!(DPoPKey::new(stub()).unwrap().prove(&proof, &dark).unwrap_err(), Error::NoEntropy);
    for unfit in [Stub { public: None, ..stub() }, Stub { algorithm: Algorithm::Hs256, ..stub() }] {
        assert_eq!(DPoPKey::new(unfit).unwrap_err(), Misuse::ProofKey.into());
    }
}

#[test]
fn a_proof_is_that_of_rfc_9449_section_4_2() {
    let key = DPoPKey::new(stub()).unwrap();
    assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    let uri = "https://server.example.com/token?x=1".parse().unwrap();
    let proof = Proof::new(&Method::POST, &uri, None);
    let (header, claims) = parts(key.prove(&proof, &env()).unwrap().expose());
    assert_eq!((&header["typ"], &header["alg"]), (&json!("dpop+jwt"), &json!("ES256")));
    assert_eq!(header["jwk"]["crv"], "P-256");
    assert!(header["jwk"].get("d").is_none() && header.get("kid").is_none());
    assert_eq!(
        (&claims["htm"], &claims["htu"]),
        (&json!("POST"), &json!("https://server.example.com/token"))
    );
    assert_eq!(claims["iat"], NOW);
    assert!(claims.get("ath").is_none() && claims.get("nonce").is_none());

    let token = Secret::new("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
    let proof = Proof::new(&Method::GET, &uri, Some("n-1")).with_token(&token);
    let (_, second) = parts(key.prove(&proof, &env()).unwrap().expose());
    assert_eq!(second["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    assert_eq!(second["nonce"], "n-1");
    assert_ne!(second["jti"], claims["jti"]);
    assert!(claims["jti"].as_str().unwrap().len() >= 16);
}

#[test]
fn a_grant_is_proved_by_a_real_proof() {
    let key = ProofKey::new(DPoPKey::new(stub()).unwrap());
    let client = ClientRegistration::confidential("web", "s").with_proof_key(key);
    let mut flow = ClientCredentialsGrant::new(&server().token_endpoint, &client, "");
    let Ok(Step::Send(request)) = flow.step(Input::Start, &env()) else { panic!("a request") };
    let (header, claims) = parts(request.headers()["dpop"].to_str().unwrap());
    assert_eq!((&header["typ"], &claims["htm"]), (&json!("dpop+jwt"), &json!("POST")));
}
