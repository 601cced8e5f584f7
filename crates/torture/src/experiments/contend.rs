//! Many processes count up at once, all in one record or each in its own: no count is lost, none waits long.

use core::time::Duration;
use std::time::Instant;

use crate::{
    Result, content,
    crowd::{self, Crowd},
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "count up", run: count_up }];

/// For one increment, the wait for the lease included, of 99 in 100.
const LIMIT: Duration = Duration::from_secs(1);

/// How many count up, and how often each.
#[derive(Clone, Copy)]
struct Crush {
    processes: u64,
    increments: u64,
}

#[derive(Clone, Copy, PartialEq)]
enum Keys {
    One,
    Many,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    let crush = Crush { processes: 16, increments: plan.count(250, 6) };
    for kind in GOOD {
        contend(plan, kind, Keys::One, crush, &mut report)?;
        contend(plan, kind, Keys::Many, crush, &mut report)?;
    }
    let crush = Crush { processes: 8, increments: 10 };
    for (fault, name) in
        [(Fault::Unlocked, "a store without a lock"), (Fault::Stale, "a store that never reads again")]
    {
        let mut control = Report::quiet();
        contend(plan, Kind::Planted(fault), Keys::One, crush, &mut control)?;
        report.control(name, &control);
    }
    let mut control = Report::quiet();
    contend(plan, Kind::Planted(Fault::None), Keys::One, crush, &mut control)?;
    report.sound(&control);
    Ok(report)
}

fn contend(plan: &Plan, kind: Kind, keys: Keys, crush: Crush, report: &mut Report) -> Result {
    let Crush { processes, increments } = crush;
    let directory = plan.directory()?;
    let url = StoreUrl::new(kind, directory.path());
    let account = |number: u64| match keys {
        Keys::One => String::from("all"),
        Keys::Many => format!("account {number}"),
    };
    let arguments = |number| vec![account(number), increments.to_string()];
    let lines = Crowd::gather(plan, &url, "count up", processes, arguments)?.go()?;

    let mut took = Vec::new();
    let mut errors = Vec::new();
    for line in lines.into_iter().flatten() {
        match line.parse() {
            Ok(micros) => took.push(Duration::from_micros(micros)),
            Err(_) => errors.push(line),
        }
    }
    let store = url.open()?;
    let mut landed = 0;
    for number in 0..if keys == Keys::One { 1 } else { processes } {
        let record = store.load(&content::key(&account(number)));
        let record = record.unwrap_or_default();
        landed += record.as_ref().and_then(content::number).unwrap_or_default();
    }
    let what = if keys == Keys::One { "one key" } else { "many keys" };
    let scene = format!("{kind}, {what}, {processes} processes x {increments}");
    report.exactly(format_args!("{scene}: increments that landed"), landed, processes * increments);
    report.exactly(format_args!("{scene}: errors"), errors.len() as u64, 0);
    if let Some(first) = errors.first() {
        report.note(format_args!("{scene}: the first error"), first);
    }
    let slow = crowd::percentile(&mut took, 99);
    if matches!(kind, Kind::Planted(_)) {
        // These poll for their lock, as the contract's provided method does.
        report.note(format_args!("{scene}: p99 of an increment"), format_args!("{} ms", slow.as_millis()));
    } else {
        report.within(format_args!("{scene}: p99 of an increment"), slow, plan.limit(LIMIT));
    }
    let [median, slowest] = [50, 100].map(|percent| crowd::percentile(&mut took, percent));
    report.note(
        format_args!("{scene}: median and slowest"),
        format_args!("{:.1} ms, {:.1} ms", median.as_secs_f64() * 1e3, slowest.as_secs_f64() * 1e3),
    );
    Ok(())
}

/// Says what each increment took, in microseconds, or that it failed.
fn count_up(url: &StoreUrl, arguments: &[String]) -> Result {
    let [account, increments] = arguments else {
        return Err("counting up takes an account and how often".into());
    };
    let key = content::key(account);
    let store = url.open()?;
    // So that one that never reads again has something to hold on to.
    let _seen = store.load(&key);
    crowd::wait()?;
    for _ in 0..increments.parse::<u64>()? {
        let began = Instant::now();
        match content::increment(&*store, &key) {
            Ok(_) => worker::say(began.elapsed().as_micros())?,
            Err(error) => worker::say(format_args!("failed: {error}"))?,
        }
    }
    Ok(())
}
