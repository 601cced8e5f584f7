//! Authorised requests, and what is printed of their answers.

use std::{fs, io::Write, process::Stdio};

use countersign_token::json::Value;

use crate::support::{Home, Misbehaving, Running, demo, fed, get, json, nowhere, page, rsa, text};

/// A home with an imported account, and an API that echoes what it was sent.
fn echo() -> (Home, Misbehaving) {
    let home = Home::new();
    home.write("token", "t0k3n-of-mine");
    home.ok(&["account", "import", "--name", "ann", "--access-token", "@token", "--quiet"]);
    let api = Misbehaving::start(|_, asked| {
        let status = if asked.target.starts_with("/missing") { "404 Not Found" } else { "200 OK" };
        page(
            status,
            "text/plain",
            &format!("{} {}\n{}\n\n{}", asked.method, asked.target, asked.headers.join("\n"), asked.body),
        )
    });
    (home, api)
}

#[test]
fn an_account_opens_the_sample_api() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let url = format!("{}/drive/v3/files?pageSize=5", server.url());
    let page = Value::parse(home.ok(&["request", "GET", &url]).as_bytes()).unwrap();
    assert_eq!(get(&page, "files").as_array().unwrap().len(), 5);
    assert!(text(&page, "nextPageToken").len() > 4);
    let me = home.ok(&["request", "GET", &format!("{}/me", server.url()), "-a", "alice"]);
    assert!(me.contains("alice"), "{me}");
}

#[test]
fn the_body_is_sent_and_printed_byte_by_byte() {
    let (home, api) = echo();
    let url = format!("{}/x?q=a%20b", api.url());
    let body = home.ok(&["request", "POST", &url, "-d", "a=1&b=%20"]);
    assert!(body.starts_with("POST /x?q=a%20b\n"), "{body}");
    assert!(body.ends_with("\n\na=1&b=%20"), "{body}");
    for field in [
        "authorization: bearer t0k3n-of-mine",
        "content-type: application/x-www-form-urlencoded",
        "user-agent: countersign/",
    ] {
        assert!(body.to_lowercase().contains(field), "{field}: {body}");
    }
    home.write("body", "from a file");
    for args in [["--data", "@body"], ["--data-file", "body"]] {
        assert!(home.ok(&["request", "PUT", &url, args[0], args[1]]).ends_with("\n\nfrom a file"));
    }
    let json = home.ok(&["request", "PATCH", &url, "--json-body", "{}", "-H", "X-Extra: yes"]);
    assert!(json.to_lowercase().contains("content-type: application/json") && json.ends_with("{}"), "{json}");
    assert!(json.to_lowercase().contains("x-extra: yes"));
    let own = home.ok(&[
        "request",
        "POST",
        &url,
        "-d",
        "<a/>",
        "-H",
        "content-type: text/xml",
        "-H",
        "User-Agent: mine",
    ]);
    assert!(own.to_lowercase().contains("content-type: text/xml") && !own.contains("urlencoded"), "{own}");
    assert!(own.to_lowercase().contains("user-agent: mine\n") && !own.contains("countersign/"), "{own}");

    let mut child =
        Running::start(home.command(&["request", "POST", &url, "--data-file", "-"]).stdin(Stdio::piped()));
    child.stdin().write_all(b"from a pipe").unwrap();
    let run = child.end();
    assert!(run.out.ends_with("\n\nfrom a pipe"), "{run:?}");
}

#[test]
fn bytes_that_are_no_text_stay_what_they_are() {
    let home = Home::new();
    home.ok(&["account", "import", "--name", "ann", "--access-token", "t", "--quiet"]);
    let api = Misbehaving::start(|_, _| page("200 OK", "application/octet-stream", "\u{7f}\u{0}\u{1b}[31m"));
    assert_eq!(home.ok(&["request", "GET", &api.url()]), "\u{7f}\u{0}\u{1b}[31m");
    home.ok(&["request", "GET", &api.url(), "-o", "saved"]);
    assert_eq!(fs::read(home.path("saved")).unwrap(), b"\x7f\x00\x1b[31m");
}

#[test]
fn the_head_of_the_answer_is_shown_when_asked_for() {
    let (home, api) = echo();
    let shown = home.ok(&["request", "GET", &api.url(), "--include"]);
    assert!(shown.starts_with("HTTP/1.1 200 OK\n"), "{shown}");
    assert!(shown.to_lowercase().contains("\ncontent-type: text/plain\n"), "{shown}");
    let document = home.json(&["request", "GET", &format!("{}/missing", api.url())]);
    assert_eq!(get(&document, "status").as_integer(), Some(404));
    assert!(text(&document, "body").starts_with("GET /missing"));
    assert!(!get(&document, "headers").as_array().unwrap().is_empty());
}

#[test]
fn a_status_is_a_failure_only_when_asked_for() {
    let (home, api) = echo();
    let missing = format!("{}/missing", api.url());
    assert!(home.ok(&["request", "GET", &missing]).starts_with("GET /missing"));
    let run = home.check(&["request", "GET", &missing, "--fail"], 22, &["404 Not Found"]);
    assert!(run.out.starts_with("GET /missing"), "{run:?}");
    home.ok(&["request", "GET", &api.url(), "--fail"]);
}

#[test]
fn a_dry_run_shows_everything_but_credentials_and_sends_nothing() {
    let (home, api) = echo();
    let url = format!("{}/x?q=a%20b&access_token=hidden-1234", api.url());
    let args = [
        "request",
        "POST",
        &url,
        "-d",
        "a=1",
        "-H",
        "X-Api-Key: hidden-5678",
        "-H",
        "Accept: text/plain",
        "--dry-run",
    ];
    let shown = home.ok(&args);
    let expected = format!(
        "POST {}/x?q=a%20b&access_token=[redacted]\nx-api-key: [redacted]\naccept: text/plain\n\
         content-type: application/x-www-form-urlencoded\nuser-agent: countersign/{}\n\
         authorization: Bearer [redacted]\n\n(3 bytes)\n",
        api.url(),
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(shown, expected);
    assert_eq!(api.asked().len(), 0);
    let document = home.json(&args);
    assert_eq!(text(&document, "method"), "POST");
    assert_eq!(get(&document, "body_bytes").as_integer(), Some(3));
}

#[test]
fn a_signed_request_is_rehearsed_without_its_token() {
    let home = Home::new();
    let args = [
        "account",
        "import",
        "--name",
        "cal",
        "--consumer-key",
        "ck",
        "--consumer-secret",
        "cs-hidden",
        "--token",
        "tk-hidden",
        "--token-secret",
        "ts-hidden",
    ];
    home.ok(&args);
    let shown = home.ok(&["request", "GET", &format!("{}/x", nowhere()), "--dry-run"]);
    assert!(
        shown.contains("authorization: OAuth oauth_consumer_key=\"ck\", oauth_token=\"[redacted]\""),
        "{shown}"
    );
    assert!(shown.contains("oauth_signature=\"[redacted]\"") && !shown.contains("hidden"), "{shown}");
}

#[test]
fn credentials_stay_off_the_open_network() {
    let (home, _api) = echo();
    let said = home.check(&["request", "GET", "http://api.example/"], 2, &["not sent"]);
    assert_eq!(said.out, "");
    for bad in ["api.example/x", "https://", "not an address", "file:///etc/passwd"] {
        home.check(&["request", "GET", bad], 2, &[]);
    }
    home.check(
        &["request", "GET", "https://api.example/", "-H", "Authorization: Bearer x"],
        2,
        &["Authorization"],
    );
    home.check(&["request", "GET", "https://api.example/", "-H", "no colon"], 2, &["Name: value"]);
    home.check(&["request", "G T", "https://api.example/"], 2, &["is no method"]);
    home.check(&["request", "GET", &nowhere()], 6, &["could not be reached"]);
}

#[test]
fn a_token_that_is_refused_is_refreshed_once() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    let dead = home.ok(&["token"]);
    // A token that is revoked behind the program's back.
    let revoke = format!("{}/revoke", server.url());
    let form = format!("token={}&client_id=demo-public&token_type_hint=access_token", dead.trim());
    home.ok(&["request", "POST", &revoke, "-d", &form]);
    let me = home.ok(&["request", "GET", &format!("{}/me", server.url()), "--fail"]);
    assert!(me.contains("alice"), "{me}");
    assert_ne!(home.ok(&["token"]), dead);
}

#[test]
fn an_answer_may_be_large() {
    let home = Home::new();
    home.ok(&["account", "import", "--name", "ann", "--access-token", "t", "--quiet"]);
    let api = Misbehaving::start(|_, _| json("200 OK", &"x".repeat(3 << 20)));
    assert_eq!(home.ok(&["request", "GET", &api.url()]).len(), 3 << 20);
}

/// The account says by which method, and the key comes with each request.
#[test]
fn an_account_with_a_private_key_signs_with_the_key_of_the_moment() {
    let home = Home::new();
    let [private, public, _] = rsa::published();
    home.write("key.pem", &private);
    home.write("public.pem", &public);
    let import = ["account", "import", "--name", "keyed", "--consumer-key", "k", "--token", "t"];
    home.check(&import, 2, &["--consumer-secret is missing", "--signature-method RSA-SHA1"]);
    for method in ["RSA-SHA1", "RSA-SHA256"] {
        let args = [&import[..], &["--signature-method", method]].concat();
        home.check(&args, 0, &["the key is not kept", "--private-key FILE"]);
        let api = Misbehaving::start(|_, _| json("200 OK", "{}"));
        let url = format!("{}/x?b=2&a=1", api.url());
        home.check(
            &["request", "GET", &url],
            3,
            &["the key that the account signs with is not kept", "--private-key FILE"],
        );
        let args = ["request", "POST", &url, "-d", "c=3", "--private-key", "key.pem"];
        let rehearsed = home.ok(&[&args[..], &["--dry-run"]].concat());
        assert!(rehearsed.contains(method) && api.asked().is_empty(), "{rehearsed}");
        assert_eq!(home.ok(&args), "{}");
        let asked = api.asked();
        let authorization = asked[0].header("authorization").unwrap();
        assert!(authorization.contains(&format!("oauth_signature_method=\"{method}\"")), "{authorization}");
        let host = api.url().replace("http://", "");
        let message = format!(
            "POST /x?b=2&a=1 HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Authorization: {authorization}\r\n\r\nc=3"
        );
        let verify = [
            "oauth1",
            "verify",
            "--consumer-key",
            "k",
            "--token",
            "t",
            "--public-key",
            "public.pem",
            "--scheme",
            "http",
            "--any-time",
        ];
        fed(&mut home.command(&verify), message.as_bytes()).check(&verify, 0, &[]);
        fed(&mut home.command(&verify), message.replace("c=3", "c=4").as_bytes()).check(&verify, 9, &[]);
    }
    home.import("bearer", "at");
    home.check(
        &["request", "GET", "https://api.example/", "-a", "bearer", "--private-key", "key.pem"],
        2,
        &["not an OAuth 1.0a account"],
    );
}
