//! Pages and forms: what they carry, what they refuse, and what they escape.

#[path = "support/browser.rs"]
mod browser;

use base64::{Engine, engine::general_purpose::STANDARD};
use browser::{Browser, CALLBACK, authorization};
use countersign_provider::{Digest, RedirectRule, RegisteredClient};
use countersign_provider_axum::{Config, embedded::Server};

fn url() -> String {
    authorization("demo-public", CALLBACK)
}

#[test]
fn every_page_carries_its_headers() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let consent = Browser::at(&server).sign_in(&url(), "alice");
    for page in
        [browser.get(&url()), browser.get("/authorize"), browser.get("/nowhere"), browser.get("/"), consent]
    {
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        assert!(!page.body.contains("<script"), "{}", page.body);
        // The style is let through by its own digest.
        let style = page.body.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert!(policy.contains(&STANDARD.encode(Digest::of(style).as_bytes())), "{policy}");
    }
}

#[test]
fn a_consent_form_may_lead_to_the_client_and_a_login_form_may_not() {
    let server = Server::start_demo(0).unwrap();
    let check = |redirect_uri: &str, expected: &str| {
        let consent = Browser::at(&server).sign_in(&authorization("demo-public", redirect_uri), "alice");
        let policy = consent.header("content-security-policy").unwrap();
        let action = policy.split_once("form-action ").unwrap().1;
        assert_eq!(action, expected, "{redirect_uri}");
    };
    check(CALLBACK, "'self' http://127.0.0.1:4711");
    check("http://localhost:4711/cb?x=y", "'self' http://localhost:4711");
    // The policy's grammar has no way to write this address.
    check("http://[::1]:4711/cb", "'self' http:");
    let login = Browser::at(&server).get(&url());
    assert!(login.header("content-security-policy").unwrap().ends_with("form-action 'self'"));
}

#[test]
fn the_session_cookie_is_the_browsers_alone_and_changes_at_login() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let login = browser.get(&url());
    let cookie = login.header("set-cookie").unwrap();
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
    assert!(cookie.starts_with(&format!("countersign_{}=", server.address().port())), "{cookie}");
    let before = browser.cookie.clone();
    browser.sign_in(&url(), "alice");
    assert_ne!(browser.cookie, before);
    let after = browser.cookie.clone();
    // The identifier from before the login opens nothing.
    browser.cookie = before;
    assert!(browser.get(&url()).body.contains("name=\"password\""));
    browser.cookie = after.clone();
    let csrf = browser.get(&url()).hidden("csrf");
    // Who signs in again leaves no session behind.
    browser.post(&url(), &[("csrf", &csrf), ("username", "bob"), ("password", "demo")]);
    assert!(browser.get(&url()).body.contains("<strong>bob</strong>"));
    browser.cookie = after;
    assert!(browser.get(&url()).body.contains("name=\"password\""));
}

#[test]
fn a_form_from_elsewhere_is_refused() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let csrf = browser.sign_in(&url(), "alice").hidden("csrf");
    let stranger = Browser::at(&server).get(&url()).hidden("csrf");
    for fields in [
        &[("decision", "approve")][..],
        &[("decision", "approve"), ("csrf", "")],
        &[("decision", "approve"), ("csrf", &stranger)],
        &[("username", "alice"), ("password", "demo"), ("csrf", "x")],
    ] {
        let page = browser.post(&url(), fields);
        assert_eq!((page.status, page.header("location")), (403, None), "{fields:?}");
    }
    let cookie = browser.cookie.take();
    assert_eq!(browser.post(&url(), &[("decision", "approve"), ("csrf", &csrf)]).status, 403);
    browser.cookie = cookie;
    let twice = [("decision", "deny"), ("decision", "approve"), ("csrf", &*csrf)];
    assert_eq!(browser.post(&url(), &twice).status, 400);
    assert_eq!(browser.post(&url(), &[("decision", "maybe"), ("csrf", &csrf)]).status, 400);
    let (_, params) = browser.post(&url(), &[("decision", "approve"), ("csrf", &csrf)]).redirect();
    assert!(params.first("code").is_some());
}

#[test]
fn consent_needs_a_login_and_can_be_refused_or_given_by_another() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let csrf = browser.get(&url()).hidden("csrf");
    let page = browser.post(&url(), &[("decision", "approve"), ("csrf", &csrf)]);
    assert_eq!((page.status, page.header("location")), (303, Some(&*url())));

    let (uri, params) = browser.decide(&url(), "alice", "deny").redirect();
    assert_eq!((uri.as_str(), params.first("error")), (CALLBACK, Some("access_denied")));
    assert_eq!(params.first("iss"), Some(server.url()));

    let csrf = browser.get(&url()).hidden("csrf");
    assert_eq!(browser.post(&url(), &[("decision", "switch"), ("csrf", &csrf)]).status, 303);
    assert!(browser.sign_in(&url(), "bob").body.contains("<strong>bob</strong>"));
}

#[test]
fn passwords_are_not_guessed_for_long() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let csrf = browser.get(&url()).hidden("csrf");
    let mut guess = |name: &str, password: &str| {
        let fields = [("csrf", csrf.as_str()), ("username", name), ("password", password)];
        browser.post(&url(), &fields)
    };
    let unknown = guess("nobody", "demo");
    for _ in 0..5 {
        let page = guess("alice", "wrong");
        assert_eq!((page.status, &page.body), (403, &unknown.body));
    }
    let page = guess("alice", "demo");
    assert_eq!(page.status, 429);
    assert!(page.header("retry-after").unwrap().parse::<u64>().unwrap() <= 60);
    assert_eq!(guess("bob", "").status, 403);
    assert_eq!(guess("bob", "demo").status, 303);
}

#[test]
fn names_are_escaped() {
    let evil = "<script>alert('x')</script> & \"co\"";
    let server = Server::start_with(0, |issuer| {
        let mut config = Config::demo(issuer)?;
        let rule = RedirectRule::AnyLoopback;
        config.clients.push(RegisteredClient::public("evil", evil, [rule]));
        config.accounts[1].user.name = evil.into();
        config.provider.scopes[0].description = evil.into();
        Ok(config)
    })
    .unwrap();
    let mut browser = Browser::at(&server);
    let url = authorization("evil", CALLBACK);
    let login = browser.get(&url);
    let consent = browser.sign_in(&url, evil);
    let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;";
    for (page, times) in [(login, 1), (consent, 3)] {
        assert!(!page.body.contains("<script"), "{}", page.body);
        assert_eq!(page.body.matches(escaped).count(), times, "{}", page.body);
    }
}

#[test]
fn nothing_of_a_refused_request_is_shown() {
    let server = Server::start_demo(0).unwrap();
    let page =
        Browser::at(&server).get("/authorize?client_id=%3Cscript%3E&redirect_uri=https://evil.example/x");
    assert_eq!((page.status, page.header("location")), (400, None));
    assert!(!page.body.contains("script") && !page.body.contains("evil"), "{}", page.body);
}
