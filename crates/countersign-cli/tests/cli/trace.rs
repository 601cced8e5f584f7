//! The exchange as a person may see it.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::{Home, Misbehaving, Person, Running, demo, finish, json, query};

#[test]
fn a_login_and_a_refresh_are_shown_without_their_secrets() {
    let (home, server) = (Home::new(), demo());
    home.write("secret", "demo-secret");
    let args = [
        "login",
        server.url(),
        "--client-id",
        "demo-web",
        "--client-secret",
        "@secret",
        "--account",
        "alice",
        "--trace",
    ];
    let run = home.login_with(&args, &Person::approving());
    run.check(
        &args,
        0,
        &[
            &format!("> GET {}/.well-known/oauth-authorization-server\n", server.url()),
            &format!("> POST {}/token\n", server.url()),
            "> authorization: Basic [redacted]\n",
            "grant_type=authorization_code",
            "code=[redacted]",
            "code_verifier=[redacted]",
            "< 200 OK\n",
            "\"access_token\":\"[redacted]\"",
            "\"token_type\":\"Bearer\"",
        ],
    );
    assert!(!run.err.contains("demo-secret"), "{}", run.err);
    let first = home.ok(&["token"]);
    assert!(!run.err.contains(first.trim()));

    let refreshed = home.check(
        &["token", "--force-refresh", "-vv"],
        0,
        &["grant_type=refresh_token", "refresh_token=[redacted]"],
    );
    assert!(!refreshed.err.contains(refreshed.out.trim()));

    home.ok(&["request", "GET", &format!("{}/me", server.url()), "--trace=exchange.txt"]);
    let trace = fs::read_to_string(home.path("exchange.txt")).unwrap();
    assert!(trace.contains("> authorization: Bearer [redacted]"), "{trace}");
    assert!(
        !trace.contains("alice") && trace.contains(" bytes)"),
        "what the resource holds is the user's own: {trace}"
    );
    assert_eq!(fs::metadata(home.path("exchange.txt")).unwrap().permissions().mode() & 0o777, 0o600);
    home.check(&["token", "--trace=missing/directory"], 3, &["trace file"]);
}

#[test]
fn the_legs_of_oauth1_are_shown_without_their_secrets() {
    let (home, server) = (Home::new(), demo());
    let url = server.url();
    let (request, authorize, token) = (
        format!("{url}/oauth1/temporary-credentials"),
        format!("{url}/oauth1/authorize"),
        format!("{url}/oauth1/token"),
    );
    let args = [
        "oauth1",
        "login",
        "--temporary-credentials-url",
        &request,
        "--authorize-url",
        &authorize,
        "--token-url",
        &token,
        "--consumer-key",
        "demo-consumer",
        "--consumer-secret",
        "env:CS",
        "--no-input",
        "--trace",
        "--signature-method",
        "PLAINTEXT",
    ];
    let mut child = Running::start(home.command(&args).env("CS", "demo-consumer-secret"));
    let address = child.url();
    Person::approving().visit(&address);
    let run = child.end();
    run.check(
        &args,
        0,
        &[
            "oauth_consumer_key=\"demo-consumer\"",
            "oauth_signature=\"[redacted]\"",
            "oauth_token_secret=[redacted]",
        ],
    );
    // The temporary token stands in the address, which is shown on purpose.
    let traced: String = run.err.lines().filter(|line| line.starts_with(['>', '<'])).collect();
    assert!(
        !traced.contains("demo-consumer-secret") && !traced.contains(&query(&address, "oauth_token")),
        "{traced}"
    );
}

#[test]
fn what_a_server_echoes_is_hidden_as_well() {
    // The token endpoint repeats what it was sent and what it gave before, here and there.
    let server = Misbehaving::start(|url, asked| match asked.target.as_str() {
        "/token" if asked.body.contains("refresh_token") => json(
            "400 Bad Request",
            r#"{"error_description":"neither r3fresh-0123 nor cl13nt-s3cret nor at-456789 will do, says r3fresh-0123","error":"invalid_scope"}"#,
        ),
        _ => json("404 Not Found", &format!(r#"{{"error":"{url}"}}"#)),
    });
    let home = Home::new();
    let endpoint = format!("{}/token", server.url());
    let args = [
        "account",
        "import",
        "--name",
        "a",
        "--access-token",
        "env:AT",
        "--refresh-token",
        "env:RT",
        "--client-id",
        "c",
        "--client-secret",
        "env:CS",
        "--token-endpoint",
        &endpoint,
        "--expires-at",
        "2001-01-01T00:00:00Z",
    ];
    let mut import = home.command(&args);
    finish(import.envs([("AT", "at-456789"), ("RT", "r3fresh-0123"), ("CS", "cl13nt-s3cret")])).check(
        &args,
        0,
        &[],
    );
    let run = home.check(&["token", "--trace"], 5, &["invalid_scope", "[redacted] nor [redacted]"]);
    assert!(!run.err.contains("r3fresh") && !run.err.contains("cl13nt"), "{}", run.err);
}

#[test]
fn a_variable_switches_it_on() {
    let home = Home::new();
    let server = Misbehaving::start(|_, _| {
        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\", error_description=\"at-456789\"\r\n\
         Set-Cookie: session=s3ssion-1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .to_owned()
    });
    let import = ["account", "import", "--name", "a", "--access-token", "at-456789", "--quiet"];
    home.ok(&import);
    let run = finish(home.command(&["request", "GET", &server.url()]).env("COUNTERSIGN_TRACE", "1"));
    run.check(
        &["request"],
        0,
        &[
            "< 401 Unauthorized",
            "< www-authenticate: Bearer error=\"invalid_token\", error_description=\"[redacted]\"",
            "< set-cookie: [redacted]",
        ],
    );
    let run = finish(home.command(&["request", "GET", &server.url()]).env("COUNTERSIGN_TRACE", ""));
    assert_eq!(run.err, "");
}
