//! Many processes at one moment with one expired credential, half of them for one resource and half for another.
//!
//! How many requests are right follows from the refresh rule: the lease is the grant's, so the refreshes for the
//! two resources follow each other, and whoever gets the lease next finds the token for its own resource stored.
//! So there is one request for each resource, and the second presents the refresh token that the first got.

use core::time::Duration;
use std::{collections::BTreeSet, time::Instant};

use countersign_client::blocking::Client;
use countersign_token::State;

use super::once::put;
use crate::{
    Result, content,
    crowd::{self, Crowd},
    loopback::Loopback,
    plan::Plan,
    report::Report,
    server::TokenServer,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::{self, Role},
};

pub(crate) const ROLES: &[Role] = &[Role { name: "want", run: want }];

const RESOURCES: [&str; 2] = ["https://a.example/", "https://b.example/"];

/// What the server takes to answer, which is what the lease is held over.
const DELAY: Duration = Duration::from_millis(200);

/// What all rounds came to.
#[derive(Default)]
struct Tally {
    requests: u64,
    resources: u64,
    reused: u64,
    without: Vec<String>,
    strange: u64,
    behind: u64,
    slowest: Duration,
}

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        rounds(plan, kind, plan.count(100, 2), 16, &mut report)?;
    }
    for (fault, name) in
        [(Fault::Unlocked, "a store without a lock"), (Fault::Stale, "a store that never reads again")]
    {
        let mut control = Report::quiet();
        rounds(plan, Kind::Planted(fault), 1, 8, &mut control)?;
        report.control(name, &control);
    }
    let mut control = Report::quiet();
    rounds(plan, Kind::Planted(Fault::None), 1, 8, &mut control)?;
    report.sound(&control);
    Ok(report)
}

fn rounds(plan: &Plan, kind: Kind, count: u64, processes: u64, report: &mut Report) -> Result {
    let server = TokenServer::start(DELAY)?;
    let directory = plan.directory()?;
    let url = StoreUrl::new(kind, directory.path());
    let mut tally = Tally::default();
    for round in 0..count {
        let account = format!("round {round}");
        put(&*url.open()?, &account, &server.grant())?;
        let arguments = |number| {
            let resource = RESOURCES.get(usize::from(number % 2 == 1)).copied().unwrap_or_default();
            vec![account.clone(), resource.to_owned()]
        };
        let crowd = Crowd::gather(plan, &url, "want", processes, arguments)?;
        let began = Instant::now();
        let said = crowd.go()?;
        tally.slowest = tally.slowest.max(began.elapsed());
        tally.add(&server, &said);
        // Another handle, so that it is what is stored that is looked at.
        let record = url.open()?.load(&content::key(&account))?;
        let current = format!("refresh-{}", server.ledger().current);
        let kept = record.is_some_and(|record| {
            let refresh = record.credential.refresh_token();
            record.credential.state == State::Ok
                && refresh.is_some_and(|token| token.secret().ct_eq(&*current))
        });
        tally.behind += u64::from(!kept);
    }
    tally.report(report, &format!("{kind}, {count} rounds of {processes}"), count);
    Ok(())
}

impl Tally {
    fn add(&mut self, server: &TokenServer, said: &[Vec<String>]) {
        let ledger = server.ledger();
        let spent: BTreeSet<u64> = ledger.spent.iter().copied().collect();
        let resources: BTreeSet<&String> = ledger.resources.iter().collect();
        self.requests += ledger.spent.len() as u64;
        self.resources += resources.len() as u64;
        self.reused += (ledger.spent.len() - spent.len()) as u64;
        let mut tokens = BTreeSet::new();
        for (number, lines) in said.iter().enumerate() {
            let resource = RESOURCES.get(number % 2).copied().unwrap_or_default();
            match lines.as_slice() {
                [token] if token.starts_with("access-") && token.ends_with(resource) => {
                    tokens.insert(token);
                }
                other => self.without.push(other.join("; ")),
            }
        }
        self.strange += u64::from(tokens.len() != RESOURCES.len());
    }

    fn report(&self, report: &mut Report, scene: &str, rounds: u64) {
        let one_each = RESOURCES.len() as u64 * rounds;
        report.exactly(
            format_args!("{scene}: token requests, one for each resource"),
            self.requests,
            one_each,
        );
        report.exactly(format_args!("{scene}: resources they were for"), self.resources, one_each);
        report.exactly(format_args!("{scene}: refresh tokens spent again"), self.reused, 0);
        report.exactly(format_args!("{scene}: processes left without"), self.without.len() as u64, 0);
        if let Some(first) = self.without.first() {
            report.note(format_args!("{scene}: the first of them"), first);
        }
        report.exactly(format_args!("{scene}: rounds with another token for some"), self.strange, 0);
        report.exactly(format_args!("{scene}: rounds that did not store what is good"), self.behind, 0);
        report.note(
            format_args!("{scene}: slowest round"),
            format_args!(
                "{:.0} ms, {} ms of it the server's",
                self.slowest.as_secs_f64() * 1e3,
                2 * DELAY.as_millis()
            ),
        );
    }
}

/// Gets a token for a resource when all are there, and says it.
fn want(url: &StoreUrl, arguments: &[String]) -> Result {
    let [account, resource] = arguments else {
        return Err("wanting takes an account and a resource".into());
    };
    let client = Client::new(Loopback::new(|_| {}), url.open()?);
    let handle = client.account_by_key(&content::key(account))?.for_resource([resource.as_str()]);
    crowd::wait()?;
    match handle.token(Duration::from_secs(60)) {
        Ok(token) => worker::say(token.access.secret.expose()),
        Err(error) => worker::say(format_args!("failed: {error}")),
    }
}
