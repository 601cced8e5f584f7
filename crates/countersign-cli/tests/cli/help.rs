//! Help and error texts, kept as files that are reviewed like code.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p countersign-cli` writes them anew.

use std::{env, fs, path::Path};

use crate::support::Home;

fn snapshot(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/snapshots").join(format!("{name}.txt"));
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{} is out of date; UPDATE_SNAPSHOTS=1 writes it anew", path.display());
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let commands = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
    commands
        .lines()
        .take_while(|line| !line.is_empty())
        // A line that goes on from the one before is indented further.
        .filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')))
        .filter_map(|line| line.split_whitespace().next().map(ToOwned::to_owned))
        .collect()
}

#[test]
fn every_command_explains_itself() {
    let home = Home::new();
    let mut waiting = vec![Vec::<String>::new()];
    let mut seen = Vec::new();
    while let Some(words) = waiting.pop() {
        let mut args = words.clone();
        args.push("--help".to_owned());
        let run = home.run(&args);
        run.check(&args, 0, &[]);
        assert_eq!(run.err, "", "{args:?}");
        assert!(run.out.lines().all(|line| line.chars().count() <= 100), "{args:?} is too wide");
        let mut asked = vec!["help".to_owned()];
        asked.extend(words.clone());
        assert_eq!(home.run(&asked).out, run.out, "{asked:?}");
        snapshot(
            &format!("help-{}", if words.is_empty() { "countersign".to_owned() } else { words.join("-") }),
            &run.out,
        );
        waiting.extend(listed(&run.out).into_iter().map(|word| [words.clone(), vec![word]].concat()));
        seen.push(words.join(" "));
    }
    seen.sort();
    let expected = [
        "",
        "account",
        "account export",
        "account import",
        "account list",
        "account remove",
        "account rename",
        "account show",
        "account use",
        "demo",
        "help",
        "jwt",
        "jwt decode",
        "jwt sign",
        "jwt verify",
        "login",
        "logout",
        "oauth1",
        "oauth1 explain",
        "oauth1 login",
        "oauth1 sign",
        "oauth1 verify",
        "request",
        "serve",
        "serve provider",
        "status",
        "store",
        "store doctor",
        "store info",
        "store migrate",
        "token",
        "version",
    ];
    assert_eq!(seen, expected);
}

#[test]
fn every_topic_is_explained() {
    let home = Home::new();
    for topic in ["exit-codes", "secrets", "environment", "configuration", "oauth1-mistakes"] {
        snapshot(&format!("topic-{topic}"), &home.ok(&["help", topic]));
    }
    assert_eq!(home.ok(&["version"]), format!("countersign {}\n", env!("CARGO_PKG_VERSION")));
    assert_eq!(home.ok(&["--version"]), home.ok(&["version"]));
}

#[test]
fn a_failure_says_what_why_and_what_next() {
    let home = Home::new();
    home.ok(&[
        "account",
        "import",
        "--name",
        "cal",
        "--consumer-key",
        "k",
        "--consumer-secret",
        "s",
        "--quiet",
    ]);
    for (name, args) in [
        ("error-no-account", &["token", "carol"][..]),
        ("error-oauth1-token", &["token"]),
        ("error-no-client", &["login", "https://as.example"]),
        ("error-no-server", &["login"]),
        ("error-no-profile", &["login", "google", "--client-id", "c"]),
        ("error-clear-text", &["login", "http://as.example", "--client-id", "c"]),
        ("error-store", &["status", "--store", "floppy:"]),
        ("error-command", &["grant"]),
    ] {
        let run = home.run(args);
        snapshot(
            name,
            &format!("$ countersign {}\n{}exit code {}\n", args.join(" "), run.err, run.code.unwrap()),
        );
    }
}
