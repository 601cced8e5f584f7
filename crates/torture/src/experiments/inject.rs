//! Every call that touches the store is killed at, or fails: the old value is there, or the new one.

use core::fmt;
use std::{collections::BTreeMap, path::PathBuf};

use super::once::{self, OPERATIONS, Operation, Scene};
use crate::{
    Result, content,
    files::Files,
    plan::Plan,
    random::Random,
    report::Report,
    store::{Fault, Kind},
    trace::{self, Call, Injection, Trace},
    worker::Role,
};

pub(crate) const ROLES: &[Role] = &[once::ROLE];

const STORES: [Kind; 4] = [Kind::File, Kind::Sqlite, Kind::SealedFile, Kind::SealedSqlite];

const KILL: &str = "signal=SIGKILL";
const ERRORS: [&str; 4] = ["error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EROFS"];

/// What is planned: a call, which of that name it is, and what happens to it.
struct Planned {
    call: String,
    number: usize,
    /// The files that it touches in the clean run.
    files: String,
    what: &'static str,
    /// Whether it is to make something durable that is acknowledged later.
    sync: bool,
}

/// How the injections of one operation ended.
#[derive(Default)]
struct Tally {
    /// By the name of the call.
    calls: BTreeMap<String, usize>,
    planned: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
    /// The same failure acknowledged, refused with the old value, refused with the new one.
    ends: [usize; 3],
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in STORES {
        for operation in OPERATIONS {
            let most = plan.count(u64::MAX, 12);
            sweep(plan, kind, operation, most)?.write(kind, operation, &mut report);
        }
    }
    let mut control = Report::quiet();
    let kind = Kind::Planted(Fault::InPlace);
    sweep(plan, kind, Operation::Save, u64::MAX)?.write(kind, Operation::Save, &mut control);
    report.control("a store that writes in place", &control);
    let mut control = Report::quiet();
    let kind = Kind::Planted(Fault::None);
    for operation in [Operation::Save, Operation::Delete, Operation::Refresh] {
        let most = plan.count(u64::MAX, 12);
        sweep(plan, kind, operation, most)?.write(kind, operation, &mut control);
    }
    report.sound(&control);
    Ok(report)
}

/// Plans every injection from a clean run, and does `most` of them that are drawn by lot.
fn sweep(plan: &Plan, kind: Kind, operation: Operation, most: u64) -> Result<Tally> {
    let scene = Scene::new(plan, kind, operation)?;
    let run = |paths: &[_], injection: Option<&Injection<'_>>| {
        let (output, log) = (scene.root().join("acknowledged"), scene.root().join("log"));
        trace::run(&scene.command(plan), &output, &log, paths, injection)
    };
    // Once for the paths, and once with them as the filter, which is how it is counted later.
    let paths = run(&[], None)?.paths(scene.root());
    scene.reset()?;
    let clean = run(&paths, None)?;
    if !clean.status.success() || !clean.is_of_one_thread() {
        return Err(format!("{kind}, {}: the clean run ended with {}", operation.name(), clean.status).into());
    }
    let (all, calls) = planned(&clean, &scene);
    let files = scene.files()?;
    let mut tally = Tally { calls, ..Tally::default() };
    for planned in drawn(all, most, &mut plan.random(&format!("inject {kind} {}", operation.name()))) {
        scene.reset()?;
        let Planned { call, number, what, .. } = &planned;
        let ended = run(&paths, Some(&Injection { call, number: *number, what }))?;
        tally.planned += 1;
        if !happened(&planned, &ended) {
            tally.missed.push(format!("{planned}: {}", ended.status));
        } else if let Err(error) = judge(&scene, &files, &planned, &ended, &mut tally.ends) {
            tally.wrong.push(format!("{planned}: {error}"));
        }
    }
    Ok(tally)
}

/// Each call of the clean run with each of the things that can happen to it.
fn planned(clean: &Trace, scene: &Scene) -> (Vec<Planned>, BTreeMap<String, usize>) {
    let output = scene.root().join("acknowledged");
    let is_acknowledgement = |call: &Call| call.name == "write" && call.paths(&output).contains(&output);
    let acknowledged = clean.calls.iter().position(is_acknowledgement).unwrap_or(clean.calls.len());
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut all = Vec::new();
    for (index, call) in clean.calls.iter().enumerate() {
        let number = numbers.entry(call.name.clone()).or_default();
        *number += 1;
        let sync = index < acknowledged && matches!(call.name.as_str(), "fsync" | "fdatasync");
        let files = names(call, scene);
        for what in ERRORS.into_iter().chain([KILL]) {
            all.push(Planned { call: call.name.clone(), number: *number, files: files.clone(), what, sync });
        }
    }
    (all, numbers)
}

/// What the files of a call are called, from the store's directory on.
fn names(call: &Call, scene: &Scene) -> String {
    let mut paths = call.paths(scene.root());
    paths.dedup();
    let name = |path: &PathBuf| {
        let name = path.strip_prefix(scene.url.directory()).unwrap_or(path);
        if name.as_os_str().is_empty() { "the directory".to_owned() } else { name.display().to_string() }
    };
    paths.iter().map(name).collect::<Vec<_>>().join(" and ")
}

fn drawn(mut all: Vec<Planned>, most: u64, random: &mut Random) -> Vec<Planned> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    while all.len() > most {
        let index = usize::try_from(random.below(all.len() as u64)).unwrap_or_default();
        all.swap_remove(index);
    }
    all
}

fn happened(planned: &Planned, ended: &Trace) -> bool {
    if planned.what == KILL {
        return ended.was_killed();
    }
    // It must be this call and no other: the numbers are those of the clean run.
    let mut same = ended.calls.iter().filter(|call| call.name == planned.call);
    same.nth(planned.number.saturating_sub(1)).is_some_and(|call| call.injected)
}

/// Whether what is there, and how the process ended, fit together; and whether the next operation works.
fn judge(scene: &Scene, files: &Files, planned: &Planned, ended: &Trace, ends: &mut [usize; 3]) -> Result {
    let strangers = files.strangers()?;
    let allowed = usize::from(planned.what == KILL);
    if strangers.len() > allowed {
        return Err(format!("temporary files are left: {strangers:?}").into());
    }
    let store = scene.url.open()?;
    let found = scene.look(&*store)?;
    let (_, after) = scene.operation.ends();
    let acknowledged = ended.status.success();
    if acknowledged && found != after {
        return Err("it was acknowledged and is not there".into());
    }
    if acknowledged && planned.sync && planned.what != KILL {
        return Err("it was acknowledged although a sync failed".into());
    }
    let [yes, old, new] = ends;
    *(if acknowledged {
        yes
    } else if found == after {
        new
    } else {
        old
    }) += 1;
    let next = content::credential(found.unwrap_or_default() + 10);
    once::put(&*store, "ann", &next).map_err(|error| format!("the next operation: {error}"))?;
    let record = store.load(&content::key("ann"))?.ok_or("the next save is lost")?;
    if content::number(&record) != Some(found.unwrap_or_default() + 10) {
        return Err("the next save is not there".into());
    }
    let strangers = files.strangers()?;
    if strangers.is_empty() {
        Ok(())
    } else {
        Err(format!("they outlive the next operation: {strangers:?}").into())
    }
}

impl Tally {
    fn write(&self, kind: Kind, operation: Operation, report: &mut Report) {
        let Self { calls, planned, missed, wrong, ends: [yes, old, new] } = self;
        let name = format!("{kind}, {}", operation.name());
        let calls: Vec<String> = calls.iter().map(|(call, count)| format!("{count} {call}")).collect();
        report.note(format_args!("{name}: calls"), calls.join(", "));
        let words = |found: &[String]| match found {
            [] => "0".to_owned(),
            [first, ..] => format!("{}, the first is {first}", found.len()),
        };
        report.check(
            format_args!("{name}: planned, but did not happen"),
            words(missed),
            "0",
            missed.is_empty(),
        );
        let what = format!(
            "{name}: wrong of {planned} ({yes} acknowledged, {old} with the old value, {new} with the new)"
        );
        report.check(what, words(wrong), "0", wrong.is_empty());
        report.at_least(format_args!("{name}: injections"), *planned as u64, 1);
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, number, files, what, sync: _ } = self;
        write!(f, "{what} at {call} number {number} of {files}")
    }
}
