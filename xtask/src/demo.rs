//! The tour: it must pass, and it must fail at every step whose fault is planted.

use core::time::Duration;
use std::{env, time::Instant};

use serde_json::Value;

use crate::{Outcome, no_arguments, shell, verdict};

/// How long the tour may take by hand; five times as long in CI, where other work goes on.
const LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn task(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    // As the README has it, without naming a package: what runs must be the command line.
    let version = shell::capture(&mut shell::cargo(["run", "--quiet", "--", "version"]))?;
    if !version.starts_with("countersign ") {
        return Err("`cargo run` does not run the command line: see `default-members`".into());
    }
    let began = Instant::now();
    let (ok, steps) = tour(None)?;
    let took = began.elapsed();
    let mut findings = Vec::new();
    if !ok {
        findings.push(format!("the tour fails at {}", steps.last().map_or("no step", String::as_str)));
    }
    let limit = if env::var_os("CI").is_some() { LIMIT * 5 } else { LIMIT };
    shell::note(&format!("the tour took{}, limit{}", shell::seconds(took), shell::seconds(limit)));
    if took > limit {
        findings.push("the tour took too long".to_owned());
    }
    for fault in &steps {
        let (ok, reached) = tour(Some(fault))?;
        let last = reached.last().map_or("no step", String::as_str);
        shell::note(&format!("fault at {fault}: {} at {last}", if ok { "passed" } else { "failed" }));
        if ok || last != fault {
            findings.push(format!("the fault planted at {fault} is not noticed there"));
        }
    }
    if steps.len() < 8 {
        findings.push(format!("the tour has {} steps only", steps.len()));
    }
    verdict("demo", &findings)
}

/// Whether the tour passed, and the steps it came to.
fn tour(fault: Option<&str>) -> Outcome<(bool, Vec<String>)> {
    let mut command = shell::command(shell::target().join("debug").join("countersign"));
    command.args(["demo", "--script", "--json"]).args(fault.map(|step| format!("--fault={step}")));
    let output = command.output()?;
    let document: Value = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("the tour printed no document ({error}): {}", String::from_utf8_lossy(&output.stderr))
    })?;
    let ok = document.get("ok").and_then(Value::as_bool).unwrap_or(false);
    if ok != output.status.success() {
        return Err(format!("the tour says {ok} and ended with {}", output.status).into());
    }
    let steps = document.get("steps").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let id = |step: &Value| step.get("id").and_then(Value::as_str).map(str::to_owned);
    Ok((ok, steps.iter().filter_map(id).collect()))
}
