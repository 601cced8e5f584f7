//! Every command with secrets in it, and none of them where it has no business.

use std::{fs, os::unix::fs::PermissionsExt};

use testkit::canary::{self, SECRET};

use crate::support::{Home, Misbehaving, Run, demo, fed, finish, json, nowhere, page, rsa};

/// Runs with the secret in the environment and in a file; nothing may be seen of it, in the trace least of all.
fn check(home: &Home, args: &[&str]) -> Run {
    let run = run(home, args);
    canary::check_text(&format!("standard output of {args:?}"), &run.out);
    canary::check_text(&format!("standard error of {args:?}"), &run.err);
    run
}

fn run(home: &Home, args: &[&str]) -> Run {
    home.write("secret", &format!("{SECRET}\n"));
    let mut args = args.to_vec();
    args.extend(["--trace", "-vv", "--no-input"]);
    let run = finish(home.command(&args).env("SECRET", SECRET));
    assert!(!run.err.contains("panicked"), "{}", run.err);
    run
}

/// A home with an account of each kind, all of whose secrets are the canary, at a server that echoes it.
fn seeded() -> (Home, Misbehaving) {
    let home = Home::new();
    let server = Misbehaving::start(|_, asked| {
        let echo = format!("{SECRET} {}", asked.body);
        match asked.target.as_str() {
            "/token" | "/revoke" => {
                let echo = echo.replace('"', "");
                json(
                    "400 Bad Request",
                    &format!(r#"{{"error":"invalid_grant","error_description":"{echo}"}}"#),
                )
            }
            _ => page("401 Unauthorized", "text/plain", "no"),
        }
    });
    let endpoint = format!("{}/token", server.url());
    for (way, name) in [("env:SECRET", "by-env"), ("@secret", "by-file"), ("cmd:cat secret", "by-command")] {
        check(
            &home,
            &[
                "account",
                "import",
                "--name",
                name,
                "--access-token",
                way,
                "--refresh-token",
                way,
                "--client-id",
                "c",
                "--client-secret",
                way,
                "--token-endpoint",
                &endpoint,
                "--expires-at",
                "2001-01-01T00:00:00Z",
            ],
        )
        .check(&[name], 0, &[]);
        let name = format!("1-{name}");
        check(
            &home,
            &[
                "account",
                "import",
                "--name",
                &name,
                "--consumer-key",
                "k",
                "--consumer-secret",
                way,
                "--token",
                "t",
                "--token-secret",
                way,
            ],
        )
        .check(&[&name], 0, &[]);
    }
    (home, server)
}

#[test]
fn no_command_shows_a_secret() {
    let (home, server) = seeded();
    let (url, nowhere) = (server.url(), nowhere());
    let api = format!("{url}/api");
    for account in ["by-env", "1-by-file"] {
        for args in [
            &["request", "GET", &api, "-a", account][..],
            &["request", "GET", &api, "-a", account, "--json"],
            &["request", "GET", &nowhere, "-a", account],
            &["request", "POST", &api, "-a", account, "--data-file", "secret", "--dry-run"],
            &["status", account],
            &["status", account, "--json"],
            &["token", account],
            &["token", account, "--force-refresh"],
            &["oauth1", "sign", "GET", &api, "-a", account],
            &["oauth1", "sign", "GET", &api, "-a", account, "--json"],
            &["account", "show", account],
            &["account", "show", account, "--json"],
            &["account", "use", account, "--json"],
            &["account", "export", account, "--passphrase", "env:SECRET"],
            &["account", "rename", account, "other", "--json"],
            &["account", "rename", "other", account],
            &["logout", account],
            &["logout", account, "--local-only", "--json"],
        ] {
            check(&home, args);
        }
    }
    for args in [
        &["status"][..],
        &["status", "--json"],
        &["account", "list"],
        &["account", "list", "--json"],
        &["store", "info"],
        &["store", "doctor", "--json"],
        &["store", "migrate", "--to", "sqlite:new/c.db", "--to-encryption", "none", "--json"],
        &["store", "migrate", "--to-encryption", "passphrase", "--to-passphrase", "env:SECRET"],
        &["status", "--store-passphrase", "env:SECRET"],
        &["account", "remove", "by-file"],
        &["account", "import", "secret", "--passphrase", "env:SECRET"],
        &["logout", "--all"],
        &["help"],
        &["help", "secrets"],
        &["version"],
        &["login", &nowhere, "--client-id", "c", "--client-secret", "env:SECRET"],
        &["login", &url, "--client-id", "c", "--client-secret", "@secret"],
        &[
            "login",
            "--authorization-endpoint",
            &url,
            "--token-endpoint",
            &url,
            "--client-id",
            "c",
            "--client-secret",
            "@secret",
            "--login-timeout",
            "0",
        ],
        &[
            "oauth1",
            "login",
            "--temporary-credentials-url",
            &api,
            "--authorize-url",
            &api,
            "--token-url",
            &api,
            "--consumer-key",
            "k",
            "--consumer-secret",
            "env:SECRET",
        ],
        &[
            "oauth1",
            "sign",
            "GET",
            &api,
            "--consumer-key",
            "k",
            "--consumer-secret",
            "@secret",
            "--token",
            "t",
            "--token-secret",
            "env:SECRET",
        ],
        &["oauth1", "sign", "GET", &api, "--consumer-key", "k", "--consumer-secret", "@secret", "--json"],
        &["nonsense"],
    ] {
        check(&home, args);
    }
}

#[test]
fn no_signature_shows_a_secret() {
    let (home, _server) = seeded();
    home.write("key.pem", &rsa::private_key());
    home.write("broken.pem", &rsa::private_key().replace("MIIE", SECRET));
    home.write("public.pem", &rsa::published()[1]);
    let url = "https://api.example/x?a=1";
    let message = "GET /x?a=1 HTTP/1.1\nHost: api.example\nAuthorization: OAuth oauth_consumer_key=\"k\", \
                   oauth_token=\"t\", oauth_signature_method=\"HMAC-SHA1\", oauth_timestamp=\"1\", \
                   oauth_nonce=\"n\", oauth_signature=\"AAAA\"\n\n";
    let secrets = ["--consumer-key", "k", "--consumer-secret", "@secret", "--token", "t"];
    let secrets = [&secrets[..], &["--token-secret", "env:SECRET"]].concat();
    let account = ["-a", "1-by-file"];
    for by in [
        &secrets[..],
        &account,
        &["--consumer-key", "k", "--private-key", "key.pem"],
        &["--consumer-key", "k", "--private-key", "broken.pem"],
        &["--consumer-key", "k", "--private-key", "@secret"],
        &["--consumer-key", "k", "--private-key", "secret"],
        &["--consumer-key", "k", "--private-key", "cmd:cat secret"],
    ] {
        for more in [&[][..], &["--json"], &["--place", "query"], &["-d", "a=1", "--place", "body"]] {
            check(&home, &[&["oauth1", "sign", "POST", url], by, more].concat());
            check(&home, &[&["oauth1", "explain", "POST", url], by, more].concat());
            let asked = ["--expect", "AAAA", "--server-base-string", "POST&x&y", "--timestamp", "1"];
            check(&home, &[&["oauth1", "explain", "POST", url, "--nonce", "n"], by, more, &asked].concat());
            let plaintext = ["oauth1", "explain", "POST", url, "--signature-method", "PLAINTEXT"];
            check(&home, &[&plaintext, by, more, &asked].concat());
        }
        for message in [message, &message.replace("HMAC-SHA1", "PLAINTEXT"), "GET / HTTP/1.1\n\n"] {
            for more in [&["--any-time"][..], &["--any-time", "--json"], &["--public-key", "public.pem"]] {
                let args = [&["oauth1", "verify"], by, more, &["--no-input", "--trace", "-vv"]].concat();
                let run = fed(home.command(&args).env("SECRET", SECRET), message.as_bytes());
                assert!(!run.err.contains("panicked"), "{}", run.err);
                canary::check_text(&format!("standard output of {args:?}"), &run.out);
                canary::check_text(&format!("standard error of {args:?}"), &run.err);
            }
        }
    }
    let plaintext =
        [&["oauth1", "sign", "GET", url, "--signature-method", "PLAINTEXT"], &account[..]].concat();
    let with_key = [&["oauth1", "explain", "GET", url, "--show-key"], &account[..]].concat();
    for args in [plaintext, with_key] {
        let run = run(&home, &args);
        assert!(canary::shows(&run.out), "{run:?}");
        canary::check_text(&format!("standard error of {args:?}"), &run.err);
    }
}

#[test]
fn the_canary_sings_where_that_is_the_purpose() {
    let home = Home::new();
    check(&home, &["account", "import", "--name", "a", "--access-token", "env:SECRET"]);
    for args in [&["token"][..], &["token", "--json"], &["token", "--format", "header"]] {
        let run = run(&home, args);
        assert!(canary::shows(&run.out), "{run:?}");
        canary::check_text(&format!("{args:?}"), &run.err);
    }
}

#[test]
fn children_are_told_no_secret() {
    let (home, server) = (Home::new(), demo());
    home.write("secret", &format!("{SECRET}\n"));
    let script = "#!/bin/sh\n{ tr '\\0' '\\n' </proc/$$/cmdline; tr '\\0' '\\n' </proc/$PPID/cmdline; } >seen.part\nmv seen.part seen\n";
    let script = home.write("browser", script);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let args = [
        "login",
        server.url(),
        "--client-id",
        "demo-web",
        "--client-secret",
        "@secret",
        "--login-timeout",
        "1",
    ];
    let run = finish(home.command(&args).env("BROWSER", &script));
    run.check(&args, 8, &[]);
    let seen = fs::read_to_string(home.path("seen")).unwrap();
    assert!(seen.contains("client_id=demo-web") && seen.contains("--client-secret"), "{seen}");
    canary::check_text("the command lines", &seen);
}

#[test]
fn the_browser_does_not_inherit_a_secret() {
    let (home, server) = (Home::new(), demo());
    let script = "#!/bin/sh\n/usr/bin/env >seen.part\nmv seen.part seen\n";
    let script = home.write("browser", script);
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    for (variable, given) in
        [("THE_SECRET", &["--client-secret", "env:THE_SECRET"][..]), ("COUNTERSIGN_CLIENT_SECRET", &[])]
    {
        let mut args = vec!["login", server.url(), "--client-id", "demo-web", "--login-timeout", "1"];
        args.extend(given);
        let mut command = home.command(&args);
        finish(command.env("BROWSER", &script).env(variable, SECRET).env("HARMLESS", "kept")).check(
            &args,
            8,
            &[],
        );
        let seen = fs::read_to_string(home.path("seen")).unwrap();
        assert!(seen.contains("HARMLESS=kept") && !seen.contains(variable), "{seen}");
        canary::check_text("the browser's environment", &seen);
    }
}

#[test]
fn the_tour_shows_no_secret_in_its_trace() {
    let home = Home::new();
    let run =
        home.check(&["demo", "--script", "--trace"], 0, &["> POST", "authorization: Bearer [redacted]"]);
    for text in [&run.out, &run.err] {
        assert!(!text.contains("demo-secret") && !text.contains("demo-consumer-secret"), "{text}");
        for mark in [
            "access_token\":\"",
            "refresh_token\":\"",
            "oauth_token=",
            "oauth_token_secret=",
            "oauth_signature=",
            "code=",
        ] {
            for (at, _) in text.match_indices(mark) {
                let value = text[at + mark.len()..].trim_start_matches('"');
                assert!(value.starts_with("[redacted]"), "{mark} at {}", &text[at..at + 80]);
            }
        }
    }
    assert_eq!(home.stored().len(), 0);
}
