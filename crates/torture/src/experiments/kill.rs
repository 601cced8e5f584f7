//! A process that writes without pause is killed, again and again: what it acknowledged is there, and whole.

use core::time::Duration;
use std::{thread, time::Instant};

use countersign_store::Store;

use crate::{
    Result, content,
    files::Files,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role, Worker},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "write", run: write }];

/// Credentials that nobody writes to while others are written.
const BYSTANDERS: [(&str, u64); 3] = [("ben", 1), ("eve", 2), ("zoe", 3)];

/// Over how many writes the kills are spread.
const SPREAD: u32 = 4;

/// In one half of so many kills a handle of the store is kept, in the other half none.
const ROUNDS: u64 = 20;

/// Kills that a store with a planted fault may survive before the experiment is said not to notice.
const PATIENCE: u64 = 1500;

#[derive(Default)]
struct Tally {
    kills: u64,
    inside: u64,
    /// Writes of the killed processes that were acknowledged.
    writes: u64,
    lost: u64,
    unreadable: u64,
    stale: u64,
    bystanders: u64,
    /// The most temporary files that one kill left, and how many of them outlived the next operation.
    leftovers: u64,
    debris: u64,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        let tally = kills(plan, kind, plan.count(2000, 40))?;
        tally.write(kind, &mut report);
        let share = 100 * tally.inside / tally.kills.max(1);
        report.check(
            format_args!("{kind}: kills inside a write"),
            format_args!("{} of {}, {share} %", tally.inside, tally.kills),
            "at least a third",
            tally.inside * 3 >= tally.kills,
        );
        report.note(format_args!("{kind}: writes acknowledged between the kills"), tally.writes);
    }
    for (fault, name) in [
        (Fault::InPlace, "a store that writes in place"),
        (Fault::Stale, "a store that never reads again"),
        (Fault::None, ""),
    ] {
        let count = if fault == Fault::None { plan.count(200, 20) } else { PATIENCE };
        let mut control = Report::quiet();
        kills(plan, Kind::Planted(fault), count)?.write(Kind::Planted(fault), &mut control);
        if fault == Fault::None {
            report.sound(&control);
        } else {
            report.control(name, &control);
        }
    }
    Ok(report)
}

impl Tally {
    fn is_clean(&self) -> bool {
        let Self { kills: _, inside: _, writes: _, lost, unreadable, stale, bystanders, leftovers, debris } =
            self;
        lost + unreadable + stale + bystanders + debris == 0 && *leftovers <= 1
    }

    fn write(&self, kind: Kind, report: &mut Report) {
        let Self { kills, inside: _, writes: _, lost, unreadable, stale, bystanders, leftovers, debris } =
            self;
        report.exactly(format_args!("{kind}: lost in {kills} kills"), *lost, 0);
        report.exactly(format_args!("{kind}: unreadable or mixed"), *unreadable, 0);
        report.exactly(format_args!("{kind}: acknowledged, but an older one is there"), *stale, 0);
        report.exactly(format_args!("{kind}: others that were changed"), *bystanders, 0);
        let ok = *leftovers <= 1 && *debris == 0;
        let measured = format!("{leftovers}, and {debris} after the next operation");
        report.check(format_args!("{kind}: most temporary files left"), measured, "1, and 0", ok);
    }
}

/// Kills until the count is reached or something is wrong.
fn kills(plan: &Plan, kind: Kind, count: u64) -> Result<Tally> {
    let directory = plan.directory()?;
    let url = StoreUrl::new(kind, directory.path());
    let store = url.open()?;
    for (account, number) in BYSTANDERS {
        for _ in 0..number {
            content::increment(&*store, &content::key(account))?;
        }
    }
    let key = content::key("ann");
    content::increment(&*store, &key)?;
    let began = Instant::now();
    let mut acknowledged = 0;
    for _ in 0..8 {
        acknowledged = content::increment(&*store, &key)?;
    }
    let spread = u64::try_from((began.elapsed() / 8 * SPREAD).as_micros())?;
    let files = Files::of(directory.path())?;
    let mut random = plan.random("kill");
    let mut tally = Tally::default();
    let mut kept = Some(store);
    while tally.kills < count && tally.is_clean() {
        // A handle that stays sees what others write; without one a writer that closes is the last to do so.
        match kept {
            Some(_) if tally.kills % ROUNDS == ROUNDS / 2 => kept = None,
            None if tally.kills % ROUNDS == 0 => kept = Some(url.open()?),
            _ => {}
        }
        let mut writer = Worker::start(plan, &url, "write", &[])?;
        let mut begun = acknowledged;
        let mut lines = vec![writer.hear_line()?];
        thread::sleep(Duration::from_micros(random.below(spread)));
        lines.extend(writer.kill()?);
        for line in &lines {
            let (word, number) = line.split_once(' ').ok_or("a worker said half a line")?;
            let last = if word == "begin" { &mut begun } else { &mut acknowledged };
            *last = number.parse()?;
            tally.writes += u64::from(word == "done");
        }
        tally.kills += 1;
        tally.inside += u64::from(begun > acknowledged);
        tally.leftovers = tally.leftovers.max(files.strangers()?.len() as u64);
        let fresh = match url.open() {
            Ok(fresh) => fresh,
            Err(_) => {
                tally.unreadable += 1;
                break;
            }
        };
        for store in kept.iter().chain([&fresh]) {
            tally.look(&**store, acknowledged, begun);
        }
        if tally.is_clean() {
            acknowledged = content::increment(&*fresh, &key)?;
            tally.debris += files.strangers()?.len() as u64;
        }
    }
    Ok(tally)
}

impl Tally {
    fn look(&mut self, store: &dyn Store, acknowledged: u64, begun: u64) {
        match store.load(&content::key("ann")) {
            Ok(None) => self.lost += 1,
            Err(_) => self.unreadable += 1,
            Ok(Some(record)) => match content::number(&record) {
                Some(number) if number < acknowledged => self.stale += 1,
                Some(number) if number <= begun => {}
                _ => self.unreadable += 1,
            },
        }
        for (account, number) in BYSTANDERS {
            let found = store.load(&content::key(account)).ok().flatten();
            self.bystanders += u64::from(found.and_then(|record| content::number(&record)) != Some(number));
        }
    }
}

/// Saves one credential after the other, and says so before and after each.
fn write(url: &StoreUrl, _: &[String]) -> Result {
    let key = content::key("ann");
    loop {
        // Anew each time, because closing writes as well.
        let store = url.open()?;
        let mut lease = store.lock(&key, Duration::from_secs(60))?;
        let saved = content::advance(&mut *lease, |number| worker::say(format_args!("begin {number}")))?;
        worker::say(format_args!("done {saved}"))?;
    }
}
