//! Every call that touches the store is killed at, or fails: the old value is there, or the new one.

use core::fmt;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use super::once::{self, OPERATIONS, Operation, Scene};
use crate::{
    Result, content,
    durability::Durability,
    files::{self, Files},
    plan::Plan,
    random::Random,
    report::Report,
    store::{Fault, Kind},
    trace::{Call, Injection, Trace},
    worker::Role,
};

pub(crate) const ROLES: &[Role] = &[once::ROLE];

const STORES: [Kind; 4] = [Kind::File, Kind::Sqlite, Kind::SealedFile, Kind::SealedSqlite];

/// How many run side by side, and how many one of them takes at a time.
const THREADS: usize = 6;
const HEAP: usize = 60;

/// How many of those that went wrong are told.
const SHOWN: usize = 20;

const KILL: &str = "signal=SIGKILL";
const ERRORS: [&str; 4] = ["error=ENOSPC", "error=EIO", "error=EDQUOT", "error=EROFS"];

/// What is planned: a call, which of that name it is, and what happens to it.
struct Planned {
    call: String,
    number: usize,
    /// The files that it touches in the clean run.
    files: String,
    what: &'static str,
}

/// How the injections of one operation ended.
#[derive(Default)]
struct Tally {
    /// By the name of the call.
    calls: BTreeMap<String, usize>,
    planned: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
    /// Acknowledged; not so, with the old value; not so, with the new one; without access tokens.
    ends: [usize; 4],
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    let mut subjects = Vec::new();
    for kind in STORES {
        subjects.extend(OPERATIONS.map(|operation| (kind, operation)));
    }
    let most = plan.count(u64::MAX, 8);
    for (subject, tally) in subjects.iter().zip(sweep(plan, &subjects, most)?) {
        tally.write(*subject, &mut report);
    }
    let mut control = Report::quiet();
    let subject = (Kind::Planted(Fault::InPlace), Operation::Save);
    for tally in sweep(plan, &[subject], plan.count(u64::MAX, 60))? {
        tally.write(subject, &mut control);
    }
    report.control("a store that writes in place", &control);
    let mut control = Report::quiet();
    let subjects = [Operation::Save, Operation::Delete, Operation::Refresh];
    let subjects = subjects.map(|operation| (Kind::Planted(Fault::None), operation));
    for (subject, tally) in subjects.iter().zip(sweep(plan, &subjects, most)?) {
        tally.write(*subject, &mut control);
    }
    report.sound(&control);
    Ok(report)
}

/// A store with an operation, and what is known of the calls that it makes.
struct Bench<'a> {
    plan: &'a Plan,
    scene: Scene,
    clean: Trace,
    /// The filter by path.
    paths: Vec<PathBuf>,
    /// What is there before, and what belongs there before and after.
    before: BTreeSet<PathBuf>,
    files: Files,
}

/// Plans every injection from clean runs, and does `most` for each subject, drawn by lot.
fn sweep(plan: &Plan, subjects: &[(Kind, Operation)], most: u64) -> Result<Vec<Tally>> {
    let mut tallies: Vec<Tally> = Vec::new();
    let mut heaps = VecDeque::new();
    for (index, (kind, operation)) in subjects.iter().enumerate() {
        let (all, calls) = planned(&Bench::new(plan, *kind, *operation)?);
        tallies.push(Tally { calls, ..Tally::default() });
        let mut drawn = drawn(all, most, &mut plan.random(&format!("inject {kind} {}", operation.name())));
        while !drawn.is_empty() {
            let rest = drawn.split_off(drawn.len().min(HEAP));
            heaps.push_back((index, (*kind, *operation), core::mem::replace(&mut drawn, rest)));
        }
    }
    // Side by side, because a lock that cannot be given back makes the next one wait for it in vain.
    let (heaps, tallies) = (Mutex::new(heaps), Mutex::new(tallies));
    thread::scope(|scope| {
        let work = || -> Result {
            loop {
                let Some((index, (kind, operation), heap)) = lock(&heaps).pop_front() else {
                    return Ok(());
                };
                let bench = Bench::new(plan, kind, operation)?;
                for planned in heap {
                    let mut tally = Tally::default();
                    bench.inject(&planned, &mut tally)?;
                    if let Some(sum) = lock(&tallies).get_mut(index) {
                        sum.add(tally);
                    }
                }
            }
        };
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            worker.join().map_err(|_| "a thread of the sweep panicked")??;
        }
        Result::Ok(())
    })?;
    Ok(tallies.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Bench<'a> {
    fn new(plan: &'a Plan, kind: Kind, operation: Operation) -> Result<Self> {
        let scene = Scene::new(plan, kind, operation)?;
        // Once for the paths, and once with them as the filter, which is how it is counted later.
        let paths = scene.run(plan, &[], None)?.paths(scene.root());
        scene.reset()?;
        let clean = scene.run(plan, &paths, None)?;
        if !clean.status.success() || !clean.is_of_one_thread() {
            let name = operation.name();
            return Err(format!("{kind}, {name}: the clean run ended with {}", clean.status).into());
        }
        let files = scene.files()?;
        let before = files::tree(scene.url.directory())?;
        Ok(Self { plan, scene, clean, paths, before, files })
    }

    fn inject(&self, planned: &Planned, tally: &mut Tally) -> Result {
        self.scene.reset()?;
        let Planned { call, number, what, .. } = planned;
        let injection = Injection { call, number: *number, what };
        let ended = self.scene.run(self.plan, &self.paths, Some(&injection))?;
        tally.planned += 1;
        if !happened(planned, &ended) {
            tally.missed.push(format!("{planned}: {}", ended.status));
        } else if let Err(error) = self.judge(planned, &ended, &mut tally.ends) {
            tally.wrong.push(format!("{planned}: {error}"));
        }
        Ok(())
    }
}

/// Each call of the clean run with each of the things that can happen to it.
fn planned(bench: &Bench<'_>) -> (Vec<Planned>, BTreeMap<String, usize>) {
    let mut numbers = BTreeMap::<String, usize>::new();
    let mut all = Vec::new();
    for call in &bench.clean.calls {
        let number = numbers.entry(call.name.clone()).or_default();
        *number += 1;
        let files = names(call, &bench.scene);
        for what in ERRORS.into_iter().chain([KILL]) {
            all.push(Planned { call: call.name.clone(), number: *number, files: files.clone(), what });
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

/// Every sync that fails, and `most` of the others; a call that is made often is not drawn more often for that.
fn drawn(all: Vec<Planned>, most: u64, random: &mut Random) -> Vec<Planned> {
    if all.len() as u64 <= most {
        return all;
    }
    // They are where a store is tempted to go on, and few.
    let is_sync = |planned: &Planned| planned.call.ends_with("sync") && planned.what == "error=EIO";
    let (mut drawn, mut all): (Vec<_>, Vec<_>) = all.into_iter().partition(is_sync);
    let enough = drawn.len() as u64 + most;
    while (drawn.len() as u64) < enough && !all.is_empty() {
        let names: BTreeSet<String> = all.iter().map(|planned| planned.call.clone()).collect();
        let at = random.index(names.len());
        let name = names.into_iter().nth(at).unwrap_or_default();
        let (mut same, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|planned| planned.call == name);
        drawn.push(same.swap_remove(random.index(same.len())));
        all = rest;
        all.extend(same);
    }
    drawn
}

fn happened(planned: &Planned, ended: &Trace) -> bool {
    if planned.what == KILL {
        return ended.was_killed();
    }
    // It must be this call and no other: the numbers are those of the clean run.
    let mut same = ended.calls.iter().filter(|call| call.name == planned.call);
    same.nth(planned.number.saturating_sub(1)).is_some_and(|call| call.injected)
}

impl Bench<'_> {
    /// Whether what is there, and how the process ended, fit together; and whether the next operation works.
    fn judge(&self, planned: &Planned, ended: &Trace, ends: &mut [usize; 4]) -> Result {
        let Self { plan: _, scene, clean: _, paths: _, before, files } = self;
        let strangers = files.strangers()?;
        let allowed = usize::from(planned.what == KILL);
        if strangers.len() > allowed {
            return Err(format!("temporary files are left: {strangers:?}").into());
        }
        let store = scene.url.open()?;
        let (found, bare) = scene.look(&*store)?;
        if bare && planned.what == KILL {
            return Err("its access tokens are gone".into());
        }
        let (_, after) = scene.operation.ends();
        let acknowledged = ended.status.success();
        if acknowledged && found != after {
            return Err("it was acknowledged and is not there".into());
        }
        if acknowledged {
            let mut durability = Durability::new(scene.root(), before.clone());
            ended.until_said(&scene.output()).iter().for_each(|call| durability.see(call));
            if let [first, ..] = durability.unsafe_now().as_slice() {
                return Err(format!("it was acknowledged before it was safe: {first}").into());
            }
        }
        let [yes, old, new, without] = ends;
        *without += usize::from(bare);
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
}

impl Tally {
    fn add(&mut self, other: Self) {
        let Self { calls: _, planned, missed, wrong, ends } = other;
        self.planned += planned;
        self.missed.extend(missed);
        self.wrong.extend(wrong);
        self.ends.iter_mut().zip(ends).for_each(|(sum, end)| *sum += end);
    }

    fn write(&self, (kind, operation): (Kind, Operation), report: &mut Report) {
        let Self { calls, planned, missed, wrong, ends: [yes, old, new, without] } = self;
        let name = format!("{kind}, {}", operation.name());
        let calls: Vec<String> = calls.iter().map(|(call, count)| format!("{count} {call}")).collect();
        report.note(format_args!("{name}: calls"), calls.join(", "));
        let words = |found: &[String]| {
            let shown =
                found.iter().take(SHOWN).map(|line| format!("\n          {line}")).collect::<String>();
            format!("{}{shown}", found.len())
        };
        report.check(
            format_args!("{name}: planned, but did not happen"),
            words(missed),
            "0",
            missed.is_empty(),
        );
        let what = format!(
            "{name}: wrong of {planned} ({yes} acknowledged, {old} refused or killed with the old value, {new} with the new)"
        );
        if *without > 0 {
            report.note(format_args!("{name}: saved without access tokens"), without);
        }
        report.check(what, words(wrong), "0", wrong.is_empty());
        report.at_least(format_args!("{name}: injections"), *planned as u64, 1);
    }
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, number, files, what } = self;
        write!(f, "{what} at {call} number {number} of {files}")
    }
}
