use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use countersign_flow::{
    AuthorizationRequest, Callback, Endpoint, Error, Redeemed, Refresh,
    id_token::{IdTokenCheck, IdTokenProblem, IdTokenRules, Identified, left_half},
};
use countersign_jwt::{
    Algorithm, Backend, ClaimFault, Claims, Error as JwtError, Header, KeyCache, PrivateKey, Signer,
    SigningKey, TokenFault, sign,
};
use countersign_token::{RefreshToken, Secret, Timestamp, json::Value};
use countersign_wire::flow::{Flow, Input, Purpose, Step};
use testkit::vectors::Suite;

use crate::support::{
    ISSUER, NOW, Played, env, json, later, maybe_sent, play, public, retry_after, server, typed, whole_server,
};

const CODE: &str = "c0de";
const ACCESS: &str = "at-1";

/// The key of RFC 8037 appendix A, and one that was made for this file and protects nothing.
fn key(name: &str) -> SigningKey {
    let (secret, public) = match name {
        "a1" => {
            ("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        }
        _ => ("5npsa6I90WbuaaiIYrBaJI9qb1p9z29yGcPHR-5pOS8", "PjFzJK9cAPVZjOsfGFJKoK1nA070h1d71Kl7bRFwiVw"),
    };
    let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{name}","d":"{secret}","x":"{public}"}}"#);
    let key = PrivateKey::from_jwk(jwk).unwrap();
    SigningKey::new(&key, Algorithm::EdDsa, Backend::AwsLcRs).unwrap()
}

fn key_set(names: &[&str]) -> String {
    let keys: Vec<String> = names.iter().map(|name| key(name).public_key().unwrap().to_json()).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn claims() -> Claims {
    let now = Timestamp::from_unix(NOW);
    Claims::new()
        .with_issuer(ISSUER)
        .with_subject("u-1")
        .with_audience("demo")
        .with_issued_at(now)
        .with_expiry(now.plus_seconds(300))
}

fn token(claims: &Claims) -> Secret {
    sign(&Header::jwt(), claims, &key("a1")).unwrap()
}

fn redeemed(id_token: Option<&str>) -> Redeemed {
    let member = id_token.map_or(String::new(), |token| format!(r#","id_token":"{token}""#));
    let flow = Refresh::new(&server().token_endpoint, &public(), &RefreshToken::new("rt"), "");
    let body = format!(r#"{{"access_token":"{ACCESS}","token_type":"bearer"{member}}}"#);
    play(flow, [json(200, &body)]).done()
}

fn rules() -> IdTokenRules {
    IdTokenRules::new(ISSUER, "demo")
}

fn jwks_uri() -> Endpoint {
    whole_server().jwks_uri.unwrap()
}

fn no_keys() -> KeyCache {
    KeyCache::new(Backend::AwsLcRs)
}

fn known_keys() -> KeyCache {
    let mut keys = no_keys();
    keys.store(key_set(&["a1"]), &http::HeaderMap::new(), Timestamp::from_unix(NOW)).unwrap();
    keys
}

fn check(
    rules: IdTokenRules,
    keys: KeyCache,
    id_token: Option<&str>,
    answers: impl IntoIterator<Item = Input>,
) -> Played<Identified> {
    play(IdTokenCheck::new(redeemed(id_token), rules, Some(&jwks_uri()), keys), answers)
}

/// Whatever became of the identity, the access token is there.
fn problem(played: Played<Identified>) -> IdTokenProblem {
    let Identified { redeemed, identity, .. } = played.done();
    assert!(redeemed.tokens.access.secret.ct_eq(ACCESS), "a good token is never lost");
    identity.unwrap_err()
}

fn refused(rules: IdTokenRules, claims: &Claims) -> (&'static str, ClaimFault) {
    let played = check(rules, known_keys(), Some(token(claims).expose()), []);
    match problem(played) {
        IdTokenProblem::Token(JwtError::Claim { name, fault }) => (name, fault),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_user_is_known_by_a_word_that_was_verified() {
    let token = token(&claims().with_text("name", "Ann"));
    let played = check(rules(), no_keys(), Some(token.expose()), [json(200, &key_set(&["b2", "a1"]))]);
    assert_eq!(played.purposes(), [Purpose::Keys]);
    assert_eq!(played.requests[0].uri(), "https://as.example/jwks");
    assert!(!played.requests[0].headers().contains_key("authorization"));
    let Identified { redeemed, keys, identity, .. } = played.done();
    let identity = identity.unwrap();
    assert_eq!((identity.issuer.as_str(), identity.subject.as_str()), (ISSUER, "u-1"));
    assert_eq!(identity.claims.text("name"), Some("Ann"));
    assert!(redeemed.tokens.access.secret.ct_eq(ACCESS));
    // With the keys at hand nothing is asked.
    let played = check(rules(), keys, Some(token.expose()), []);
    assert_eq!((played.requests.len(), played.done().identity.is_ok()), (0, true));
}

#[test]
fn a_new_key_is_fetched_once_and_not_for_every_stranger() {
    let rotated = sign(&Header::jwt(), &claims(), &key("b2")).unwrap();
    let mut keys = no_keys();
    let before = Timestamp::from_unix(NOW - 600);
    keys.store(key_set(&["a1"]), &http::HeaderMap::new(), before).unwrap();
    let played = check(rules(), keys, Some(rotated.expose()), [json(200, &key_set(&["a1", "b2"]))]);
    assert_eq!(played.requests.len(), 1);
    let Identified { keys, identity, .. } = played.done();
    assert!(identity.is_ok());
    // A moment later a stranger's key is asked for nobody.
    let strange = sign(&Header::jwt(), &claims(), &key("c3")).unwrap();
    let mut flow = IdTokenCheck::new(redeemed(Some(strange.expose())), rules(), Some(&jwks_uri()), keys);
    let Ok(Step::Done(identified)) = flow.step(Input::Start, &later(30)) else { panic!("nothing is asked") };
    assert_eq!(identified.identity.unwrap_err(), IdTokenProblem::Token(JwtError::UnknownKey));
    // And one that is unknown after the keys were fetched stays unknown.
    let played = check(rules(), no_keys(), Some(strange.expose()), [json(200, &key_set(&["a1"]))]);
    assert_eq!(problem(played), IdTokenProblem::Token(JwtError::UnknownKey));
}

#[test]
fn keys_that_cannot_be_had_are_reported_and_lose_no_token() {
    let token = token(&claims());
    let not_an_answer = |status| IdTokenProblem::Keys(countersign_wire::Error::NotAnAnswer { status }.into());
    let broken = || IdTokenProblem::Keys(countersign_wire::Error::Malformed { name: "keys" }.into());
    for (answers, expected) in [
        (vec![typed(404, "text/html", "no")], not_an_answer(404)),
        (vec![retry_after(503, "60")], not_an_answer(503)),
        (vec![json(201, &key_set(&["a1"]))], not_an_answer(201)),
        (vec![json(200, "<html>")], broken()),
        (vec![json(200, "{}")], broken()),
        (vec![json(200, r#"{"keys":{}}"#)], broken()),
    ] {
        assert_eq!(problem(check(rules(), no_keys(), Some(token.expose()), answers)), expected);
    }
    let silence = [maybe_sent(), maybe_sent(), maybe_sent()];
    let played = check(rules(), no_keys(), Some(token.expose()), silence);
    assert!(matches!(problem(played), IdTokenProblem::Keys(Error::Network(_))));
    let played = play(IdTokenCheck::new(redeemed(Some(token.expose())), rules(), None, no_keys()), []);
    assert_eq!(problem(played), IdTokenProblem::NoKeys);
    assert_eq!(problem(check(rules(), no_keys(), None, [])), IdTokenProblem::Absent);

    // Keys that are known go on when newer ones are not to be had.
    let mut old = no_keys();
    old.store(key_set(&["a1"]), &http::HeaderMap::new(), Timestamp::from_unix(NOW - 7200)).unwrap();
    let played = check(rules(), old, Some(token.expose()), [typed(404, "text/html", "no")]);
    assert_eq!(played.requests.len(), 1);
    assert!(played.done().identity.is_ok());
}

#[test]
fn every_claim_must_be_right() {
    use ClaimFault::{Expired, Mismatch, Missing, NotYet};
    let at = |seconds: i64| Timestamp::from_unix(NOW + seconds);
    let text = |name: &str, value: &str| claims().with_text(name, value);
    for (claims, expected) in [
        (text("iss", "https://as.example/"), ("iss", Mismatch)),
        (text("iss", "https://AS.example"), ("iss", Mismatch)),
        (text("iss", "https://as.exampl"), ("iss", Mismatch)),
        (text("aud", "other"), ("aud", Mismatch)),
        (claims().with_audiences(["other", "another"]), ("aud", Mismatch)),
        (claims().with_audiences(["demo", "other"]), ("azp", Missing)),
        (claims().with_audiences(["demo", "other"]).with_text("azp", "other"), ("azp", Mismatch)),
        (text("azp", "other"), ("azp", Mismatch)),
        (claims().with_expiry(at(-60)), ("exp", Expired)),
        (claims().with_issued_at(at(120)), ("iat", NotYet)),
        (claims().with_not_before(at(120)), ("nbf", NotYet)),
        (text("sub", ""), ("sub", Missing)),
        (text("at_hash", "forged"), ("at_hash", Mismatch)),
        (claims().with("at_hash", Value::Null), ("at_hash", ClaimFault::Mistyped)),
    ] {
        assert_eq!(refused(rules(), &claims), expected, "{claims:?}");
    }
    let minimal = Claims::new().with_issuer(ISSUER).with_audience("demo").with_expiry(at(300));
    assert_eq!(refused(rules(), &minimal.clone().with_issued_at(at(0))), ("sub", Missing));
    assert_eq!(refused(rules(), &minimal.clone().with_subject("u")), ("iat", Missing));
    let timeless =
        Claims::new().with_issuer(ISSUER).with_audience("demo").with_subject("u").with_issued_at(at(0));
    assert_eq!(refused(rules(), &timeless), ("exp", Missing));
    for good in [
        claims().with_audiences(["demo", "other"]).with_text("azp", "demo"),
        text("azp", "demo"),
        claims().with_expiry(at(-30)),
        claims().with_issued_at(at(30)),
        claims().with_text("at_hash", left_half(Algorithm::EdDsa, &ACCESS.into())),
    ] {
        let played = check(rules(), known_keys(), Some(token(&good).expose()), []);
        assert!(played.done().identity.is_ok(), "{good:?}");
    }
}

#[test]
fn what_is_not_signed_as_it_must_be_is_refused() {
    let good = token(&claims());
    let (_, rest) = good.expose().split_once('.').unwrap();
    let with_header = |header: &str| format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
    let (signed, _) = good.expose().rsplit_once('.').unwrap();
    for forged in [
        with_header(r#"{"alg":"none"}"#),
        with_header(r#"{"alg":"HS256","kid":"a1"}"#),
        with_header(r#"{"alg":"EdDSA","kid":"a1"}"#),
        with_header(r#"{"alg":"EdDSA","typ":"at+jwt","kid":"a1"}"#),
        format!("{signed}."),
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode([7; 64])),
        "not a token".into(),
        "a.b.c".into(),
    ] {
        if forged.contains(' ') {
            continue;
        }
        let played = check(rules(), known_keys(), Some(&forged), []);
        assert!(matches!(problem(played), IdTokenProblem::Token(_)), "{forged}");
    }
    let only = rules().signed_by([Algorithm::Rs256, Algorithm::Hs256]);
    let fault = IdTokenProblem::Token(JwtError::Token { fault: TokenFault::Algorithm });
    assert_eq!(problem(check(only, known_keys(), Some(good.expose()), [])), fault);
    let mut named = server();
    named.id_token_algorithms = vec!["RS256".into(), "none".into(), "HS256".into()];
    assert_eq!(problem(check(rules().signed_as(&named), known_keys(), Some(good.expose()), [])), fault);
    named.id_token_algorithms = vec!["EdDSA".into()];
    for server in [named, server()] {
        let played = check(rules().signed_as(&server), known_keys(), Some(good.expose()), []);
        assert!(played.done().identity.is_ok());
    }
}

/// The rules of a login and the nonce it asked with.
fn login(max_age: Option<u64>) -> (IdTokenRules, Secret) {
    let (server, client) = (server(), public());
    let mut request = AuthorizationRequest::new(&server, &client).scopes("openid");
    if let Some(seconds) = max_age {
        request = request.max_age(core::time::Duration::from_secs(seconds));
    }
    let (url, pending) = request.begin(&env()).unwrap();
    let nonce = url.split(['?', '&']).find_map(|pair| pair.strip_prefix("nonce=")).unwrap().into();
    // It goes the way of a web application.
    let pending = countersign_flow::PendingAuthorization::from_blob(&pending.to_blob()).unwrap();
    let query = format!("code={CODE}&state={}", pending.state().expose());
    let Callback::Ours(code) = pending.callback(&query).unwrap() else { panic!("ours") };
    (code.id_token_rules(), nonce)
}

#[test]
fn an_id_token_belongs_to_its_login() {
    let (rules, nonce) = login(None);
    let good = claims().with_text("nonce", nonce.clone());
    let hash = left_half(Algorithm::EdDsa, &CODE.into());
    for good in [good.clone(), good.clone().with_text("c_hash", hash)] {
        let played = check(rules.clone(), known_keys(), Some(token(&good).expose()), []);
        assert!(played.done().identity.is_ok());
    }
    assert_eq!(refused(rules.clone(), &claims()), ("nonce", ClaimFault::Missing));
    let other = claims().with_text("nonce", "another");
    assert_eq!(refused(rules.clone(), &other), ("nonce", ClaimFault::Mismatch));
    let forged = good.with_text("c_hash", "forged");
    assert_eq!(refused(rules, &forged), ("c_hash", ClaimFault::Mismatch));
}

#[test]
fn a_login_that_was_to_be_fresh_is_fresh() {
    let (rules, nonce) = login(Some(100));
    let at = |ago: i64| {
        let login = Timestamp::from_unix(NOW - ago);
        claims().with_text("nonce", nonce.clone()).with_time("auth_time", login)
    };
    let played = check(rules.clone(), known_keys(), Some(token(&at(159)).expose()), []);
    assert!(played.done().identity.is_ok());
    assert_eq!(refused(rules.clone(), &at(162)), ("auth_time", ClaimFault::TooLong));
    let silent = claims().with_text("nonce", nonce.clone());
    assert_eq!(refused(rules, &silent), ("auth_time", ClaimFault::Missing));
}

#[test]
fn a_refresh_speaks_of_the_same_user() {
    let first = check(rules(), known_keys(), Some(token(&claims()).expose()), []).done().identity.unwrap();
    let (login_rules, _) = login(Some(1));
    let after = login_rules.after_refresh(&first);
    let played = check(after.clone(), known_keys(), Some(token(&claims()).expose()), []);
    assert!(played.done().identity.is_ok(), "without nonce and without a fresh login");
    assert_eq!(refused(after.clone(), &claims().with_subject("u-2")), ("sub", ClaimFault::Mismatch));
    assert_eq!(refused(after, &claims().with_issuer("https://x.example")), ("iss", ClaimFault::Mismatch));
}

#[test]
fn issuers_of_several_spellings_and_of_a_template_are_known_only_where_named() {
    let google = rules().also_issuer("as.example");
    for issuer in [ISSUER, "as.example"] {
        let token = token(&claims().with_issuer(issuer));
        assert!(check(google.clone(), known_keys(), Some(token.expose()), []).done().identity.is_ok());
    }
    assert_eq!(refused(rules(), &claims().with_issuer("as.example")), ("iss", ClaimFault::Mismatch));

    let template = IdTokenRules::new("https://login.example/common", "demo")
        .issuer_template("https://login.example/{tenantid}/v2.0");
    let of = |issuer: &str, tenant: &str| claims().with_issuer(issuer).with_text("tid", tenant);
    let good = token(&of("https://login.example/t-1/v2.0", "t-1"));
    assert!(check(template.clone(), known_keys(), Some(good.expose()), []).done().identity.is_ok());
    for (issuer, tenant) in [
        ("https://login.example/t-2/v2.0", "t-1"),
        ("https://login.example/{tenantid}/v2.0", "{tenantid}"),
        ("https://login.example//v2.0", ""),
        ("https://login.example/a/b/v2.0", "a/b"),
        ("https://evil.example", "t-1"),
    ] {
        assert_eq!(refused(template.clone(), &of(issuer, tenant)), ("iss", ClaimFault::Mismatch), "{issuer}");
    }
}

#[test]
fn the_hashes_are_those_of_openid_connect_core() {
    Suite::open("protocol", "oidc_left_half_hash.json", "/vectors").run(|case| {
        let algorithm = Algorithm::from_name(case["input"]["alg"].as_str().unwrap()).unwrap();
        let value = Secret::new(case["input"]["value"].as_str().unwrap());
        assert_eq!(left_half(algorithm, &value), case["expected"]["hash"].as_str().unwrap());
    });
    let lengths = [Algorithm::Es256, Algorithm::Es384, Algorithm::Rs512, Algorithm::EdDsa]
        .map(|algorithm| left_half(algorithm, &"x".into()).len());
    assert_eq!(lengths, [22, 32, 43, 43]);
}

#[test]
fn the_clock_is_that_of_the_check() {
    let mut flow = IdTokenCheck::new(redeemed(Some(token(&claims()).expose())), rules(), None, known_keys());
    let Ok(Step::Done(identified)) = flow.step(Input::Start, &later(360)) else { panic!("an end") };
    let expired = JwtError::Claim { name: "exp", fault: ClaimFault::Expired };
    assert_eq!(identified.identity.unwrap_err(), IdTokenProblem::Token(expired));
}
