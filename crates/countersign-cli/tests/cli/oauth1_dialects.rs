//! OAuth 1.0a as servers have it besides the specification: parameters of their own, sessions, revocation, and
//! clocks that are wrong.

use core::sync::atomic::{AtomicU32, Ordering};
use std::io::Write;

use countersign_token::json::Value;
use countersign_transport::{Limits, Transport};
use countersign_transport_ureq::Ureq;
use http::Request;

use crate::support::{Asked, Home, Misbehaving, Person, Run, Running, demo, get, page, query, text};

const TEMPORARY: &str = "oauth_token=tmp&oauth_token_secret=tmps&oauth_callback_confirmed=true";

/// A service provider whose other answers are up to the test.
fn server(answer: impl Fn(&Asked) -> String + Send + 'static) -> Misbehaving {
    Misbehaving::start(move |_, asked| match asked.target.as_str() {
        "/request" => form(TEMPORARY),
        _ => answer(asked),
    })
}

fn form(body: &str) -> String {
    page("200 OK", "application/x-www-form-urlencoded", body)
}

fn refused(problem: &str) -> String {
    page("401 Unauthorized", "application/x-www-form-urlencoded", &format!("oauth_problem={problem}"))
}

/// A login whose code is typed; what the program said, and the address that it showed.
fn login(home: &Home, url: &str, more: &[&str]) -> (Run, String) {
    let (request, authorize, access) =
        (format!("{url}/request"), format!("{url}/authorize"), format!("{url}/access"));
    let by = ["oauth1", "login", "--consumer-key", "ck", "--consumer-secret", "cs", "--account", "old"];
    let at = ["--temporary-credentials-url", &request, "--authorize-url", &authorize, "--token-url", &access];
    let args = [&by[..], &at, &["--callback", "oob", "--no-browser"], more].concat();
    let mut child = Running::start(home.command(&args).stdin(std::process::Stdio::piped()));
    let _ = writeln!(child.stdin(), "123456");
    let run = child.end();
    let shown = run.err.lines().find(|line| line.starts_with("http")).unwrap_or_default().to_owned();
    (run, shown)
}

#[test]
fn each_parameter_goes_with_its_leg() {
    let home = Home::new();
    let server = server(|_| form("oauth_token=tk&oauth_token_secret=ts"));
    let more = [
        "--scope",
        "https://feeds.example/a https://feeds.example/b",
        "--param",
        "xoauth_displayname=An app",
        "--param",
        "hd=example.com",
        "--param",
        "hl=de",
        "--param",
        "btmpl=mobile",
        "--authorize-param",
        "permission=1",
    ];
    let (run, shown) = login(&home, &server.url(), &more);
    run.check(&more, 0, &["kept as \"old\""]);
    for (name, value) in [
        ("oauth_token", "tmp"),
        ("hd", "example.com"),
        ("hl", "de"),
        ("btmpl", "mobile"),
        ("permission", "1"),
    ] {
        assert_eq!(query(&shown, name), value, "{shown}");
    }
    assert!(!shown.contains("scope") && !shown.contains("xoauth"), "{shown}");
    let asked = server.asked();
    let [first, second] = &asked[..] else { panic!("two requests: {asked:?}") };
    assert_eq!(
        first.body,
        "scope=https%3A%2F%2Ffeeds.example%2Fa+https%3A%2F%2Ffeeds.example%2Fb&xoauth_displayname=An+app"
    );
    assert_eq!(second.body, "");
    assert!(second.header("authorization").unwrap().contains("oauth_verifier=\"123456\""));

    let (run, _) = login(&home, &server.url(), &["--authorize-param", "nonsense"]);
    run.check(&["oauth1 login"], 2, &["--authorize-param takes NAME=VALUE"]);
    let (run, _) = login(&home, &server.url(), &["--authorize-param", "oauth_token=x"]);
    run.check(&["oauth1 login"], 2, &[]);
}

#[test]
fn a_logout_revokes_at_the_server_and_then_forgets() {
    let (home, server) = (Home::new(), demo());
    let (url, revoke) = (server.url(), format!("{}/oauth1/revoke", server.url()));
    let (request, authorize, access) = (
        format!("{url}/oauth1/temporary-credentials"),
        format!("{url}/oauth1/authorize"),
        format!("{url}/oauth1/token"),
    );
    let by =
        ["oauth1", "login", "--consumer-key", "demo-consumer", "--consumer-secret", "env:CS", "--no-input"];
    let at = ["--temporary-credentials-url", &request, "--authorize-url", &authorize, "--token-url", &access];
    let args = [&by[..], &at, &["--account", "printer", "--revocation-url", &revoke]].concat();
    let mut child = Running::start(home.command(&args).env("CS", "demo-consumer-secret"));
    Person::approving().visit(&child.url());
    child.end().check(&args, 0, &["kept as"]);
    let me = format!("{url}/me");
    let [before, after] = [(); 2].map(|()| home.ok(&["oauth1", "sign", "GET", &me]));
    let send = |signed: &str| {
        let request = Request::get(&me).header("authorization", signed.trim()).body(Vec::new()).unwrap();
        Ureq::new(Limits::default()).unwrap().send(request).unwrap().status().as_u16()
    };
    assert_eq!(send(&before), 200);
    assert!(home.ok(&["request", "GET", &me, "--fail"]).contains("alice"));
    let document = home.json(&["logout"]);
    let Value::Array(accounts) = get(&document, "accounts") else { panic!("accounts") };
    assert_eq!(text(&accounts[0], "revoked"), "yes");
    home.check(&["oauth1", "sign", "GET", &me], 3, &["--consumer-key KEY"]);
    // The token is dead, and not only forgotten.
    assert_eq!(send(&after), 401);
}

#[test]
fn a_logout_asks_as_the_server_wants_to_be_asked() {
    let home = Home::new();
    let server = server(|asked| match asked.target.as_str() {
        "/revoke" => page("200 OK", "text/plain", ""),
        "/broken" => refused("signature_invalid"),
        _ => form("oauth_token=tk&oauth_token_secret=ts"),
    });
    for (path, method, code, said) in [
        ("/revoke", "GET", 0, "revoked at the server"),
        ("/revoke", "post", 0, "revoked at the server"),
        ("/broken", "GET", 5, "compare the secrets"),
    ] {
        let revoke = format!("{}{path}", server.url());
        let more = ["--revocation-url", &revoke, "--revocation-method", method];
        login(&home, &server.url(), &more).0.check(&more, 0, &["kept as"]);
        home.check(&["logout"], code, &[said]);
        let last = server.asked().pop().unwrap();
        assert_eq!((last.target.as_str(), last.method.as_str()), (path, method.to_uppercase().as_str()));
        assert!(last.header("authorization").unwrap().contains("oauth_token=\"tk\""));
    }
    home.check(&["logout"], 5, &["countersign logout old --local-only"]);
    home.ok(&["logout", "--local-only"]);
    let (run, _) = login(&home, &server.url(), &["--revocation-url", "http://sp.example/revoke"]);
    run.check(&["oauth1 login"], 3, &["revocation_endpoint", "https"]);
    login(&home, &server.url(), &[]).0.check(&["oauth1 login"], 0, &[]);
    home.check(&["logout"], 0, &["the server offers no revocation"]);
}

#[test]
fn a_session_is_refreshed_by_the_request_that_needs_it() {
    let home = Home::new();
    let number = AtomicU32::new(0);
    let server = server(move |asked| match asked.target.as_str() {
        "/access" => {
            let number = number.fetch_add(1, Ordering::Relaxed);
            // The first is over before it is used.
            let life = if number == 0 { "-5" } else { "3600" };
            form(&format!(
                "oauth_token=tk{number}-hidden&oauth_token_secret=ts-hidden&oauth_session_handle=sh-hidden&oauth_expires_in={life}"
            ))
        }
        _ => page("200 OK", "text/plain", "[]"),
    });
    login(&home, &server.url(), &[]).0.check(&["oauth1 login"], 0, &["kept as"]);
    let api = format!("{}/api", server.url());
    // A rehearsal sends nothing, and so refreshes nothing.
    assert!(home.ok(&["request", "GET", &api, "--dry-run"]).contains("oauth_signature"));
    assert_eq!(server.asked().len(), 2);
    let trace = home.check(&["request", "GET", &api, "--trace"], 0, &["/access", "oauth_session_handle"]).err;
    for secret in ["sh-hidden", "tk0-hidden", "tk1-hidden", "ts-hidden"] {
        assert!(!trace.contains(secret), "{trace}");
    }
    home.ok(&["request", "GET", &api]);
    let asked = server.asked();
    let targets: Vec<&str> = asked.iter().skip(2).map(|asked| asked.target.as_str()).collect();
    assert_eq!(targets, ["/access", "/api", "/api"]);
    assert!(asked[2].header("authorization").unwrap().contains("oauth_session_handle=\"sh-hidden\""));
    assert!(asked[4].header("authorization").unwrap().contains("oauth_token=\"tk1-hidden\""));
    assert!(home.ok(&["status"]).contains("then refreshed silently"));
    let Value::Array(accounts) = get(&home.json(&["status"]), "accounts").clone() else { panic!("accounts") };
    assert_eq!(text(&accounts[0], "expiry"), "at");
    assert!(matches!(get(&accounts[0], "refreshable"), Value::Bool(true)));
}

#[test]
fn a_session_that_is_over_names_the_login_that_helps() {
    let home = Home::new();
    let number = AtomicU32::new(0);
    let server = server(move |asked| match (asked.target.as_str(), number.fetch_add(1, Ordering::Relaxed)) {
        ("/access", 0) => {
            form("oauth_token=tk&oauth_token_secret=ts&oauth_session_handle=sh&oauth_expires_in=-5")
        }
        _ => refused("token_rejected"),
    });
    login(&home, &server.url(), &[]).0.check(&["oauth1 login"], 0, &["kept as"]);
    let api = format!("{}/api", server.url());
    home.check(
        &["request", "GET", &api],
        4,
        &["needs a new login", "countersign oauth1 login --account old"],
    );
}

/// A server an hour ahead, which takes what is signed by its own clock.
fn ahead(asked: &Asked) -> String {
    let field = asked.header("authorization").unwrap();
    let time = field.split("oauth_timestamp=\"").nth(1).unwrap().split('"').next().unwrap();
    // 2099-01-01T00:00:00Z
    if time.starts_with("40709088") {
        return match asked.target.as_str() {
            "/request" => form(TEMPORARY),
            "/access" => form("oauth_token=tk&oauth_token_secret=ts"),
            _ => page("200 OK", "text/plain", "taken"),
        };
    }
    refused("timestamp_refused").replacen("\r\n", "\r\nDate: Thu, 01 Jan 2099 00:00:00 GMT\r\n", 1)
}

#[test]
fn the_server_s_clock_is_followed_when_asked_for() {
    let home = Home::new();
    let server = Misbehaving::start(|_, asked| ahead(asked));
    let (run, _) = login(&home, &server.url(), &[]);
    run.check(
        &["oauth1 login"],
        5,
        &["timestamp_refused", "set this machine's clock", "--follow-server-clock"],
    );
    assert_eq!(server.asked().len(), 1);
    let (run, _) = login(&home, &server.url(), &["--follow-server-clock"]);
    run.check(&["oauth1 login"], 0, &["kept as"]);
    let api = format!("{}/api", server.url());
    home.check(&["request", "GET", &api, "--fail"], 22, &["401"]);
    assert_eq!(home.ok(&["request", "GET", &api, "--fail", "--follow-server-clock"]), "taken");
}

#[test]
fn a_signed_request_is_neither_redirected_nor_repeated() {
    let home = Home::new();
    let server = server(|asked| match asked.target.as_str() {
        "/access" => form("oauth_token=tk&oauth_token_secret=ts"),
        "/moved" => page("302 Found", "text/plain", "").replacen("\r\n", "\r\nLocation: /other\r\n", 1),
        "/busy" => {
            page("503 Service Unavailable", "text/plain", "").replacen("\r\n", "\r\nRetry-After: 0\r\n", 1)
        }
        // The connection breaks after the request was read, so that it may have been carried out.
        _ => String::new(),
    });
    login(&home, &server.url(), &[]).0.check(&["oauth1 login"], 0, &["kept as"]);
    for (path, code) in [("/moved", 0), ("/busy", 0), ("/broken", 6)] {
        let before = server.asked().len();
        home.check(&["request", "POST", &format!("{}{path}", server.url()), "-d", "a=1"], code, &[]);
        let asked = server.asked();
        assert_eq!(asked.len(), before + 1, "{asked:?}");
        assert_eq!(asked[before].target, path);
    }
}
