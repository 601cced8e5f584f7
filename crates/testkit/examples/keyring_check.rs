//! What the checks in `interop/` do to a real keyring: `keyring_check KEYRING DIRECTORY COMMAND …`.
//!
//! It prints one line for each thing it does: what came of it, and the seconds that took. It ends with 0 when
//! nothing is wrong, and with 1 when a keyring answered, but not what it should.

use core::{error::Error as _, time::Duration};
use std::{
    env,
    io::{self, BufRead},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use countersign_store::{
    Error, ErrorKind, KeySource, Lease, Store,
    conformance::{self, Place},
};
use countersign_store_file::FileStore;
use countersign_store_keyring::{Cause, Keyring, KeyringKey, KeyringStore};
use countersign_store_sealed::{SealedStore, Unlock};
use countersign_token::{Key, Revision};
use testkit::sample::{credential, mark};

const SERVICE: &str = "countersign interop";
const PATIENCE: Duration = Duration::from_secs(60);

type Outcome<T = ()> = Result<T, Box<dyn core::error::Error>>;

struct Check {
    keyring: Keyring,
    directory: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("FAILED: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Outcome {
    let [keyring, directory, command @ ..] = arguments else {
        return Err("usage: keyring_check KEYRING DIRECTORY COMMAND".into());
    };
    let keyring = match *keyring {
        "keyutils" => Keyring::keyutils(),
        _ => Keyring::platform().ok_or("there is no keyring for this platform")?,
    };
    let check = Check { keyring, directory: directory.into() };
    match command {
        ["conform", but @ ..] => check.conform(but),
        ["probe"] => check.timed("probe", || check.keyring.probe(SERVICE)),
        ["save", account, mark] => check.timed("save", || check.save(account, mark)),
        ["load", account, mark] => check.timed("load", || check.load(account, mark)),
        ["delete", account] => check.timed("delete", || check.delete(account)),
        ["list", count] => check.list(count.parse()?),
        ["trouble", expected] => check.trouble(expected),
        ["hold", account] => check.hold(account),
        ["hung", account] => check.hung(account),
        ["first-run", account] => check.first_run(account),
        ["read-sealed", accounts @ ..] => check.read_sealed(accounts),
        ["forget-key"] => Ok(check.source()?.delete()?),
        ["lost-key"] => check.lost_key(),
        ["clear", account] => check.clear(account),
        ["limit", bytes] => check.limit(bytes.parse()?),
        _ => Err("there is no such command".into()),
    }
}

fn key(account: &str) -> Key {
    Key::new("https://issuer.example", "client", account)
}

/// As in "Unavailable/TimedOut".
fn said(error: &Error) -> String {
    match Cause::of(error) {
        Some(cause) => format!("{:?}/{cause:?}", error.kind()),
        None => format!("{:?}", error.kind()),
    }
}

fn explained(error: Error) -> Box<dyn core::error::Error> {
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{error}: {source} ({})", said(&error)).into()
}

fn clear(store: &KeyringStore) -> Outcome {
    for key in store.list().map_err(explained)? {
        let mut lease = store.lock(&key, PATIENCE)?;
        let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
        lease.delete(revision).map_err(explained)?;
    }
    if store.list().map_err(explained)?.is_empty() { Ok(()) } else { Err("a deleted key is listed".into()) }
}

impl Check {
    fn store(&self) -> Result<KeyringStore, Error> {
        KeyringStore::open(self.keyring.clone(), SERVICE, self.directory.join("locks"))
    }

    fn source(&self) -> Result<KeyringKey, Error> {
        KeyringKey::open(self.keyring.clone(), SERVICE, "credentials", self.directory.join("locks"))
    }

    fn files(&self) -> Result<FileStore, Error> {
        FileStore::open(self.directory.join("files"))
    }

    fn sealed(&self) -> Result<SealedStore, Error> {
        SealedStore::open(self.files()?, Unlock::source(self.source()?))
    }

    fn timed(&self, what: &str, work: impl FnOnce() -> Result<(), Error>) -> Outcome {
        let began = Instant::now();
        let result = work();
        let came = result.as_ref().map_or_else(said, |()| "ok".to_owned());
        println!("{what} {came} {:.2}", began.elapsed().as_secs_f64());
        result.map_err(explained)
    }

    fn save(&self, account: &str, mark: &str) -> Result<(), Error> {
        let mut lease = self.store()?.lock(&key(account), PATIENCE)?;
        let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
        lease.save(&credential(mark), revision).map(drop)
    }

    fn load(&self, account: &str, expected: &str) -> Result<(), Error> {
        match self.store()?.load(&key(account))? {
            Some(record) if mark(&record) == expected => Ok(()),
            Some(_) => Err(Error::new(ErrorKind::Conflict).because("it is another record")),
            None => Err(Error::new(ErrorKind::Conflict).because("there is no record")),
        }
    }

    fn delete(&self, account: &str) -> Result<(), Error> {
        let mut lease = self.store()?.lock(&key(account), PATIENCE)?;
        let revision = lease.load()?.map_or(Revision::ABSENT, |record| record.revision);
        lease.delete(revision)
    }

    fn list(&self, count: usize) -> Outcome {
        let found = self.store()?.list().map_err(explained)?.len();
        if found == count { Ok(()) } else { Err(format!("{found} keys are listed, not {count}").into()) }
    }

    /// The whole suite, of which exactly the cases that begin with one of `but` fail.
    fn conform(&self, but: &[&str]) -> Outcome {
        let mut number = 0;
        let mut last: Option<KeyringStore> = None;
        let mut cleared = Ok(());
        let outcome = conformance::check(|| {
            number += 1;
            // What a case leaves goes before the next one, because room may be short.
            let left = last.take().map_or(Ok(()), |store| clear(&store));
            if cleared.is_ok() {
                cleared = left;
            }
            let (service, keyring) = (format!("{SERVICE} {number}"), self.keyring.clone());
            let directory = self.directory.join(format!("conform-{number}"));
            let open = move || KeyringStore::open(keyring.clone(), &service, &directory).unwrap();
            last = Some(open());
            Place::new(move || Box::new(open()))
        });
        last.map_or(Ok(()), |store| clear(&store))?;
        cleared?;
        let failed: Vec<&str> =
            outcome.as_ref().err().into_iter().flat_map(|failed| failed.names()).collect();
        let is_known = |case: &&str| but.iter().any(|but| case.starts_with(but));
        let as_expected = failed.iter().all(is_known) && failed.len() == but.len();
        println!(
            "conform {} of {} cases pass",
            conformance::names().len() - failed.len(),
            conformance::names().len()
        );
        match outcome {
            _ if as_expected => Ok(()),
            Err(failures) => Err(failures.into()),
            Ok(_) => Err("a case passes that cannot".into()),
        }
    }

    /// Everything that asks the keyring, each of which must fail in the same way.
    fn trouble(&self, expected: &str) -> Outcome {
        let store = self.store()?;
        let mut lease = store.lock(&key("ann"), PATIENCE)?;
        let mut result = Ok(());
        let mut ask = |what: &str, work: &mut dyn FnMut() -> Result<(), Error>| {
            let began = Instant::now();
            let came = work().as_ref().map_or_else(said, |()| "ok".to_owned());
            println!("{what} {came} {:.2}", began.elapsed().as_secs_f64());
            // Once four calls hang, the fifth is not tried.
            let hung = expected == "Unavailable/TimedOut" && came == "Unavailable/Hung";
            if came != expected && !hung {
                result = Err(format!("{what} answered {came}, not {expected}").into());
            }
        };
        ask("probe", &mut || self.keyring.probe(SERVICE));
        ask("load", &mut || store.load(&key("ann")).map(drop));
        ask("save", &mut || lease.save(&credential("plaintext-marker"), Revision::ABSENT).map(drop));
        ask("key", &mut || self.source()?.load().map(drop));
        ask("sealed", &mut || {
            let mut lease = self.sealed()?.lock(&key("sealed"), PATIENCE)?;
            lease.save(&credential("plaintext-marker"), Revision::ABSENT).map(drop)
        });
        ask("list", &mut || store.list().map(drop));
        result
    }

    /// Saves over what it saved before, whenever it is told to, in one process.
    fn hold(&self, account: &str) -> Outcome {
        self.timed("save", || self.save(account, "0"))?;
        println!("READY");
        for (round, line) in io::stdin().lock().lines().enumerate() {
            line?;
            self.timed("load", || self.load(account, &round.to_string()))?;
            self.timed("save", || self.save(account, &(round + 1).to_string()))?;
            println!("READY");
        }
        Ok(())
    }

    /// Saves when told to, while the keyring is stopped; then waits until what was given up came to pass.
    fn hung(&self, account: &str) -> Outcome {
        let store = self.store()?;
        let mut lease = store.lock(&key(account), PATIENCE)?;
        let first = lease.save(&credential("before"), Revision::ABSENT).map_err(explained)?;
        println!("READY");
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        let began = Instant::now();
        let error = lease.save(&credential("late"), first).err().ok_or("a stopped keyring took a record")?;
        println!("save {} {:.2}", said(&error), began.elapsed().as_secs_f64());
        println!("READY");
        io::stdin().read_line(&mut line)?;
        drop(lease);
        let mut lease = store.lock(&key(account), PATIENCE)?;
        let record = lease.load().map_err(explained)?.ok_or("there is no record")?;
        println!("lease {} at {}", mark(&record), record.revision.number());
        Ok(())
    }

    fn first_run(&self, account: &str) -> Outcome {
        self.timed("first-run", || {
            let mut lease = self.sealed()?.lock(&key(account), PATIENCE)?;
            lease.save(&credential("plaintext-marker"), Revision::ABSENT).map(drop)
        })
    }

    fn read_sealed(&self, accounts: &[&str]) -> Outcome {
        let store = self.sealed().map_err(explained)?;
        for account in accounts {
            if store.load(&key(account)).map_err(explained)?.is_none() {
                return Err(format!("the record of {account} is lost").into());
            }
        }
        println!("sealed {} records open", accounts.len());
        Ok(())
    }

    fn lost_key(&self) -> Outcome {
        let error = self.sealed().err().ok_or("a store opens without its key")?;
        println!("sealed {} 0", said(&error));
        if self.source()?.load().map_err(explained)?.is_some() {
            return Err("a lost key was replaced".into());
        }
        Ok(())
    }

    /// The negative control of the search for plaintext.
    fn clear(&self, account: &str) -> Outcome {
        let mut lease = self.files()?.lock(&key(account), PATIENCE)?;
        lease.save(&credential("plaintext-marker"), Revision::ABSENT).map_err(explained)?;
        Ok(())
    }

    fn limit(&self, bytes: usize) -> Outcome {
        let error = self.save("big", &"x".repeat(bytes)).err().ok_or("a record of any size is kept")?;
        println!("limit {} 0", said(&error));
        self.list(0)
    }
}
