//! At no instant, and under no umask, can anybody else read a file of a store or enter its directory.

use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{
    collections::BTreeSet, fs, io, os::unix::fs::PermissionsExt as _, path::Path, process::Command, thread,
};

use super::once::{self, Operation, Scene};
use crate::{
    Result, content, files,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    trace::{self, Call},
    worker::{self, Role, Worker},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "churn", run: churn }];

/// How often the watcher has to have looked.
const LOOKS: u64 = 100;

const UMASKS: [&str; 3] = ["000", "022", "077"];

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        for umask in UMASKS {
            asked(plan, kind, Operation::First, umask, &mut report)?;
            watched(plan, kind, umask, &mut report)?;
        }
    }
    let kind = Kind::Planted(Fault::InPlace);
    let mut control = Report::quiet();
    asked(plan, kind, Operation::Save, "000", &mut control)?;
    report.control("a store that leaves the mode to the umask, as it asks", &control);
    let mut control = Report::quiet();
    watched(plan, kind, "000", &mut control)?;
    report.control("a store that leaves the mode to the umask, as it is seen", &control);
    let mut control = Report::quiet();
    asked(plan, Kind::Planted(Fault::None), Operation::Save, "000", &mut control)?;
    watched(plan, Kind::Planted(Fault::None), "000", &mut control)?;
    report.sound(&control);
    Ok(report)
}

/// The same command under an umask.
fn under(umask: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask \"$0\" && exec \"$@\"", umask])
        .arg(command.get_program())
        .args(command.get_args());
    shell
}

/// The modes that the worker asks for, by strace.
fn asked(plan: &Plan, kind: Kind, operation: Operation, umask: &str, report: &mut Report) -> Result {
    let scene = Scene::new(plan, kind, operation)?;
    let command = under(umask, &scene.command(plan));
    let trace = trace::run(&command, &scene.output(), &scene.root().join("log"), &[], None)?;
    if !trace.status.success() {
        return Err(format!("the worker ended with {}", trace.status).into());
    }
    let calls = trace.calls.iter().filter(|call| !call.paths(scene.url.directory()).is_empty());
    let modes: Vec<(&Call, &str)> = calls.filter_map(|call| Some((call, mode(call)?))).collect();
    let wrong: Vec<String> = modes
        .iter()
        .filter(|(call, mode)| *mode != if call.name.starts_with("mkdir") { "0700" } else { "0600" })
        .map(|(call, mode)| format!("{} with {mode}", call.name))
        .collect();
    let name = format!("{kind}, {}, umask {umask}: modes asked for", operation.name());
    report.at_least(&name, modes.len() as u64, 1);
    report.exactly(format_args!("{name} that are neither 0600 nor 0700"), wrong.len() as u64, 0);
    Ok(())
}

/// The mode that a call gives to a file or a directory.
fn mode(call: &Call) -> Option<&str> {
    let creates = match call.name.as_str() {
        "open" | "openat" => call.arguments.contains("O_CREAT"),
        name => name.starts_with("mkdir") || name.contains("chmod") || name == "creat",
    };
    if creates { call.arguments.rsplit(", ").next() } else { None }
}

/// The modes that somebody sees who looks all the time.
fn watched(plan: &Plan, kind: Kind, umask: &str, report: &mut Report) -> Result {
    let holder = plan.quick_directory()?;
    let directory = holder.path().join("store");
    if matches!(kind, Kind::Planted(_)) {
        fs::create_dir(&directory)?;
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700))?;
    }
    let url = StoreUrl::new(kind, &directory);
    let rounds = plan.count(200, 20).to_string();
    let mut command = under(umask, &Worker::command(plan, &url, "churn", &[&rounds]));
    let (done, looks) = (AtomicBool::new(false), AtomicU64::new(0));
    let wrong = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&directory, &looks, &done));
        // Again while the watcher has not come to look, which it may not on a machine that is busy.
        let mut ended = Ok(Vec::new());
        for _ in 0..50 {
            ended = Worker::spawn(&mut command).and_then(Worker::finish);
            if ended.is_err() || looks.load(Ordering::Relaxed) >= LOOKS {
                break;
            }
        }
        done.store(true, Ordering::Relaxed);
        let wrong = watcher.join().map_err(|_| "the watcher panicked")??;
        ended.map(|_| wrong)
    })?;
    let name = format!("{kind}, umask {umask}");
    report.at_least(format_args!("{name}: modes seen"), looks.into_inner(), LOOKS);
    let words = wrong.iter().cloned().collect::<Vec<_>>().join(", ");
    let measured = if wrong.is_empty() { "none" } else { &words };
    report.check(format_args!("{name}: other than 0600 and 0700"), measured, "none", wrong.is_empty());
    Ok(())
}

fn watch(directory: &Path, looks: &AtomicU64, done: &AtomicBool) -> Result<BTreeSet<String>> {
    let mut wrong = BTreeSet::new();
    let mut last = false;
    while !last {
        // Once more after the end.
        last = done.load(Ordering::Relaxed);
        let Ok(found) = files::tree(directory) else {
            continue;
        };
        for path in found.iter().map(AsRef::as_ref).chain([directory]) {
            let metadata = match path.symlink_metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                metadata => metadata?,
            };
            looks.fetch_add(1, Ordering::Relaxed);
            let mode = metadata.permissions().mode() & 0o7777;
            if mode != if metadata.is_dir() { 0o700 } else { 0o600 } {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                wrong.insert(format!("{name} with {mode:o}"));
            }
        }
    }
    Ok(wrong)
}

/// Saves and deletes, so that every file of the store comes and goes.
fn churn(url: &StoreUrl, arguments: &[String]) -> Result {
    let rounds: u64 = arguments.first().ok_or("how often?")?.parse()?;
    for round in 0..rounds {
        let store = url.open()?;
        once::put(&*store, "ann", &content::credential(round))?;
        if round % 3 == 2 {
            once::delete(&*store, "ann")?;
        }
    }
    worker::say("done")
}
