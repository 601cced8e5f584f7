//! Many processes at once where there is nothing, not even a directory: all succeed, and there is one store.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::{
    Result, content,
    crowd::{self, Crowd},
    files,
    plan::Plan,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "first", run: first }];

const PROCESSES: u64 = 16;

/// What all rounds came to.
#[derive(Default)]
struct Tally {
    failed: Vec<String>,
    torn: u64,
    open: Vec<String>,
    left: Vec<String>,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        rounds(plan, kind, plan.count(50, 2), &mut report)?;
    }
    let mut control = Report::quiet();
    rounds(plan, Kind::Planted(Fault::Unlocked), 1, &mut control)?;
    report.control("a store without a lock", &control);
    let mut control = Report::quiet();
    rounds(plan, Kind::Planted(Fault::None), 1, &mut control)?;
    report.sound(&control);
    Ok(report)
}

fn rounds(plan: &Plan, kind: Kind, count: u64, report: &mut Report) -> Result {
    let mut tally = Tally::default();
    for _ in 0..count {
        let directory = plan.directory()?;
        let place = directory.path().join("deep").join("store");
        if matches!(kind, Kind::Planted(_)) {
            // The stores that are bad on purpose do not make their directory.
            for made in [place.parent().unwrap_or(&place), &place] {
                fs::create_dir(made)?;
                fs::set_permissions(made, fs::Permissions::from_mode(0o700))?;
            }
        }
        let url = StoreUrl::new(kind, &place);
        let crowd = Crowd::gather(plan, &url, "first", PROCESSES, |number| vec![number.to_string()])?;
        tally.failed.extend(crowd.go()?.into_iter().flatten());
        tally.look(&url, directory.path())?;
    }
    let Tally { failed, torn, open, left } = tally;
    let scene = format!("{kind}, {count} rounds of {PROCESSES}");
    report.exactly(format_args!("{scene}: processes that failed"), failed.len() as u64, 0);
    report.exactly(format_args!("{scene}: rounds after which something is missing"), torn, 0);
    report.exactly(format_args!("{scene}: files and directories open to others"), open.len() as u64, 0);
    report.exactly(format_args!("{scene}: temporary files left"), left.len() as u64, 0);
    for first in [failed.first(), open.first(), left.first()].into_iter().flatten() {
        report.note(format_args!("{scene}: such as"), first);
    }
    Ok(())
}

impl Tally {
    /// Counts what is wrong with the one store that is to be there, below `root`.
    fn look(&mut self, url: &StoreUrl, root: &Path) -> Result {
        let store = url.open()?;
        let mut accounts: Vec<String> = (0..PROCESSES).map(|number| number.to_string()).collect();
        accounts.push(String::from("all"));
        let listed = store.list().map_or(0, |keys| keys.len());
        let whole = accounts.iter().all(|account| {
            let expected = if account == "all" { PROCESSES } else { 1 };
            let record = store.load(&content::key(account)).unwrap_or_default();
            record.as_ref().and_then(content::number) == Some(expected)
        });
        self.torn += u64::from(!whole || listed != accounts.len());
        drop(store);
        for path in files::tree(root)? {
            let mode = path.symlink_metadata()?.permissions().mode() & 0o777;
            let shown = path.strip_prefix(root)?.display().to_string();
            if mode != if path.is_dir() { 0o700 } else { 0o600 } {
                self.open.push(format!("{shown} has mode {mode:o}"));
            }
            if shown.ends_with(".tmp") || shown.ends_with(".new") {
                self.left.push(shown);
            }
        }
        Ok(())
    }
}

/// Opens what is not there, and counts up in a record of its own and in that of all; says what failed.
fn first(url: &StoreUrl, arguments: &[String]) -> Result {
    let own = arguments.first().ok_or("the first run takes an account")?;
    crowd::wait()?;
    let store = match url.open() {
        Ok(store) => store,
        Err(error) => return worker::say(format_args!("opening failed: {error}")),
    };
    for account in ["all", own] {
        if let Err(error) = content::increment(&*store, &content::key(account)) {
            worker::say(format_args!("saving failed: {error}"))?;
        }
    }
    Ok(())
}
