//! A browser of a hundred lines: sockets, cookies, forms; and a person who fills them in.

#![expect(dead_code, reason = "each test file uses its part of the browser")]

use core::{net::SocketAddr, time::Duration};
use std::{
    io::{Read, Write},
    net::TcpStream,
};

use countersign_provider_axum::embedded::Server;
use countersign_token::json::{Object, Value};
use countersign_wire::{Params, form};

pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookie: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Object {
        let value = Value::parse(self.body.as_bytes()).expect(&self.body);
        value.as_object().expect("an object").clone()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.json().get(name).and_then(Value::as_text).expect(name).to_owned()
    }

    pub(crate) fn form(&self) -> Params {
        form::parse(&self.body).unwrap()
    }

    /// Where a redirect leads, and its parameters.
    #[track_caller]
    pub(crate) fn redirect(&self) -> (String, Params) {
        assert_eq!(self.status, 303, "{self:?}");
        let (uri, query) = self.header("location").unwrap().split_once('?').unwrap();
        (uri.to_owned(), form::parse(query).unwrap())
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&start).expect(&self.body).1;
        rest.split_once('"').unwrap().0.to_owned()
    }
}

impl Browser {
    pub(crate) fn at(server: &Server) -> Self {
        Self { address: server.address(), cookie: None }
    }

    /// Sends these bytes and reads until the server closes.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Page {
        let mut socket = TcpStream::connect(self.address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").expect("a whole head");
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let head = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Page { status, head, body: body.to_owned() }
    }

    pub(crate) fn send(&mut self, method: &str, path: &str, head: &[(&str, &str)], body: &str) -> Page {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !head.iter().any(|(name, _)| *name == "Host") {
            request += &format!("Host: {}\r\n", self.address);
        }
        for (name, value) in head {
            request += &format!("{name}: {value}\r\n");
        }
        if let Some(cookie) = &self.cookie {
            request += &format!("Cookie: other=1; {cookie}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            request += &format!("Content-Length: {}\r\n", body.len());
        }
        let page = self.raw(format!("{request}\r\n{body}").as_bytes());
        if let Some(cookie) = page.header("set-cookie") {
            self.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        }
        page
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form::print(&fields.iter().copied().collect());
        self.send("POST", path, &[("Content-Type", form::CONTENT_TYPE)], &body)
    }

    /// Signs in at this authorization URL and brings the consent form.
    pub(crate) fn sign_in(&mut self, url: &str, username: &str) -> Page {
        let login = self.get(url);
        assert_eq!(login.status, 200, "{login:?}");
        let csrf = login.hidden("csrf");
        let fields = [("csrf", csrf.as_str()), ("username", username), ("password", "demo")];
        let gone = self.post(url, &fields);
        assert_eq!((gone.status, gone.header("location")), (303, Some(url)));
        let consent = self.get(url);
        assert!(consent.body.contains("name=\"decision\" value=\"approve\""), "{consent:?}");
        consent
    }

    /// Signs in and presses a button.
    pub(crate) fn decide(&mut self, url: &str, username: &str, decision: &str) -> Page {
        let csrf = self.sign_in(url, username).hidden("csrf");
        self.post(url, &[("csrf", &csrf), ("decision", decision)])
    }
}

/// The query of the RFC 7636 appendix B challenge.
pub(crate) fn authorization(client: &str, redirect_uri: &str) -> String {
    let params: Params = [
        ("response_type", "code"),
        ("client_id", client),
        ("redirect_uri", redirect_uri),
        ("state", "xyz"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ]
    .into_iter()
    .collect();
    format!("/authorize?{}", form::print(&params))
}

pub(crate) const CALLBACK: &str = "http://127.0.0.1:4711/callback";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Access and refresh token for `demo-public`.
pub(crate) fn login(browser: &mut Browser, username: &str) -> (String, String) {
    let url = authorization("demo-public", CALLBACK);
    let (_, params) = browser.decide(&url, username, "approve").redirect();
    let told = browser.post(
        "/token",
        &[
            ("grant_type", "authorization_code"),
            ("client_id", "demo-public"),
            ("code", params.first("code").unwrap()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ],
    );
    assert_eq!(told.status, 200, "{told:?}");
    (told.text("access_token"), told.text("refresh_token"))
}
