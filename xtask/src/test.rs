//! Every check, in an order in which the quick ones come first.

use core::time::Duration;
use std::{process::Stdio, time::Instant};

use crate::{
    Outcome, budget, canary, demo, features, fuzz, layers, no_arguments, oracle, shell, tidy, vectors,
};

struct Step {
    name: &'static str,
    run: fn() -> Outcome,
}

const STEPS: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "layers", run: || layers::task(none()) },
    Step { name: "tidy", run: || tidy::task(none()) },
    Step { name: "vectors", run: || vectors::task(none()) },
    Step { name: "deny", run: deny },
    Step { name: "budget", run: || budget::task(none()) },
    Step { name: "clippy", run: clippy },
    // Without choosing targets: only so are the examples built that tests run as programs.
    Step { name: "tests and doc tests", run: || cargo(&["test", "--workspace", "--all-features"]) },
    Step { name: "oracle", run: oracle::smoke },
    Step { name: "demo", run: || demo::task(none()) },
    Step { name: "documentation", run: documentation },
    Step { name: "canary", run: || canary::task(none()) },
    Step { name: "features", run: || features::task(none()) },
    Step { name: "fuzz and benches", run: beside },
    Step { name: "fuzz", run: || fuzz::task(lexopt::Parser::from_args(["--smoke"])) },
];

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let mut table: Vec<(&str, Duration)> = Vec::new();
    let mut outcome = Ok(());
    for Step { name, run } in STEPS {
        shell::note(&format!("\n== {name}"));
        let began = Instant::now();
        outcome = run().map_err(|error| format!("{name}: {error}").into());
        let took = began.elapsed();
        shell::note(&format!("-- {name}:{}", shell::seconds(took)));
        table.push((name, took));
        if outcome.is_err() {
            break;
        }
    }
    let total = table.iter().map(|(_, took)| *took).sum();
    table.push(("in all", total));
    shell::note("");
    for (name, took) in table {
        shell::note(&format!("{}  {name}", shell::seconds(took)));
    }
    outcome
}

fn none() -> lexopt::Parser {
    lexopt::Parser::from_args([""; 0])
}

fn cargo(arguments: &[&str]) -> Outcome {
    shell::run(shell::cargo([]).args(arguments))
}

/// The workspaces beside ours are formatted alike.
fn format() -> Outcome {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])?;
    cargo(&["fmt", "--manifest-path", "benches/Cargo.toml", "--check"])
}

/// What is not a member is seen by no other step.
fn beside() -> Outcome {
    cargo(&["clippy", "--manifest-path", "fuzz/Cargo.toml", "--", "-D", "warnings"])?;
    cargo(&["clippy", "--manifest-path", "benches/Cargo.toml", "--", "-D", "warnings"])
}

/// What is shipped may not panic, and names `core` where it can; tests and examples may write as they like.
fn clippy() -> Outcome {
    let shipped = ["clippy", "--workspace", "--lib", "--bins", "--all-features", "--", "-D", "warnings"];
    cargo(&shipped)?;
    let everything = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    let freedoms =
        ["unwrap_used", "expect_used", "indexing_slicing", "panic", "std_instead_of_core", "type_complexity"]
            .map(|lint| format!("-Aclippy::{lint}"));
    shell::run(shell::cargo(everything).args(freedoms))
}

fn deny() -> Outcome {
    let version = shell::cargo(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return Err(
            "cargo-deny is not installed: `cargo install cargo-deny --locked --version 0.20.2`".into()
        );
    }
    cargo(&["deny", "--workspace", "--all-features", "check", "bans", "licenses", "sources"])
}

fn documentation() -> Outcome {
    shell::run(
        shell::cargo(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}
