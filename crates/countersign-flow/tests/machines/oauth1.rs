//! The three legs, and what comes after them.

mod advice;
mod clock;
mod migration;
mod session;
mod signing;
mod token_info;
mod token_revocation;
mod vectors;

use core::time::Duration;
use std::collections::BTreeSet;

use countersign_flow::{
    Authorize, Endpoint, Error, OAuth1, RequestView,
    error::{EndpointProblem, Misuse},
    oauth1::{Callback, CallbackConfirmed, Endpoints, LoginRequest, PendingLogin, Redeemed},
};
use countersign_oauth1::{Algorithm, Form, Incoming, Received, Token};
use countersign_token::{ClientCredentials, Grant, Secret, TokenCredentials};
use countersign_wire::{
    Params,
    flow::{Flow, Input, Purpose},
    form,
    response::ErrorCode,
};
use http::{Method, Request, Response, header::AUTHORIZATION};
use proptest::prelude::*;

use crate::support::{Played, env, json, later, maybe_sent, not_sent, play, typed};

const FORM: &str = "application/x-www-form-urlencoded";
const TEMPORARY: &str = "oauth_token=tmp%2F1%3D&oauth_token_secret=tmp-secret&oauth_callback_confirmed=true";
const CREDENTIALS: &str = "oauth_token=tok&oauth_token_secret=tok-secret&user_id=7&screen_name=a%20b";

fn endpoints() -> Endpoints {
    Endpoints::new(
        "https://sp.example/_ah/OAuthGetRequestToken",
        "https://sp.example/_ah/OAuthAuthorizeToken?hl=en",
        "https://sp.example/_ah/OAuthGetAccessToken",
    )
    .unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials::new("ck", "cs&1")
}

fn begin(answers: impl IntoIterator<Item = Input>) -> Played<(String, PendingLogin)> {
    let flow = LoginRequest::new(&endpoints(), &client())
        .callback("http://127.0.0.1:4711/cb")
        .param("scope", "files mail")
        .param("xoauth_displayname", "A & B")
        .authorization_param("hd", "example.com")
        .begin()
        .unwrap();
    play(flow, answers)
}

fn pending() -> PendingLogin {
    begin([typed(200, FORM, TEMPORARY)]).done().1
}

/// What the server sees of a signed request, its signature checked.
fn verified(request: &Request<Vec<u8>>, token_secret: Option<&str>) -> Params {
    verify(request, token_secret).unwrap()
}

fn verify(
    request: &Request<Vec<u8>>,
    token_secret: Option<&str>,
) -> Result<Params, countersign_oauth1::Error> {
    let header = request.headers().get_all(AUTHORIZATION).iter().collect::<Vec<_>>();
    assert_eq!(header.len(), 1);
    assert!(header[0].is_sensitive());
    let body = core::str::from_utf8(request.body()).unwrap();
    let form = match request.headers().get("content-type") {
        Some(value) if value == FORM => Form::Encoded(body),
        _ => Form::None,
    };
    let incoming = Incoming::new(request.method(), request.uri(), form);
    let incoming = incoming.authorization(header[0].to_str().unwrap());
    let received = Received::parse(incoming).unwrap();
    let _ = received.verify(&client().secret, token_secret.map(Secret::new).as_ref())?;
    Ok(countersign_wire::header::oauth::parse(header[0].to_str().unwrap()).unwrap().unwrap())
}

fn redeem(pending: PendingLogin, answers: impl IntoIterator<Item = Input>) -> Played<Redeemed> {
    play(pending.verifier("123456").unwrap().redeem().unwrap(), answers)
}

#[test]
fn temporary_credentials_are_asked_for_by_a_signed_post() {
    let played = begin([typed(200, FORM, TEMPORARY)]);
    let request = &played.requests[0];
    assert_eq!(played.purposes(), [Purpose::TemporaryCredentials]);
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), "https://sp.example/_ah/OAuthGetRequestToken");
    let sent = verified(request, None);
    assert_eq!(sent.first("oauth_callback"), Some("http://127.0.0.1:4711/cb"));
    assert_eq!(sent.first("oauth_signature_method"), Some("HMAC-SHA1"));
    assert_eq!(sent.first("oauth_token"), None);
    let form = played.form(0);
    assert_eq!(form.iter().collect::<Vec<_>>(), [("scope", "files mail"), ("xoauth_displayname", "A & B")]);
    let (url, pending) = played.done();
    assert_eq!(url, "https://sp.example/_ah/OAuthAuthorizeToken?hl=en&oauth_token=tmp%2F1%3D&hd=example.com");
    assert!(pending.token().ct_eq("tmp/1="));
}

#[test]
fn without_a_callback_the_verifier_is_typed_in() {
    let flow = LoginRequest::new(&endpoints(), &client()).begin().unwrap();
    let played = play(flow, [typed(200, FORM, TEMPORARY)]);
    assert_eq!(verified(&played.requests[0], None).first("oauth_callback"), Some("oob"));
    let (_, pending) = played.done();
    let played =
        play(pending.verifier(" 123456\n").unwrap().redeem().unwrap(), [typed(200, FORM, CREDENTIALS)]);
    assert_eq!(verified(&played.requests[0], Some("tmp-secret")).first("oauth_verifier"), Some("123456"));
    let missing = countersign_wire::Error::Missing { name: "oauth_verifier" };
    assert_eq!(self::pending().verifier("  ").unwrap_err(), Error::Protocol(missing));
}

#[test]
fn token_credentials_are_asked_for_with_the_temporary_ones() {
    let answer = "oauth_token=tmp%2F1%3D&oauth_verifier=v%2B1";
    let Callback::Ours(login) = pending().callback(answer).unwrap() else { panic!("ours") };
    let played = play(login.redeem().unwrap(), [typed(200, FORM, CREDENTIALS)]);
    assert_eq!(played.purposes(), [Purpose::TokenCredentials]);
    assert_eq!(played.requests[0].uri(), "https://sp.example/_ah/OAuthGetAccessToken");
    let sent = verified(&played.requests[0], Some("tmp-secret"));
    assert_eq!(sent.first("oauth_token"), Some("tmp/1="));
    assert_eq!(sent.first("oauth_verifier"), Some("v+1"));
    assert_eq!(sent.first("oauth_callback"), None);
    let redeemed = played.done();
    assert!(redeemed.token.identifier.ct_eq("tok") && redeemed.token.secret.ct_eq("tok-secret"));
    assert_eq!(redeemed.extra.text("screen_name"), Some("a b"));
    assert_eq!(redeemed.extra.iter().count(), 2);
    let credential = redeemed.into_credential();
    let Grant::OAuth1 { client, token, signature_method, .. } = &credential.grant else {
        panic!("OAuth 1.0a")
    };
    assert_eq!((client.identifier.as_str(), signature_method.as_deref()), ("ck", Some("HMAC-SHA1")));
    assert!(token.as_ref().unwrap().secret.ct_eq("tok-secret"));
    assert_eq!(credential.extra.text("user_id"), Some("7"));
}

#[test]
fn the_callback_must_be_confirmed() {
    let check = |confirmed, member: &str, expected: Option<bool>| {
        let flow = LoginRequest::new(&endpoints(), &client()).callback_confirmed(confirmed).begin().unwrap();
        let body = format!("oauth_token=t&oauth_token_secret=s{member}");
        let played = play(flow, [typed(200, FORM, &body)]);
        match expected {
            // Whether a login without a verifier can go on says whether the server confirmed.
            Some(needs_verifier) => {
                let callback = played.done().1.callback("oauth_token=t");
                assert_eq!(callback.is_err(), needs_verifier, "{confirmed:?} {member}");
            }
            None => assert!(matches!(played.error(), Error::Protocol(_)), "{confirmed:?} {member}"),
        }
    };
    use CallbackConfirmed::{Absent, Strict, TrueIsh};
    for (member, strict, true_ish, absent) in [
        ("&oauth_callback_confirmed=true", Some(true), Some(true), Some(true)),
        ("&oauth_callback_confirmed=True", None, Some(true), Some(true)),
        ("&oauth_callback_confirmed=1", None, Some(true), Some(true)),
        ("&oauth_callback_confirmed=yes", None, None, None),
        ("&oauth_callback_confirmed=false", None, None, None),
        ("&oauth_callback_confirmed=true&oauth_callback_confirmed=true", None, None, None),
        ("&oauth_callback_confirmed=", None, None, Some(false)),
        ("", None, None, Some(false)),
    ] {
        check(Strict, member, strict);
        check(TrueIsh, member, true_ish);
        check(Absent, member, absent);
    }
}

#[test]
fn odd_answers_are_understood_and_html_never_is() {
    for (status, content_type, body) in [
        (200, FORM, TEMPORARY.to_string()),
        (200, "text/html", TEMPORARY.into()),
        (200, "text/plain", format!("\r\n{TEMPORARY}\n")),
        (201, "text/html; charset=utf-8", TEMPORARY.into()),
    ] {
        assert!(begin([typed(status, content_type, &body)]).done().1.token().ct_eq("tmp/1="));
    }
    let bare = Response::new(TEMPORARY.as_bytes().to_vec());
    assert!(begin([Input::Response(bare)]).done().1.token().ct_eq("tmp/1="));
    for (status, content_type, body) in [
        (
            200,
            "text/html",
            "<html>oauth_token=a&oauth_token_secret=b&oauth_callback_confirmed=true".to_string(),
        ),
        (200, FORM, format!("<!-- x -->{TEMPORARY}")),
        (200, FORM, format!("<p>&{TEMPORARY}")),
        (200, FORM, format!("all is well &{TEMPORARY}")),
        (200, "text/html", format!("see <a href='?{TEMPORARY}'>")),
        (200, FORM, String::new()),
        (200, FORM, "oauth_token=a".into()),
        (200, FORM, "oauth_token=&oauth_token_secret=b&oauth_callback_confirmed=true".into()),
        (200, FORM, format!("{TEMPORARY}&oauth_token=b")),
        (200, FORM, format!("{TEMPORARY}&oauth_token_secret=b")),
        (200, FORM, "oauth_token=%zz&oauth_token_secret=b&oauth_callback_confirmed=true".into()),
        (200, "application/json", r#"{"oauth_token":"a","oauth_token_secret":"b"}"#.into()),
        (302, FORM, TEMPORARY.into()),
        (404, "text/html", "<html>".into()),
        (500, FORM, TEMPORARY.into()),
    ] {
        let error = begin([typed(status, content_type, &body)]).error();
        assert!(matches!(error, Error::Protocol(_)), "{status} {body}: {error:?}");
        assert_eq!(error.is_transient(), status == 500, "{status} {body}");
    }
}

#[test]
fn refusals_are_typed_wherever_they_stand() {
    let unnamed = ErrorCode::from_text("unknown_error");
    let header = Response::builder()
        .status(401)
        .header("www-authenticate", r#"Basic realm="x""#)
        .header("www-authenticate", r#"OAuth realm="x", oauth_problem="nonce_used""#);
    for (answer, code) in [
        (typed(401, FORM, "oauth_problem=signature_invalid"), ErrorCode::from_text("signature_invalid")),
        (typed(200, FORM, "oauth_problem=token_rejected"), ErrorCode::from_text("token_rejected")),
        (typed(401, FORM, "oauth_problem=permission_denied"), ErrorCode::AccessDenied),
        (Input::Response(header.body(Vec::new()).unwrap()), ErrorCode::from_text("nonce_used")),
        (json(400, r#"{"error":"invalid_client"}"#), ErrorCode::InvalidClient),
        (json(401, r#"{"errors":[{"code":89,"message":"Invalid or expired token."}]}"#), unnamed.clone()),
        (typed(401, "text/html", "<html>"), unnamed.clone()),
        (typed(403, "text/plain", ""), unnamed),
    ] {
        let shown = format!("{answer:?}");
        let Error::Refused(refusal) = begin([answer]).error() else { panic!("{shown}") };
        assert_eq!(refusal.code, code);
        assert!(refusal.status.is_some());
    }
    let body = "oauth_problem=verifier_invalid&oauth_problem_advice=123456+of+tmp%2F1%3D+tmp-secret%1bcs%261";
    let Error::Refused(refusal) = redeem(pending(), [typed(401, FORM, body)]).error() else {
        panic!("refused")
    };
    assert_eq!(refusal.description(), Some("[secret] of [secret] [secret] [secret]"));
}

#[test]
fn only_its_own_callback_ends_the_login() {
    let mut login = pending();
    for forged in [
        "",
        "oauth_verifier=v",
        "oauth_token=&oauth_verifier=v",
        "oauth_token=x&oauth_verifier=v",
        "oauth_token=tmp%2F1&oauth_verifier=v",
        "oauth_token=TMP%2F1%3D&oauth_verifier=v",
        "oauth_token=tmp%2F1%3D&oauth_token=tmp%2F1%3D&oauth_verifier=v",
        "oauth_token=tmp%2F1%3D&oauth_verifier=%zz",
        "denied=x",
        "denied=",
        "denied=tmp%2F1%3D&denied=tmp%2F1%3D",
        "denied=tmp%2F1%3D&oauth_token=x",
        "oauth_problem=user_refused",
        "oauth_problem=user_refused&oauth_token=x",
        "state=x&code=y",
    ] {
        login = match login.callback(forged) {
            Ok(Callback::NotOurs(login)) => login,
            other => panic!("{forged}: {other:?}"),
        };
    }
    let real = "http://127.0.0.1:4711/cb?oauth_token=tmp%2F1%3D&oauth_verifier=v#_";
    assert!(matches!(login.callback(real), Ok(Callback::Ours(_))));
}

#[test]
fn a_no_is_a_refusal() {
    for query in [
        "denied=tmp%2F1%3D",
        "denied=tmp%2F1%3D&oauth_token=tmp%2F1%3D&oauth_verifier=v",
        "oauth_token=tmp%2F1%3D&oauth_problem=permission_denied",
        "oauth_token=tmp%2F1%3D&oauth_problem=user_refused&oauth_verifier=v",
    ] {
        let Err(Error::Refused(refusal)) = pending().callback(query) else { panic!("{query}") };
        assert_eq!(refusal.code, ErrorCode::AccessDenied);
    }
    let query = "oauth_token=tmp%2F1%3D&oauth_problem=token_used&oauth_problem_advice=tmp%2F1%3D+is+used";
    let Err(Error::Refused(refusal)) = pending().callback(query) else { panic!("refused") };
    assert_eq!(refusal.code, ErrorCode::from_text("token_used"));
    assert_eq!(refusal.description(), Some("[secret] is used"));
    for query in [
        "oauth_token=tmp%2F1%3D",
        "oauth_token=tmp%2F1%3D&oauth_verifier=",
        "oauth_token=tmp%2F1%3D&oauth_verifier=a&oauth_verifier=b",
    ] {
        assert!(matches!(pending().callback(query), Err(Error::Protocol(_))), "{query}");
    }
}

#[test]
fn nothing_signed_is_sent_twice() {
    let nonces = |requests: &[Request<Vec<u8>>], secret: Option<&str>| {
        let all = requests
            .iter()
            .map(|request| verified(request, secret).first("oauth_nonce").unwrap().to_string());
        all.collect::<BTreeSet<_>>().len()
    };
    let played = begin([not_sent(), not_sent(), typed(200, FORM, TEMPORARY)]);
    assert_eq!(nonces(&played.requests, None), 3);
    assert_eq!(played.waits, [Duration::from_secs(1), Duration::from_secs(2)]);
    let played = begin([maybe_sent()]);
    assert_eq!(played.requests.len(), 1);
    assert!(matches!(played.error(), Error::Network(_)));

    let played = redeem(pending(), [not_sent(), typed(200, FORM, CREDENTIALS)]);
    assert_eq!(nonces(&played.requests, Some("tmp-secret")), 2);
    for (answer, expected) in [
        (maybe_sent(), Some(Error::MaybeSpent)),
        (typed(503, "text/html", "<html>"), None),
        (typed(401, FORM, "oauth_problem=nonce_used"), None),
    ] {
        let played = redeem(pending(), [answer]);
        assert_eq!((played.requests.len(), played.waits.len()), (1, 0));
        let error = played.error();
        assert!(expected.is_none_or(|expected| expected == error));
    }
}

#[test]
fn a_login_lasts_ten_minutes() {
    let flow = || pending().verifier("1").unwrap().redeem().unwrap();
    let mut late = flow();
    assert_eq!(late.step(Input::Start, &later(601)).unwrap_err(), Error::LoginExpired);
    assert_eq!(late.step(Input::Start, &later(0)).unwrap_err(), Error::Misuse(Misuse::Finished));
    assert!(flow().step(Input::Start, &later(600)).is_ok());
}

#[test]
fn the_options_by_name_are_those_parameters() {
    let flow = LoginRequest::new(&endpoints(), &client())
        .scopes("files mail")
        .display_name("A & B")
        .hosted_domain("example.com")
        .template("mobile")
        .begin()
        .unwrap();
    let played = play(flow, [typed(200, FORM, TEMPORARY)]);
    let form = played.form(0);
    assert_eq!(form.iter().collect::<Vec<_>>(), [("scope", "files mail"), ("xoauth_displayname", "A & B")]);
    verified(&played.requests[0], None);
    let (url, _) = played.done();
    assert!(url.ends_with("?hl=en&oauth_token=tmp%2F1%3D&hd=example.com&btmpl=mobile"), "{url}");

    let mut endpoints = endpoints();
    endpoints.authorization = Endpoint::new("authorization_endpoint", "https://sp.example/b").unwrap();
    let flow = LoginRequest::new(&endpoints, &client()).scopes("").language("de").begin().unwrap();
    let played = play(flow, [typed(200, FORM, TEMPORARY)]);
    assert!(played.form(0).is_empty(), "no scopes are no parameter");
    assert_eq!(played.done().0, "https://sp.example/b?oauth_token=tmp%2F1%3D&hl=de");

    // Each of them is the one parameter of its name.
    let client = client();
    let request = || LoginRequest::new(&endpoints, &client);
    for (name, request) in [
        ("scope", request().scopes("a").param("scope", "b")),
        ("xoauth_displayname", request().display_name("a").display_name("b")),
        ("hd", request().hosted_domain("a").authorization_param("hd", "b")),
        ("hl", request().language("a").language("b")),
        ("btmpl", request().template("a").template("b")),
    ] {
        assert_eq!(request.begin().unwrap_err(), Error::Misuse(Misuse::Parameter { name: name.into() }));
    }
}

#[test]
fn what_cannot_be_begun_is_said() {
    let request = || LoginRequest::new(Box::leak(Box::new(endpoints())), Box::leak(Box::new(client())));
    for name in ["oauth_token", "oauth_callback", "oauth_anything", "OAuth_Token"] {
        for request in [request().param(name, "x"), request().authorization_param(name, "x")] {
            assert_eq!(request.begin().unwrap_err(), Error::Misuse(Misuse::Parameter { name: name.into() }));
        }
    }
    let twice = request().param("scope", "a").param("scope", "b").begin().unwrap_err();
    assert_eq!(twice, Error::Misuse(Misuse::Parameter { name: "scope".into() }));
    let callback = request().callback("/cb").begin().unwrap_err();
    assert_eq!(callback, Error::Endpoint { name: "oauth_callback", problem: EndpointProblem::NotAbsolute });
    let taken = request().authorization_param("hl", "de").begin().unwrap_err();
    assert_eq!(taken, Error::Endpoint { name: "authorization_endpoint", problem: EndpointProblem::Query });
    let rsa = request().signature_method(Algorithm::RsaSha1).begin().unwrap_err();
    assert_eq!(rsa, Error::Misuse(Misuse::SignatureMethod));
    let clear = Endpoints::new("http://sp.example/a", "https://sp.example/b", "https://sp.example/c");
    assert_eq!(
        clear.unwrap_err(),
        Error::Endpoint { name: "temporary_credentials_endpoint", problem: EndpointProblem::ClearText }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_blob_brings_everything_back(token in "\\PC{1,20}", secret in "\\PC{1,20}", plaintext: bool, confirmed: bool) {
        let algorithm = if plaintext { Algorithm::Plaintext } else { Algorithm::HmacSha1 };
        let flow = LoginRequest::new(&endpoints(), &client())
            .signature_method(algorithm)
            .callback_confirmed(CallbackConfirmed::Absent)
            .begin()
            .unwrap();
        let mut answer = Params::new().with("oauth_token", token.as_str()).with("oauth_token_secret", secret.as_str());
        if confirmed {
            answer.push("oauth_callback_confirmed", "true");
        }
        let (_, pending) = play(flow, [typed(200, FORM, &form::print(&answer))]).done();
        let blob = pending.to_blob();
        let back = PendingLogin::from_blob(&blob).unwrap();
        prop_assert!(back.to_blob().ct_eq(&blob));
        prop_assert!(back.token().ct_eq(&token));
        prop_assert_eq!(back.expires_at(), pending.expires_at());
        let played = redeem(back, [typed(200, FORM, CREDENTIALS)]);
        let sent = verified(&played.requests[0], Some(&secret));
        prop_assert_eq!(sent.first("oauth_signature_method"), Some(algorithm.as_str()));
    }
}

#[test]
fn a_blob_that_was_changed_or_cut_is_refused() {
    let blob = pending().to_blob();
    let text = blob.expose();
    for position in 0..text.len() {
        for byte in *b"A1&=%+-" {
            let mut changed = text.as_bytes().to_vec();
            changed[position] = byte;
            if changed != text.as_bytes() {
                let changed = Secret::new(String::from_utf8(changed).unwrap());
                assert_eq!(PendingLogin::from_blob(&changed).unwrap_err(), Error::Blob, "byte {position}");
            }
        }
        assert_eq!(PendingLogin::from_blob(&Secret::new(&text[..position])).unwrap_err(), Error::Blob);
    }
    let other = countersign_flow::PendingAuthorization::from_blob(&blob);
    assert_eq!(other.unwrap_err(), Error::Blob, "one kind of login is not the other");
}

fn sign(way: &OAuth1, request: &mut Request<Vec<u8>>) -> Result<(), Error> {
    way.authorize(RequestView::whole(request), None, &env())?.apply(request);
    Ok(())
}

#[test]
fn a_request_is_signed_with_its_form() {
    let way = OAuth1::new(client(), TokenCredentials::new("tok", "tok-secret"));
    for (content_type, body) in [
        (FORM, "a=1&b=x+y&a=%C3%A9"),
        ("application/x-www-form-urlencoded", ""),
        ("application/json", r#"{"a":1}"#),
    ] {
        let mut request = Request::post("https://api.example/notes?draft=1&z=%20")
            .header("content-type", content_type)
            .header("Authorization", "old")
            .body(body.as_bytes().to_vec())
            .unwrap();
        sign(&way, &mut request).unwrap();
        assert_eq!(verified(&request, Some("tok-secret")).first("oauth_token"), Some("tok"));
    }
    // The check above sees a form that was changed afterwards.
    let mut request =
        Request::post("https://api.example/").header("content-type", FORM).body(b"a=1".to_vec()).unwrap();
    sign(&way, &mut request).unwrap();
    *request.body_mut() = b"a=2".to_vec();
    assert!(verify(&request, Some("tok-secret")).is_err());
}

#[test]
fn a_form_that_cannot_be_seen_is_not_signed() {
    let way = OAuth1::new(client(), Token::None);
    for (content_type, refused) in [
        ("application/x-www-form-urlencoded", true),
        ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true),
        ("application/octet-stream", false),
    ] {
        let request =
            Request::post("https://api.example/").header("content-type", content_type).body(()).unwrap();
        let result = way.authorize(RequestView::head(&request), None, &env());
        match result {
            Err(error) => assert!(refused && error == Error::Misuse(Misuse::UnseenForm), "{content_type}"),
            Ok(_) => assert!(!refused, "{content_type}"),
        }
    }
    let request = Request::get("https://api.example/").body(()).unwrap();
    assert!(way.authorize(RequestView::head(&request), None, &env()).is_ok());
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let misuse = |way: &OAuth1, uri: &str, body: &[u8]| {
        let mut request = Request::post(uri).header("content-type", FORM).body(body.to_vec()).unwrap();
        match sign(way, &mut request).unwrap_err() {
            Error::Misuse(misuse) => misuse,
            other => panic!("{other:?}"),
        }
    };
    let hmac = OAuth1::new(client(), Token::None);
    assert_eq!(misuse(&hmac, "/relative", b""), Misuse::Unsignable { part: "URI" });
    assert_eq!(misuse(&hmac, "https://api.example/", b"a=%zz"), Misuse::Unsignable { part: "form" });
    assert_eq!(misuse(&hmac, "https://api.example/", b"a=\xff"), Misuse::Unsignable { part: "form" });
    let plain = OAuth1::with_method(Some("PLAINTEXT"), client(), None).unwrap();
    assert_eq!(misuse(&plain, "http://api.example/", b""), Misuse::ClearText);
    for (method, known) in [
        (None, true),
        (Some("HMAC-SHA1"), true),
        (Some("PLAINTEXT"), true),
        (Some("RSA-SHA1"), false),
        (Some("hmac-sha1"), false),
        (Some(""), false),
    ] {
        let way = OAuth1::with_method(method, client(), None);
        match way {
            Ok(_) => assert!(known, "{method:?}"),
            Err(error) => assert!(!known && error == Error::Misuse(Misuse::SignatureMethod), "{method:?}"),
        }
    }
}
