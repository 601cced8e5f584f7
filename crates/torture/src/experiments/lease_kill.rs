//! A process is killed while it holds the lease: nobody else got it before, and the next gets it at once.

use core::time::Duration;
use std::{thread, time::Instant};

use countersign_store::{Lease as _, Store as _};

use crate::{
    Result, content,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role, Worker},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "hold", run: hold }];

/// From the death of the holder until the next one has the lease and has read the record.
const LIMIT: Duration = Duration::from_millis(100);

const WAIT: Duration = Duration::from_secs(60);

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        kills(plan, kind, plan.count(500, 15), &mut report)?;
    }
    let mut control = Report::quiet();
    kills(plan, Kind::Planted(Fault::Unlocked), 2, &mut control)?;
    report.control("a store without a lock", &control);
    let mut control = Report::quiet();
    kills(plan, Kind::Planted(Fault::None), 2, &mut control)?;
    report.sound(&control);
    Ok(report)
}

fn kills(plan: &Plan, kind: Kind, count: u64, report: &mut Report) -> Result {
    // In memory, because what is measured is not the disk.
    let directory = plan.quick_directory()?;
    let url = StoreUrl::new(kind, directory.path());
    let store = url.open()?;
    let key = content::key("ann");
    content::increment(&*store, &key)?;
    let mut random = plan.random("lease-kill");
    let (mut shared, mut slowest) = (0, Duration::ZERO);
    for round in 0..count {
        let mut holder = Worker::start(plan, &url, "hold", &["ann"])?;
        holder.hear_line()?;
        shared += u64::from(store.try_lock(&key)?.is_some());
        // Half of the time somebody is waiting already.
        let took = if round % 2 == 0 {
            holder.kill()?;
            let began = Instant::now();
            let mut lease = store.lock(&key, WAIT)?;
            lease.load()?;
            let took = began.elapsed();
            content::advance(&mut *lease, |_| Ok(()))?;
            took
        } else {
            thread::scope(|scope| {
                let waiter = scope.spawn(|| {
                    store.lock(&key, WAIT).and_then(|mut lease| {
                        let got = Instant::now();
                        lease.load().map(|_| got)
                    })
                });
                thread::sleep(Duration::from_micros(random.below(5000)));
                holder.kill()?;
                let died = Instant::now();
                let got = waiter.join().map_err(|_| "the waiter panicked")??;
                Result::Ok(got.saturating_duration_since(died))
            })?
        };
        slowest = slowest.max(took);
    }
    report.exactly(format_args!("{kind}: leases granted twice in {count} rounds"), shared, 0);
    report.within(
        format_args!("{kind}: slowest start after {count} kills of the holder"),
        slowest,
        plan.limit(LIMIT),
    );
    Ok(())
}

/// Takes the lease, says so, and keeps it.
fn hold(store: &StoreUrl, arguments: &[String]) -> Result {
    let account = arguments.first().map_or("ann", String::as_str);
    let store = store.open()?;
    let _lease = store.lock(&content::key(account), WAIT)?;
    worker::say("held")?;
    worker::listen()?;
    Ok(())
}
