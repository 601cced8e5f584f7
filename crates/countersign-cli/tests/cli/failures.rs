//! Bad input and bad servers: each meets a clear error and its own exit code.

use std::process::Stdio;

use countersign_transport::{Limits, Transport};
use countersign_transport_ureq::Ureq;
use http::Request;

use crate::support::{Asked, Home, Misbehaving, Person, Run, Running, demo, json, nowhere, page, query};

/// A server with metadata, whose token endpoint gives this answer.
fn server(token: impl Fn() -> String + Send + 'static) -> Misbehaving {
    Misbehaving::start(move |url, asked: &Asked| match asked.target.as_str() {
        "/.well-known/oauth-authorization-server" => metadata(url, url),
        "/token" => token(),
        _ => page("404 Not Found", "text/plain", "no"),
    })
}

fn metadata(url: &str, issuer: &str) -> String {
    json(
        "200 OK",
        &format!(
            r#"{{"issuer":"{issuer}","authorization_endpoint":"{url}/authorize","token_endpoint":"{url}/token",
               "revocation_endpoint":"{url}/revoke","response_types_supported":["code"]}}"#
        ),
    )
}

/// Comes back to the listener with this query, as a browser does.
fn come_back(url: &str, query: &str) -> u16 {
    let request =
        Request::get(format!("{}?{query}", self::query(url, "redirect_uri"))).body(Vec::new()).unwrap();
    Ureq::new(Limits::default()).unwrap().send(request).unwrap().status().as_u16()
}

/// A login at a server that is approved at once.
fn login(home: &Home, server: &Misbehaving) -> Run {
    let mut child =
        Running::start(&mut home.command(&["login", &server.url(), "--client-id", "c", "--no-input"]));
    let url = child.url();
    come_back(&url, &format!("code=4711&state={}", query(&url, "state")));
    child.end()
}

fn check_token_answer(answer: impl Fn() -> String + Send + 'static, code: i32, said: &[&str]) {
    let home = Home::new();
    let server = server(answer);
    let run = login(&home, &server);
    run.check(&["login"], code, said);
    assert_eq!(
        home.stored().iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "json")).count(),
        0
    );
}

#[test]
fn a_page_in_place_of_a_token_is_called_that() {
    check_token_answer(
        || page("200 OK", "text/html", "<html><body>Sign in to the hotel network</body></html>"),
        1,
        &["the answer is not one of OAuth", "why:", "check the address", "--trace"],
    );
}

#[test]
fn an_outage_is_worth_a_retry() {
    check_token_answer(
        || page("503 Service Unavailable", "text/plain", "later"),
        6,
        &["the server is in trouble", "503", "try again"],
    );
}

#[test]
fn a_refusal_is_told_in_the_server_s_own_words_and_no_others() {
    check_token_answer(
        || {
            json(
                "400 Bad Request",
                r#"{"error":"invalid_grant","error_description":"the code \u001b[31mis\nspent"}"#,
            )
        },
        5,
        &["the server refused with invalid_grant", "the code  [31mis spent"],
    );
    check_token_answer(
        || json("401 Unauthorized", r#"{"error":"invalid_client"}"#),
        5,
        &["invalid_client", "client's identifier"],
    );
    check_token_answer(
        || json("400 Bad Request", r#"{"error":"temporarily_unavailable"}"#),
        6,
        &["temporarily_unavailable"],
    );
}

#[test]
fn an_answer_that_echoes_a_secret_does_not_bring_it_to_the_terminal() {
    let home = Home::new();
    let server = server(|| {
        json(
            "401 Unauthorized",
            r#"{"error":"invalid_client","error_description":"bad secret s3cr3t-0123456789"}"#,
        )
    });
    let args = ["login", &server.url(), "--client-id", "c", "--client-secret", "env:S", "--no-input"];
    let mut child = Running::start(home.command(&args).env("S", "s3cr3t-0123456789"));
    let url = child.url();
    come_back(&url, &format!("code=4711&state={}", query(&url, "state")));
    let run = child.end();
    run.check(&args, 5, &["bad secret"]);
    assert!(!run.err.contains("s3cr3t"), "{}", run.err);
}

#[test]
fn a_connection_that_is_refused_is_a_matter_of_the_network() {
    let home = Home::new();
    let nowhere = nowhere();
    let place = nowhere.trim_start_matches("http://");
    home.check(
        &["login", &nowhere, "--client-id", "c", "--no-input"],
        6,
        &["could not be reached", place, "next:"],
    );
}

#[test]
fn an_address_without_an_issuer_is_a_bad_configuration() {
    let home = Home::new();
    let server = Misbehaving::start(|_, _| page("404 Not Found", "text/html", "<html>"));
    let said = ["no issuer was found", "status 404", "--token-endpoint"];
    home.check(&["login", &server.url(), "--client-id", "c", "--no-input"], 3, &said);
    home.check(
        &["login", "http://as.example", "--client-id", "c", "--no-input"],
        3,
        &["an address cannot be used", "https"],
    );
    home.check(
        &["login", "google", "--client-id", "c", "--no-input"],
        3,
        &["there is no profile \"google\""],
    );
}

#[test]
fn the_metadata_of_another_issuer_does_not_pass() {
    let home = Home::new();
    let server = Misbehaving::start(|url, _| metadata(url, "https://evil.example"));
    home.check(&["login", &server.url(), "--client-id", "c", "--no-input"], 9, &["another issuer's"]);
}

#[test]
fn a_metadata_outage_is_worth_a_retry() {
    let home = Home::new();
    let server = Misbehaving::start(|_, _| page("503 Service Unavailable", "text/plain", "later"));
    home.check(&["login", &server.url(), "--client-id", "c", "--no-input"], 6, &["503"]);
}

#[test]
fn a_person_who_says_no_ends_the_login() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public"];
    let run = home.login_with(&args, &Person::denying());
    run.check(&args, 5, &["access_denied", "approve"]);
    home.check(&["token"], 3, &["no account is stored"]);
}

#[test]
fn an_answer_with_another_state_is_waited_out() {
    let (home, server) =
        (Home::new(), server(|| json("200 OK", r#"{"access_token":"at","token_type":"bearer"}"#)));
    let mut child =
        Running::start(&mut home.command(&["login", &server.url(), "--client-id", "c", "--no-input"]));
    let url = child.url();
    assert!(come_back(&url, "code=4711&state=forged") >= 400);
    assert!(come_back(&url, "error=access_denied") >= 400);
    come_back(&url, &format!("code=4711&state={}", query(&url, "state")));
    child.end().check(&["login"], 0, &["kept as"]);
    assert_eq!(home.ok(&["token"]), "at\n");
}

#[test]
fn an_answer_of_another_issuer_is_refused() {
    let (home, server) =
        (Home::new(), server(|| json("200 OK", r#"{"access_token":"at","token_type":"bearer"}"#)));
    let mut child =
        Running::start(&mut home.command(&["login", &server.url(), "--client-id", "c", "--no-input"]));
    let url = child.url();
    come_back(&url, &format!("code=4711&state={}&iss=https%3A%2F%2Fevil.example", query(&url, "state")));
    child.end().check(&["login"], 9, &["not to be trusted", "issuer"]);
    assert_eq!(server.asked().iter().filter(|asked| asked.target == "/token").count(), 0);
}

#[test]
fn nobody_came() {
    let (home, server) = (Home::new(), demo());
    let args = ["login", server.url(), "--client-id", "demo-public", "--no-input", "--login-timeout", "1"];
    home.check(&args, 8, &["nobody completed the login in time", "--login-timeout"]);
}

#[test]
fn a_client_that_is_missing_is_asked_for_before_anything_is_sent() {
    let home = Home::new();
    let said = ["needs a client", "http://127.0.0.1/callback", "--client-id", "--client-file"];
    home.check(&["login", "https://as.example"], 3, &said);
    home.check(&["login"], 2, &["countersign login ISSUER --client-id ID"]);
    home.check(&["login", "--client-file", "missing.json"], 3, &["missing.json", "cannot be read"]);
    let file = home.write("key.json", r#"{"type":"service_account","private_key":"k"}"#);
    home.check(&["login", "--client-file", file.to_str().unwrap()], 3, &["service account"]);
}

#[test]
fn an_account_that_is_missing_is_named_and_the_others_are() {
    let (home, server) = (Home::new(), demo());
    home.check(&["token"], 3, &["no account is stored here", "countersign login"]);
    home.login(&server, "alice");
    for args in [
        &["token", "carol"][..],
        &["status", "carol"],
        &["logout", "carol"],
        &["request", "GET", "https://api.example/", "-a", "carol"],
        &["oauth1", "sign", "GET", "https://api.example/", "-a", "carol"],
    ] {
        home.check(args, 3, &["there is no account \"carol\"", "alice"]);
    }
    home.login(&server, "bob");
    home.check(&["token"], 3, &["more than one account", "alice, bob", "COUNTERSIGN_ACCOUNT"]);
}

#[test]
fn a_reader_that_went_away_is_no_reason_to_panic() {
    let (home, server) = (Home::new(), demo());
    home.login(&server, "alice");
    for args in [&["token"][..], &["status"], &["help"], &["--help"], &["account", "list", "--json"]] {
        let mut child = home.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, "", "{args:?}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {:?}", output.status);
    }
}

#[test]
fn what_is_not_there_yet_is_a_usage_error() {
    let home = Home::new();
    for args in [
        &["grant", "client-credentials"][..],
        &["playground"],
        &["login", "https://as.example", "--flow", "device"],
        &["token", "--format", "netrc"],
        &["status", "--store", "nonsense"],
        &["status", "--store-encryption", "rot13"],
        &["oauth1", "sign", "GET", "https://api.example/", "--signature-method", "RSA-SHA3"],
        &["help", "nonsense"],
        &["nonsense"],
        &[],
    ] {
        let run = home.run(args);
        run.check(args, 2, &[]);
        assert_eq!(run.out, "", "{args:?}");
        assert!(!run.err.is_empty(), "{args:?}");
    }
}
