//! The experiments, in the order in which they run.

use core::time::Duration;
use std::{io::Write as _, process, sync::mpsc, thread, time::Instant};

use crate::{Result, plan::Plan, report::Report, worker::Role};

mod barrier;
mod contend;
mod first_run;
mod holder;
mod inject;
mod kill;
mod lease_kill;
mod modes;
mod mutate;
mod once;
mod order;
mod refusal;
mod scarcity;

/// One way to hurt a store.
struct Experiment {
    name: &'static str,
    run: fn(&Plan) -> Result<Report>,
    /// What its workers do.
    roles: &'static [Role],
}

const EXPERIMENTS: &[Experiment] = &[
    Experiment { name: "kill", run: kill::run, roles: kill::ROLES },
    Experiment { name: "inject", run: inject::run, roles: inject::ROLES },
    Experiment { name: "lease-kill", run: lease_kill::run, roles: lease_kill::ROLES },
    Experiment { name: "contend", run: contend::run, roles: contend::ROLES },
    Experiment { name: "first-run", run: first_run::run, roles: first_run::ROLES },
    Experiment { name: "barrier", run: barrier::run, roles: barrier::ROLES },
    Experiment { name: "holder", run: holder::run, roles: holder::ROLES },
    Experiment { name: "mutate", run: mutate::run, roles: mutate::ROLES },
    Experiment { name: "order", run: order::run, roles: order::ROLES },
    Experiment { name: "modes", run: modes::run, roles: modes::ROLES },
    Experiment { name: "refusal", run: refusal::run, roles: refusal::ROLES },
    Experiment { name: "scarcity", run: scarcity::run, roles: scarcity::ROLES },
];

pub(crate) fn roles() -> impl Iterator<Item = &'static Role> {
    EXPERIMENTS.iter().flat_map(|experiment| experiment.roles)
}

/// Runs those that are wanted, or all, up to the first that fails.
pub(crate) fn run(plan: &Plan, only: &[String]) -> Result {
    if let Some(unknown) = only.iter().find(|name| !EXPERIMENTS.iter().any(|known| known.name == **name)) {
        return Err(format!("no experiment is called `{unknown}`").into());
    }
    let began = Instant::now();
    let mut out = std::io::stdout();
    writeln!(out, "seed {}", plan.seed())?;
    for Experiment { name, run, .. } in EXPERIMENTS {
        if !only.is_empty() && !only.iter().any(|wanted| wanted == name) {
            continue;
        }
        let began = Instant::now();
        writeln!(out, "== {name}")?;
        let watch = watchdog(name, plan.limit(Duration::from_secs(plan.count(7200, 120))));
        let report = run(plan).map_err(|error| format!("{name}: {error}"))?;
        drop(watch);
        writeln!(out, "-- {name}: {}", seconds(began.elapsed()))?;
        if !report.passed() {
            return Err(format!("{name} failed; repeat with --seed {} --only {name}", plan.seed()).into());
        }
    }
    Ok(writeln!(out, "in all {}", seconds(began.elapsed()))?)
}

/// Ends the program when an experiment hangs, until it is dropped; its workers end with it.
fn watchdog(name: &'static str, limit: Duration) -> mpsc::Sender<()> {
    let (watch, ended) = mpsc::channel();
    thread::spawn(move || {
        if ended.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _closed = writeln!(std::io::stderr(), "error: {name} hangs, after {} s", limit.as_secs());
            process::exit(1);
        }
    });
    watch
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
