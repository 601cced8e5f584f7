//! Secrets as options: by every way that keeps them out of the process list.

use std::{fs, io::Write, os::unix::fs::PermissionsExt, process::Stdio};

use crate::support::{Home, Running, finish};

/// Imports a token given in this way, and returns what was kept.
fn kept(way: &str, said: &[&str]) -> String {
    let home = Home::new();
    home.write("file", "from-a-file\r\n");
    let args = ["account", "import", "--name", "x", "--access-token", way];
    let mut child = Running::start(home.command(&args).env("VAR", "from-env\n").stdin(Stdio::piped()));
    let _ = child.stdin().write_all(b"from-stdin\nsecond line\n");
    child.end().check(&args, 0, said);
    home.ok(&["token"])
}

#[test]
fn a_secret_is_read_from_where_it_is_said_to_be() {
    assert_eq!(kept("-", &[]), "from-stdin\n");
    assert_eq!(kept("@file", &[]), "from-a-file\n");
    assert_eq!(kept("env:VAR", &[]), "from-env\n");
    assert_eq!(kept("cmd:printf '%s-%s\\n' from command", &[]), "from-command\n");
    assert_eq!(kept("plain", &["warning: the value of --access-token is visible to other users"]), "plain\n");
}

#[test]
fn several_secrets_are_as_many_lines() {
    let home = Home::new();
    let args = [
        "account",
        "import",
        "--name",
        "x",
        "--consumer-key",
        "k",
        "--consumer-secret",
        "-",
        "--token",
        "t",
        "--token-secret",
        "-",
    ];
    let mut child = Running::start(home.command(&args).stdin(Stdio::piped()));
    child.stdin().write_all(b"one\ntwo\n").unwrap();
    child.end().check(&args, 0, &["kept as"]);
    let signed = home.ok(&["oauth1", "sign", "GET", "https://a.example/", "--signature-method", "PLAINTEXT"]);
    assert!(signed.contains("oauth_signature=\"one%26two\""), "{signed}");
}

#[test]
fn a_secret_that_is_not_there_is_told_by_its_option() {
    let home = Home::new();
    home.write("binary", "");
    fs::write(home.path("binary"), b"\xff\xfe").unwrap();
    for (way, said) in [
        ("-", "standard input has ended"),
        ("@missing", "missing: No such file"),
        ("@binary", "UTF-8"),
        ("env:MISSING", "the environment variable MISSING is not set"),
        ("cmd:exit 3", "exit status: 3"),
        ("keyring:a/b", "no keyring to talk to"),
    ] {
        let args = ["account", "import", "--name", "x", "--access-token", way];
        home.check(&args, 3, &["the value of --access-token could not be read", said]);
    }
    home.check(
        &["account", "import", "--name", "x", "--access-token", "keyring:a"],
        2,
        &["keyring:SERVICE/USER"],
    );
    assert_eq!(home.stored().len(), 0);
}

#[test]
fn the_environment_stands_in_for_an_option_without_a_warning() {
    let home = Home::new();
    let args = ["oauth1", "sign", "GET", "https://a.example/", "--signature-method", "PLAINTEXT"];
    let run = finish(
        home.command(&args).env("COUNTERSIGN_CONSUMER_KEY", "k").env("COUNTERSIGN_CONSUMER_SECRET", "s"),
    );
    run.check(&args, 0, &[]);
    assert_eq!(run.err, "");
    assert!(run.out.contains("oauth_signature=\"s%26\""), "{run:?}");
}

#[test]
fn a_warning_comes_once_and_not_where_quiet_is_wanted() {
    let home = Home::new();
    let args = [
        "account",
        "import",
        "--name",
        "x",
        "--consumer-key",
        "k",
        "--consumer-secret",
        "s",
        "--token",
        "t",
        "--token-secret",
        "ts",
    ];
    let run = home.check(&args, 0, &["--consumer-secret is visible"]);
    assert_eq!(run.err.matches("warning:").count(), 1, "{}", run.err);
    let run = home.check(&[&args[..], &["--quiet"]].concat(), 0, &[]);
    assert_eq!(run.err, "");
}

#[test]
fn a_file_that_others_can_read_is_told() {
    let home = Home::new();
    let file = home.write("file", "secret");
    let args = ["account", "import", "--name", "x", "--access-token", "@file"];
    for (mode, told) in [(0o600, false), (0o640, true), (0o604, true)] {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let run = home.check(&args, 0, &[]);
        assert_eq!(
            run.err.contains("warning: other users of this machine can read the secret in file"),
            told,
            "{mode:o}: {}",
            run.err
        );
    }
}

#[test]
fn a_value_that_a_server_made_up_may_begin_with_a_hyphen() {
    let home = Home::new();
    home.ok(&[
        "account",
        "import",
        "--name",
        "x",
        "--consumer-key",
        "-k",
        "--consumer-secret",
        "-s",
        "--token",
        "-8BuP3m",
        "--token-secret",
        "--ts",
    ]);
    let signed = home.ok(&["oauth1", "sign", "GET", "https://a.example/", "--signature-method", "PLAINTEXT"]);
    assert!(signed.contains("oauth_token=\"-8BuP3m\"") && signed.contains("\"-s%26--ts\""), "{signed}");
}
