//! The order of calls: nothing is acknowledged, and nothing renamed, that a loss of power could still undo.

use super::once::{self, OPERATIONS, Operation, Scene};
use crate::{
    Result,
    durability::Durability,
    files,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind},
    trace::Trace,
    worker::Role,
};

pub(crate) const ROLES: &[Role] = &[once::ROLE];

/// What the file store does to replace a record.
const REPLACEMENT: [&str; 5] =
    ["write the temporary file", "fsync it", "rename it", "fsync the directory", "acknowledge"];

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        for operation in OPERATIONS {
            safe(plan, kind, operation, &mut report)?;
        }
    }
    for operation in [Operation::Save, Operation::Refresh] {
        sequence(plan, Kind::File, operation, &mut report)?;
    }
    let mut control = Report::quiet();
    safe(plan, Kind::Planted(Fault::Unsynced), Operation::Save, &mut control)?;
    report.control("a store that renames without sync", &control);
    let mut control = Report::quiet();
    sequence(plan, Kind::Planted(Fault::InPlace), Operation::Save, &mut control)?;
    report.control("a store that writes in place", &control);
    let mut control = Report::quiet();
    for operation in [Operation::Save, Operation::Delete, Operation::Refresh] {
        safe(plan, Kind::Planted(Fault::None), operation, &mut control)?;
    }
    sequence(plan, Kind::Planted(Fault::None), Operation::Save, &mut control)?;
    report.sound(&control);
    Ok(report)
}

fn trace(plan: &Plan, scene: &Scene) -> Result<Trace> {
    let trace = scene.run(plan, &[], None)?;
    if trace.status.success() {
        Ok(trace)
    } else {
        Err(format!("the worker ended with {}", trace.status).into())
    }
}

/// Nothing is due when the operation is acknowledged.
fn safe(plan: &Plan, kind: Kind, operation: Operation, report: &mut Report) -> Result {
    let scene = Scene::new(plan, kind, operation)?;
    let mut durability = Durability::new(scene.root(), files::tree(scene.url.directory())?);
    let trace = trace(plan, &scene)?;
    let calls = trace.until_said(&scene.output());
    let syncs = calls.iter().filter(|call| matches!(call.name.as_str(), "fsync" | "fdatasync")).count();
    calls.iter().for_each(|call| durability.see(call));
    let found = durability.unsafe_now();
    let name = format!("{kind}, {}", operation.name());
    let words = if found.is_empty() { "nothing".to_owned() } else { found.join(", ") };
    let ok = found.is_empty() && syncs > 0 && calls.len() < trace.calls.len();
    report.check(
        format_args!("{name}: not safe when acknowledged, after {syncs} syncs"),
        words,
        "nothing",
        ok,
    );
    Ok(())
}

/// The steps of one replacement, one after the other and no other.
fn sequence(plan: &Plan, kind: Kind, operation: Operation, report: &mut Report) -> Result {
    let scene = Scene::new(plan, kind, operation)?;
    let store = scene.url.directory().to_owned();
    let output = scene.output();
    let mut steps: Vec<&str> = Vec::new();
    for call in trace(plan, &scene)?.calls.iter().filter(|call| call.succeeded()) {
        let paths = call.paths(scene.root());
        let Some(path) = paths.first() else {
            continue;
        };
        let temporary = path.extension().is_some_and(|extension| extension == "tmp");
        let step = match call.name.as_str() {
            "write" if *path == output => "acknowledge",
            "write" if temporary => "write the temporary file",
            "write" | "pwrite64" | "ftruncate" => "write in place",
            "fsync" if temporary => "fsync it",
            "fsync" if *path == store => "fsync the directory",
            "fsync" => "fsync something else",
            "rename" if temporary => "rename it",
            _ => continue,
        };
        // A write may take several calls.
        if steps.last() != Some(&step) {
            steps.push(step);
        }
    }
    let name = format!("{kind}, {}: the steps", operation.name());
    report.check(name, steps.join(", "), REPLACEMENT.join(", "), steps == REPLACEMENT);
    Ok(())
}
