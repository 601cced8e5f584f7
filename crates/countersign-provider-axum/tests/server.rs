//! The server around the provider: limits, names, faults, start and stop.

#[path = "support/browser.rs"]
mod browser;

use core::sync::atomic::{AtomicI64, Ordering};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
};

use browser::{Browser, CALLBACK, authorization, login};
use countersign_provider::{Endpoint, Fault, Lifetimes, Planted};
use countersign_provider_axum::{Config, ErrorKind, embedded::Server};
use countersign_token::Timestamp;
use countersign_transport::Clock;

#[test]
fn what_is_too_large_is_refused() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    assert_eq!(browser.send("GET", "/", &[("X-Long", &"x".repeat(20_000))], "").status, 431);
    // Said and not sent: that is enough to be refused.
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n",
        server.address()
    );
    assert_eq!(browser.raw(request.as_bytes()).status, 413);
    assert_eq!(browser.get("/").status, 200);
}

#[test]
fn another_name_leads_nowhere() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let port = server.address().port();
    for (host, status) in [
        (format!("localhost:{port}"), 200),
        (format!("127.0.0.1:{port}"), 200),
        (format!("evil.example:{port}"), 421),
        ("127.0.0.1:1".into(), 421),
        (format!("127.0.0.1.evil.example:{port}"), 421),
    ] {
        assert_eq!(browser.send("GET", "/", &[("Host", &host)], "").status, status, "{host}");
    }
}

#[test]
fn forwarded_headers_change_nothing() {
    let server = Server::start_demo(0).unwrap();
    let head =
        [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https"), ("Forwarded", "host=x")];
    let page = Browser::at(&server).send("GET", "/.well-known/oauth-authorization-server", &head, "");
    assert_eq!(page.text("issuer"), server.url());
}

#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

#[test]
fn time_and_lifetimes_are_the_tests_to_set() {
    let hand = Hand(Arc::new(AtomicI64::new(1_800_000_000)));
    let clock = hand.clone();
    let server = Server::start_with(0, |issuer| {
        let mut lifetimes = Lifetimes::default();
        lifetimes.access_token = core::time::Duration::from_secs(2);
        Ok(Config::demo(issuer)?.with_lifetimes(lifetimes).with_clock(clock))
    })
    .unwrap();
    let mut browser = Browser::at(&server);
    let (access, _) = login(&mut browser, "alice");
    let mut status = || {
        let header = format!("Bearer {access}");
        browser.send("GET", "/me", &[("Authorization", &header)], "").status
    };
    assert_eq!(status(), 200);
    hand.0.fetch_add(2, Ordering::SeqCst);
    assert_eq!(status(), 401);
}

#[test]
fn a_pause_after_wrong_passwords_ends() {
    let hand = Hand(Arc::new(AtomicI64::new(1_800_000_000)));
    let clock = hand.clone();
    let server = Server::start_with(0, |issuer| Ok(Config::demo(issuer)?.with_clock(clock))).unwrap();
    let mut browser = Browser::at(&server);
    let url = authorization("demo-public", CALLBACK);
    let csrf = browser.get(&url).hidden("csrf");
    let mut guess = |password: &str| {
        browser.post(&url, &[("csrf", &csrf), ("username", "alice"), ("password", password)]).status
    };
    for _ in 0..5 {
        assert_eq!(guess("wrong"), 403);
    }
    hand.0.fetch_add(59, Ordering::SeqCst);
    assert_eq!(guess("demo"), 429);
    hand.0.fetch_add(1, Ordering::SeqCst);
    assert_eq!(guess("demo"), 303);
}

#[test]
fn a_session_ends_after_an_hour() {
    let hand = Hand(Arc::new(AtomicI64::new(1_800_000_000)));
    let clock = hand.clone();
    let server = Server::start_with(0, |issuer| Ok(Config::demo(issuer)?.with_clock(clock))).unwrap();
    let mut browser = Browser::at(&server);
    let url = authorization("demo-public", CALLBACK);
    browser.sign_in(&url, "alice");
    hand.0.fetch_add(3599, Ordering::SeqCst);
    assert!(browser.get(&url).body.contains("name=\"decision\""));
    hand.0.fetch_add(1, Ordering::SeqCst);
    assert!(browser.get(&url).body.contains("name=\"password\""));
}

#[test]
fn resource_faults_are_acted_out() {
    let server = Server::start_demo(0).unwrap();
    let mut browser = Browser::at(&server);
    let (access, refresh) = login(&mut browser, "alice");
    let header = format!("Bearer {access}");
    let plant = |fault| {
        server.service().with_provider(|provider| {
            provider.uproot();
            provider.plant(Planted::new(Endpoint::Resource, fault)).unwrap();
        });
    };
    let mut get = || browser.send("GET", "/me", &[("Authorization", &header)], "");
    plant(Fault::ServerError);
    assert_eq!(get().status, 500);
    plant(Fault::Html);
    assert_eq!(get().header("content-type"), Some("text/html; charset=utf-8"));
    plant(Fault::Malformed);
    assert!(countersign_token::json::Value::parse(get().body.as_bytes()).is_err());
    plant(Fault::Refuse);
    assert_eq!(get().status, 401);
    plant(Fault::AcceptDeadTokens);
    let mut other = Browser::at(&server);
    other.post("/revoke", &[("client_id", "demo-public"), ("token", &refresh)]);
    assert_eq!(get().status, 200);
}

#[test]
fn it_stops_with_connections_open_and_frees_its_port() {
    let server = Server::start_demo(0).unwrap();
    let address = server.address();
    let mut idle = TcpStream::connect(address).unwrap();
    let mut waiting = TcpStream::connect(address).unwrap();
    let hour = Fault::Delay(core::time::Duration::from_secs(3600));
    server
        .service()
        .with_provider(|provider| provider.plant(Planted::new(Endpoint::Metadata, hour)))
        .unwrap();
    let request = format!("GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: {address}\r\n\r\n");
    waiting.write_all(request.as_bytes()).unwrap();
    // Once it has been counted it is in the server's hands.
    while server.service().with_provider(|provider| provider.events().done(Endpoint::Metadata)) == 0 {
        std::thread::yield_now();
    }
    server.stop().unwrap();
    // Both are closed, without an answer.
    let mut rest = Vec::new();
    let _ = idle.read_to_end(&mut rest);
    let _ = waiting.read_to_end(&mut rest);
    assert!(rest.is_empty());
    assert!(TcpStream::connect(address).is_err());
    let again = Server::start_demo(address.port()).unwrap();
    assert_eq!(again.address(), address);
}

#[test]
fn a_port_that_is_taken_says_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = Server::start_demo(taken.local_addr().unwrap().port()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Listen);
    assert!(core::error::Error::source(&error).is_some());
    let error = Server::start_with(0, |_| Config::demo("http://provider.example")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Issuer);
    let error = Server::start_with(0, |issuer| {
        Ok(Config::demo(issuer)?.with_entropy(testkit::entropy::Empty::default()))
    });
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Entropy);
}
