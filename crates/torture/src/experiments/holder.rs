//! Who refreshes is killed at every stage of it: nothing is deleted, and the next one goes on.
//!
//! One loss cannot be avoided: where the server has rotated the refresh token and the new one is not stored yet,
//! nobody knows it any more. It is counted, and must not happen at any other stage.

use core::time::Duration;
use std::{process::Command, sync::Arc, time::Instant};

use countersign_client::{ErrorKind, blocking::Client};
use countersign_store::{Error, Lease, Store};
use countersign_token::{Credential, Key, Record, Revision, State};

use super::once::put;
use crate::{
    Result, content,
    loopback::{Loopback, Progress},
    plan::Plan,
    report::Report,
    server::{Ledger, TokenServer},
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role, Worker},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "refresh", run: refresh }];

/// What the next one may take, the server's answer and a login's worth of saving included.
const LIMIT: Duration = Duration::from_secs(1);

/// Where the holder stops and waits to be killed; those within a save are found by its syncs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    BeforeLease,
    AfterLease,
    BeforeSend,
    AfterSend,
    AfterAnswer,
    AfterSave,
}

const STAGES: [(Stage, &str); 6] = [
    (Stage::BeforeLease, "before-lease"),
    (Stage::AfterLease, "after-lease"),
    (Stage::BeforeSend, "before-send"),
    (Stage::AfterSend, "after-send-before-answer"),
    (Stage::AfterAnswer, "after-answer-before-save"),
    (Stage::AfterSave, "after-save-before-unlock"),
];

impl Stage {
    fn name(self) -> &'static str {
        STAGES.iter().find(|(stage, _)| *stage == self).map_or("unnamed", |(_, name)| name)
    }

    fn holds_lease(self) -> bool {
        self != Self::BeforeLease
    }

    /// How many requests the server has had by then.
    fn requests(self) -> u64 {
        match self {
            Self::BeforeLease | Self::AfterLease | Self::BeforeSend => 0,
            Self::AfterSend | Self::AfterAnswer | Self::AfterSave => 1,
        }
    }

    /// Whether only the dead one knew the refresh token that is good.
    fn is_loss(self) -> bool {
        matches!(self, Self::AfterSend | Self::AfterAnswer)
    }
}

/// What the kills came to.
#[derive(Default)]
struct Tally {
    kills: u64,
    /// Losses, and at how many of them the server had rotated and nothing was stored.
    losses: u64,
    unavoidable: u64,
    gone: u64,
    shared: u64,
    stuck: Vec<String>,
    misplaced: Vec<String>,
    slowest: Duration,
    within_save: u64,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        let mut tally = Tally::default();
        for _ in 0..plan.count(25, 1) {
            stages(plan, kind, &mut tally)?;
            syncs(plan, kind, &mut tally)?;
        }
        report.at_least(format_args!("{kind}: kills within the save"), tally.within_save, 1);
        tally.report(plan, &kind.to_string(), &mut report);
    }
    let mut control = Report::quiet();
    let mut tally = Tally::default();
    stages(plan, Kind::Planted(Fault::Unlocked), &mut tally)?;
    tally.report(plan, "unlocked", &mut control);
    report.control("a store without a lock", &control);
    let (mut control, mut tally) = (Report::quiet(), Tally::default());
    stages(plan, Kind::Planted(Fault::None), &mut tally)?;
    tally.report(plan, "plain", &mut control);
    report.sound(&control);
    Ok(report)
}

/// Kills the holder where it stops.
fn stages(plan: &Plan, kind: Kind, tally: &mut Tally) -> Result {
    let server = TokenServer::start(Duration::from_millis(5))?;
    for (stage, name) in STAGES {
        let directory = plan.directory()?;
        let url = StoreUrl::new(kind, directory.path());
        put(&*url.open()?, "ann", &server.grant())?;
        let mut holder = Worker::start(plan, &url, "refresh", &[name])?;
        if holder.hear_line()? != name {
            return Err(format!("the holder did not stop {name}").into());
        }
        if stage == Stage::AfterSend {
            server.wait_for_request()?;
        }
        let store = url.open()?;
        let granted = store.try_lock(&content::key("ann"))?.is_some();
        tally.shared += u64::from(granted && stage.holds_lease());
        holder.kill()?;
        let before = server.ledger();
        if before.spent.len() as u64 != stage.requests() {
            return Err(format!("{} requests {name}", before.spent.len()).into());
        }
        let lost = tally.look(&*store, &before, name)?;
        if lost != stage.is_loss() {
            tally.misplaced.push(name.to_owned());
        }
        tally.proceed(&url, &server, lost, name)?;
    }
    Ok(())
}

/// Kills the holder at each sync that it makes, the ones within its save among them.
fn syncs(plan: &Plan, kind: Kind, tally: &mut Tally) -> Result {
    let server = TokenServer::start(Duration::ZERO)?;
    for call in ["fsync", "fdatasync"] {
        for number in 1.. {
            let directory = plan.directory()?;
            let url = StoreUrl::new(kind, directory.path().join("store"));
            put(&*url.open()?, "ann", &server.grant())?;
            let log = directory.path().join("strace.log");
            let worker = Worker::command(plan, &url, "refresh", &["nowhere"]);
            let mut strace = Command::new("strace");
            strace.arg("-f").arg("-o").arg(&log).args(["-e", &format!("trace={call}")]);
            strace.args(["-e", &format!("inject={call}:signal=SIGKILL:when={number}"), "--"]);
            strace.arg(worker.get_program()).args(worker.get_args());
            let (said, status) = Worker::spawn(&mut strace)?.end()?;
            if status.success() {
                // There is no such sync any more: all that there are have been seen.
                break;
            }
            if !std::fs::read_to_string(&log)?.contains("killed by SIGKILL") {
                return Err(format!("the holder ended with {status} and said {said:?}").into());
            }
            let ledger = server.ledger();
            let name = format!("at {call} {number}");
            tally.within_save += u64::from(ledger.spent.len() == 1 && said.is_empty());
            let lost = tally.look(&*url.open()?, &ledger, &name)?;
            if lost && ledger.spent.is_empty() {
                tally.misplaced.push(name.clone());
            }
            tally.proceed(&url, &server, lost, &name)?;
        }
    }
    Ok(())
}

impl Tally {
    /// What is stored after a kill; whether the token that is good is lost.
    fn look(&mut self, store: &dyn Store, ledger: &Ledger, name: &str) -> Result<bool> {
        self.kills += 1;
        let Ok(Some(record)) = store.load(&content::key("ann")) else {
            self.gone += 1;
            return Ok(false);
        };
        let stored = record.credential.refresh_token().map(|token| token.secret().expose().to_owned());
        let lost = stored != Some(format!("refresh-{}", ledger.current));
        if lost && stored.as_deref() != Some("refresh-0") {
            return Err(format!("{name}: what is stored was never issued").into());
        }
        self.losses += u64::from(lost);
        self.unavoidable += u64::from(lost && ledger.spent.len() == 1);
        Ok(lost)
    }

    /// The next one: it gets a token, or is told by the server that the one it has is worth nothing.
    fn proceed(&mut self, url: &StoreUrl, server: &TokenServer, lost: bool, name: &str) -> Result {
        let key = content::key("ann");
        let client = Client::new(Loopback::new(|_| {}), url.open()?);
        let began = Instant::now();
        let token = client.account_by_key(&key).and_then(|handle| handle.token(Duration::from_secs(60)));
        self.slowest = self.slowest.max(began.elapsed());
        let needs_login =
            token.as_ref().is_err_and(|error| matches!(error.kind(), ErrorKind::NeedsLogin { .. }));
        if token.is_ok() == lost || needs_login != lost {
            self.stuck.push(format!(
                "{name}: {}",
                token.map_or_else(|error| error.to_string(), |_| "a token".into())
            ));
        }
        let Some(record) = url.open()?.load(&key)? else {
            self.gone += 1;
            return Ok(());
        };
        let is_over = record.credential.state != State::Ok;
        if is_over != lost {
            self.stuck.push(format!("{name}: the record says otherwise"));
        }
        // Without a loss every token was spent once, by the dead or by the living.
        if !lost && server.ledger().spent != [0] {
            self.stuck.push(format!("{name}: the server had {:?}", server.ledger().spent));
        }
        Ok(())
    }

    fn report(&self, plan: &Plan, scene: &str, report: &mut Report) {
        let scene = format!("{scene}, {} kills", self.kills);
        report.exactly(format_args!("{scene}: records gone or unreadable"), self.gone, 0);
        report.exactly(format_args!("{scene}: leases granted beside the holder's"), self.shared, 0);
        report.exactly(format_args!("{scene}: next ones that did not go on"), self.stuck.len() as u64, 0);
        for first in self.stuck.iter().chain(&self.misplaced).take(3) {
            report.note(format_args!("{scene}: such as"), first);
        }
        report.exactly(
            format_args!("{scene}: losses that were not between the rotation and the save"),
            self.losses - self.unavoidable + self.misplaced.len() as u64,
            0,
        );
        report.note(format_args!("{scene}: losses between the rotation and the save"), self.unavoidable);
        report.within(format_args!("{scene}: slowest next one"), self.slowest, plan.limit(LIMIT));
    }
}

/// Refreshes, and stops where it is told to.
fn refresh(url: &StoreUrl, arguments: &[String]) -> Result {
    let wanted = STAGES.iter().find(|(_, name)| arguments.first().is_some_and(|argument| argument == name));
    let halt = Arc::new(Halt(wanted.map(|(stage, _)| *stage)));
    let there = Arc::clone(&halt);
    let transport = Loopback::new(move |progress| {
        there.at(match progress {
            Progress::Begun => Stage::BeforeSend,
            Progress::Sent => Stage::AfterSend,
            Progress::Answered => Stage::AfterAnswer,
        });
    });
    let client = Client::new(transport, StagedStore { inner: url.open()?, halt });
    client.account_by_key(&content::key("ann"))?.token(Duration::from_secs(60))?;
    worker::say("done")
}

/// Where this process stops.
struct Halt(Option<Stage>);

impl Halt {
    fn at(&self, stage: Stage) {
        if self.0 == Some(stage) {
            // Whoever started this process kills it now; if it cannot be told, it goes on and is found out.
            let _told = worker::say(stage.name());
            let _never = worker::listen();
        }
    }
}

struct StagedStore {
    inner: Box<dyn Store>,
    halt: Arc<Halt>,
}

struct StagedLease {
    inner: Box<dyn Lease>,
    halt: Arc<Halt>,
}

impl StagedStore {
    fn staged(&self, inner: Box<dyn Lease>) -> Box<dyn Lease> {
        self.halt.at(Stage::AfterLease);
        Box::new(StagedLease { inner, halt: Arc::clone(&self.halt) })
    }
}

impl Store for StagedStore {
    fn load(&self, key: &Key) -> core::result::Result<Option<Record>, Error> {
        self.inner.load(key)
    }

    fn list(&self) -> core::result::Result<Vec<Key>, Error> {
        self.inner.list()
    }

    fn try_lock(&self, key: &Key) -> core::result::Result<Option<Box<dyn Lease>>, Error> {
        self.halt.at(Stage::BeforeLease);
        Ok(self.inner.try_lock(key)?.map(|lease| self.staged(lease)))
    }

    fn lock(&self, key: &Key, wait: Duration) -> core::result::Result<Box<dyn Lease>, Error> {
        self.halt.at(Stage::BeforeLease);
        Ok(self.staged(self.inner.lock(key, wait)?))
    }
}

impl Lease for StagedLease {
    fn load(&mut self) -> core::result::Result<Option<Record>, Error> {
        self.inner.load()
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> core::result::Result<Revision, Error> {
        let revision = self.inner.save(credential, expected)?;
        self.halt.at(Stage::AfterSave);
        Ok(revision)
    }

    fn delete(&mut self, expected: Revision) -> core::result::Result<(), Error> {
        self.inner.delete(expected)
    }
}
