//! The ways to a browser and back.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, process::Stdio};

use crate::support::{Home, Person, Running, demo, finish, get, query, text};

const SCOPES: &str = "files.read profile";

#[test]
fn a_login_keeps_the_account() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--account", "alice", "--scope", SCOPES];
    let first = home.login_with(&args, &Person::approving());
    first.check(&args, 0, &["kept as \"alice\""]);
    assert_eq!(first.out, "");
    let again = home.login_with(&args, &Person::approving());
    again.check(&args, 0, &["kept as \"alice\""]);
    assert_eq!(home.ok(&["account", "list"]).lines().count(), 1);
}

#[test]
fn an_account_without_a_name_goes_by_the_host() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--json"];
    let run = home.login_with(&args, &Person::approving());
    run.check(&args, 0, &[]);
    let document = countersign_token::json::Value::parse(run.out.as_bytes()).unwrap();
    assert_eq!(text(&document, "account"), server.address().to_string());
    assert_eq!(text(&document, "kind"), "oauth2");
    assert_eq!(text(&document, "issuer"), server.url());
    assert_eq!(text(&document, "client_id"), "demo-public");
    assert_eq!(text(&document, "state"), "ok");
    assert!(text(&document, "expires_at").ends_with('Z'));
    assert!(text(&document, "store").starts_with("file:/"));
    home.check(&["login", server.url(), "--client-id", "c", "--account", "adc"], 2, &["reserved"]);
}

#[test]
fn explicit_endpoints_need_no_metadata() {
    let (home, server) = (Home::new(), demo());
    let (authorize, token) = (format!("{}/authorize", server.url()), format!("{}/token", server.url()));
    let args = [
        "login",
        "--authorization-endpoint",
        &authorize,
        "--token-endpoint",
        &token,
        "--client-id",
        "demo-public",
        "--account",
        "alice",
    ];
    home.login_with(&args, &Person::approving()).check(&args, 0, &["kept as \"alice\""]);
    assert_eq!(
        text(&get(&home.json(&["status"]), "accounts").as_array().unwrap()[0], "issuer"),
        server.url()
    );
    home.check(&["login", "--token-endpoint", &token, "--client-id", "c"], 2, &["--authorization-endpoint"]);
}

#[test]
fn a_client_file_brings_client_and_endpoints() {
    let (home, server) = (Home::new(), demo());
    let url = server.url();
    let file = home.write(
        "client_secret.json",
        &format!(
            r#"{{"installed":{{"client_id":"demo-web","client_secret":"demo-secret","auth_uri":"{url}/authorize",
               "token_uri":"{url}/token","redirect_uris":["http://localhost"]}}}}"#
        ),
    );
    let args = ["login", "--client-file", file.to_str().unwrap(), "--account", "alice"];
    home.login_with(&args, &Person::approving()).check(&args, 0, &["kept as \"alice\""]);
}

#[test]
fn a_confidential_client_authenticates() {
    let (home, server) = (Home::new(), demo());
    let args = [
        "login",
        server.url(),
        "--client-id",
        "demo-web",
        "--client-secret",
        "@secret",
        "--account",
        "alice",
    ];
    home.write("secret", "demo-secret\n");
    home.login_with(&args, &Person::approving()).check(&args, 0, &["kept as"]);
    home.write("secret", "wrong\n");
    home.login_with(&args, &Person::approving()).check(&args, 5, &["invalid_client"]);
}

#[test]
fn the_browser_gets_the_address_as_its_one_argument() {
    let (home, server) = (Home::new(), demo());
    let script =
        home.write("browser", "#!/bin/sh\necho $# > argc; printf '%s' \"$1\" > part; mv part argv\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let mut child = Running::start(
        home.command(&["login", server.url(), "--client-id", "demo-public"]).env("BROWSER", &script),
    );
    let shown = child.url();
    while !home.path("argv").exists() {
        std::thread::yield_now();
    }
    assert_eq!(fs::read_to_string(home.path("argv")).unwrap(), shown);
    assert_eq!(fs::read_to_string(home.path("argc")).unwrap(), "1\n");
    Person::approving().visit(&shown);
    child.end().check(&["login"], 0, &["Opening this address in the browser"]);
}

#[test]
fn a_browser_that_does_not_start_leaves_the_address() {
    let (home, server) = (Home::new(), demo());
    let mut child = Running::start(
        home.command(&["login", server.url(), "--client-id", "demo-public"])
            .env("BROWSER", home.path("none")),
    );
    let url = child.url();
    Person::approving().visit(&url);
    child.end().check(
        &["login"],
        0,
        &["warning: the program that opens a browser could not be started", "yourself"],
    );
}

#[test]
fn without_input_no_browser_is_opened() {
    let (home, server) = (Home::new(), demo());
    let script = home.write("browser", "#!/bin/sh\ntouch opened\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let args = ["login", server.url(), "--client-id", "demo-public", "--no-input", "--quiet"];
    let mut child = Running::start(home.command(&args).env("BROWSER", &script));
    let url = child.url();
    Person::approving().visit(&url);
    let run = child.end();
    run.check(&args, 0, &[]);
    assert_eq!(run.err, format!("Open this address in a browser, sign in there, and come back:\n{url}\n"));
    assert!(!home.path("opened").exists());
}

/// A login whose answer is pasted: `paste` makes it of the address where the browser ends.
fn check_paste(paste: impl Fn(&str) -> String, code: i32, said: &[&str]) {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--no-browser"];
    let mut child = Running::start(home.command(&args).stdin(Stdio::piped()));
    let url = child.url();
    let end = Person::approving().visit_provider(&url);
    child.stdin().write_all(paste(&end).as_bytes()).unwrap();
    child.end().check(&args, code, said);
    assert_eq!(home.run(&["token"]).code == Some(0), code == 0);
}

#[test]
fn the_whole_address_or_the_code_is_pasted() {
    check_paste(|end| format!("{end}\n"), 0, &["Paste the address", "kept as"]);
    check_paste(|end| end.to_owned(), 0, &["kept as"]);
    check_paste(|end| format!("  \"{end}\"\r\n"), 0, &["kept as"]);
    check_paste(|end| format!("{}\n", query(end, "code")), 0, &["kept as"]);
}

#[test]
fn what_answers_another_login_is_refused_and_asked_for_again() {
    let forge = |end: &str| end.replace("state=", "state=forged");
    check_paste(|end| format!("{}\n", forge(end)), 9, &["another login", "not to be trusted"]);
    check_paste(|end| format!("{}\n{end}\n", forge(end)), 0, &["another login", "kept as"]);
    check_paste(
        |end| format!("nonsense with spaces\n{end}\n"),
        0,
        &["neither a code nor an error", "kept as"],
    );
    check_paste(|_| "nonsense with spaces\n".to_owned(), 9, &["neither a code nor an error"]);
    check_paste(|_| "a-code-that-nobody-issued\n".to_owned(), 5, &["invalid_grant"]);
}

#[test]
fn a_pasted_refusal_is_a_refusal() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--no-browser"];
    let mut child = Running::start(home.command(&args).stdin(Stdio::piped()));
    let url = child.url();
    let end = Person::denying().visit_provider(&url);
    child.stdin().write_all(end.as_bytes()).unwrap();
    child.end().check(&args, 5, &["access_denied"]);
}

#[test]
fn the_listener_waits_while_somebody_may_paste() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--no-browser"];
    let mut child = Running::start(home.command(&args).stdin(Stdio::piped()));
    let stdin = child.stdin();
    let url = child.url();
    Person::approving().visit(&url);
    child.end().check(&args, 0, &["kept as"]);
    drop(stdin);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let (home, server) = (Home::new(), demo());
    let port = server.address().port().to_string();
    let args = ["login", server.url(), "--client-id", "demo-public", "--port", &port, "--no-input"];
    home.check(&args, 3, &["no listener", "--port"]);
}

#[test]
fn a_store_in_memory_says_what_it_is_worth() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--store", "memory:"];
    home.login_with(&args, &Person::approving()).check(&args, 0, &["keeps nothing beyond this run"]);
    let run = finish(&mut home.command(&["status"]));
    run.check(&["status"], 0, &["no account is stored"]);
}
