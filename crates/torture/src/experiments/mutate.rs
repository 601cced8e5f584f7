//! A closed store of twenty credentials, of which a byte is changed or the end cut off: it says what was saved,
//! or that it is damaged, and leaves what it found as it is.

use core::time::Duration;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, panic,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};

use countersign_store::{Error, ErrorKind, Store};
use countersign_token::Secret;

use crate::{
    Result, content,
    files::{self, Files},
    plan::Plan,
    random::Random,
    report::Report,
    store::{Fault, GOOD, Kind, StoreUrl},
    worker::Role,
};

pub(crate) const ROLES: &[Role] = &[];

const CREDENTIALS: u64 = 20;

/// After which a store that does not answer is said to hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// A store that is closed, with all that is in its files.
#[derive(Clone)]
struct Specimen {
    url: StoreUrl,
    /// The files that hold data, in the order of their names.
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Every path, those of lock files included.
    paths: BTreeSet<PathBuf>,
    known: Arc<Files>,
    expected: Vec<Secret>,
}

/// One change to one file.
#[derive(Clone)]
enum Damage {
    Byte { file: PathBuf, place: usize, value: u8 },
    Cut { file: PathBuf, length: usize },
}

/// What a store makes of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    /// All is as it was.
    Whole,
    /// It says that it is damaged or cannot be opened.
    Refused,
    /// It takes its header for that of a later version or of somebody else; SQLite's has no checksum.
    Foreign,
    /// It says something else than what was saved.
    Changed,
    /// It changed what it found.
    Touched,
    Panicked,
    /// It reported something that is no damage.
    Misreported(ErrorKindName),
}

type ErrorKindName = &'static str;

pub(crate) fn run(plan: &Plan) -> Result<Report> {
    let mut report = Report::new();
    for kind in GOOD {
        mutate(plan, kind, plan.count(10_000, 250), plan.count(1, 997), &mut report)?;
    }
    let mut control = Report::quiet();
    mutate(plan, Kind::Planted(Fault::None), 250, 97, &mut control)?;
    report.control("a store without a checksum", &control);
    Ok(report)
}

/// Changes bytes, and cuts the files at every `step`-th place.
fn mutate(plan: &Plan, kind: Kind, changes: u64, step: u64, report: &mut Report) -> Result {
    let directory = plan.quick_directory()?;
    let specimen = Specimen::make(StoreUrl::new(kind, directory.path()))?;
    let mut random = plan.random("mutate");
    let bytes: Vec<Damage> = (0..changes).map(|_| specimen.any_byte(&mut random)).collect();
    let cuts = specimen.cuts(usize::try_from(step)?);
    let size: usize = specimen.files.values().map(Vec::len).sum();
    report.note(format_args!("{kind}: bytes in {} files", specimen.files.len()), size);
    for (what, damages) in [("changed bytes", bytes), ("cuts", cuts)] {
        let count = damages.len();
        let tally = specimen.suffer(damages)?;
        let number = |verdict| tally.get(&verdict).copied().unwrap_or_default();
        let scene = format!("{kind}, {count} {what}");
        report.exactly(format_args!("{scene}: read as something else"), number(Verdict::Changed), 0);
        report.exactly(format_args!("{scene}: files changed by reading"), number(Verdict::Touched), 0);
        report.exactly(format_args!("{scene}: panics"), number(Verdict::Panicked), 0);
        let other = tally.iter().filter(|(verdict, _)| matches!(verdict, Verdict::Misreported(_)));
        let named: Vec<String> = other.map(|(verdict, count)| format!("{verdict:?} {count}")).collect();
        report.check(
            format_args!("{scene}: called something other than damage"),
            if named.is_empty() { "none".to_owned() } else { named.join(", ") },
            "none",
            named.is_empty(),
        );
        report.at_least(format_args!("{scene}: noticed"), number(Verdict::Refused), 1);
        report.note(format_args!("{scene}: without effect"), number(Verdict::Whole));
        report
            .note(format_args!("{scene}: a header of another version or program"), number(Verdict::Foreign));
    }
    Ok(())
}

impl Specimen {
    fn make(url: StoreUrl) -> Result<Self> {
        let store = url.open()?;
        for number in 1..=CREDENTIALS {
            // Some have been saved more than once.
            for _ in 0..=number % 3 {
                content::increment(&*store, &key(number))?;
            }
        }
        drop(store);
        let mut specimen = Self {
            paths: files::tree(url.directory())?,
            known: Arc::new(Files::of(url.directory())?),
            url,
            files: BTreeMap::new(),
            expected: Vec::new(),
        };
        for path in &specimen.paths {
            if path.is_file() && path.metadata()?.len() > 0 {
                specimen.files.insert(path.clone(), fs::read(path)?);
            }
        }
        specimen.expected = specimen.read()?.into_iter().collect::<core::result::Result<_, _>>()?;
        Ok(specimen)
    }

    /// All records, or what is said instead of each; the error is that nothing can be read.
    fn read(&self) -> Result<Vec<core::result::Result<Secret, Error>>> {
        let store = self.url.open()?;
        let mut listed = store.list()?;
        listed.sort();
        let mut keys: Vec<_> = (1..=CREDENTIALS).map(key).collect();
        keys.sort();
        if listed != keys {
            return Ok(vec![Ok(Secret::new("another list"))]);
        }
        let record = |number| {
            let form = |found: Option<countersign_token::Record>| {
                found.map_or_else(|| Secret::new("absent"), |record| record.to_json())
            };
            store.load(&key(number)).map(form)
        };
        Ok((1..=CREDENTIALS).map(record).collect())
    }

    fn any_byte(&self, random: &mut Random) -> Damage {
        let total: usize = self.files.values().map(Vec::len).sum();
        let mut place = usize::try_from(random.below(total as u64)).unwrap_or_default();
        let mask = u8::try_from(1 + random.below(255)).unwrap_or(1);
        for (file, bytes) in &self.files {
            if let Some(byte) = bytes.get(place) {
                return Damage::Byte { file: file.clone(), place, value: byte ^ mask };
            }
            place -= bytes.len();
        }
        Damage::Cut { file: PathBuf::new(), length: 0 }
    }

    fn cuts(&self, step: usize) -> Vec<Damage> {
        let of = |(file, bytes): (&PathBuf, &Vec<u8>)| {
            let file = file.clone();
            (0..bytes.len()).step_by(step).map(move |length| Damage::Cut { file: file.clone(), length })
        };
        self.files.iter().flat_map(of).collect()
    }

    /// Does each damage in turn, in a thread that is watched.
    fn suffer(&self, damages: Vec<Damage>) -> Result<BTreeMap<Verdict, u64>> {
        let (sender, receiver) = mpsc::channel();
        let specimen = self.clone();
        let count = damages.len();
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|_| {}));
        thread::spawn(move || {
            for damage in damages {
                if sender.send(specimen.try_out(&damage)).is_err() {
                    return;
                }
            }
        });
        let mut tally = BTreeMap::new();
        for number in 0..count {
            let verdict = receiver.recv_timeout(PATIENCE).map_err(|_| format!("number {number} hangs"))??;
            *tally.entry(verdict).or_default() += 1;
        }
        panic::set_hook(hook);
        Ok(tally)
    }

    fn try_out(&self, damage: &Damage) -> Result<Verdict> {
        let (file, bytes) = self.damaged(damage).ok_or("no such file")?;
        fs::write(&file, &bytes)?;
        let read = panic::catch_unwind(panic::AssertUnwindSafe(|| self.read()));
        let touched = fs::read(&file)? != bytes || !self.known.strangers()?.is_empty();
        self.restore(&file)?;
        Ok(match read {
            Err(_) => Verdict::Panicked,
            _ if touched => Verdict::Touched,
            Ok(Err(error)) => match error.downcast::<Error>() {
                Ok(error) => self.judge(&error, damage),
                Err(other) => return Err(other),
            },
            Ok(Ok(records)) => self.compare(&records, damage),
        })
    }

    fn damaged(&self, damage: &Damage) -> Option<(PathBuf, Vec<u8>)> {
        let (file, bytes) = match damage {
            Damage::Byte { file, place, value } => {
                let mut bytes = self.files.get(file)?.clone();
                *bytes.get_mut(*place)? = *value;
                (file, bytes)
            }
            Damage::Cut { file, length } => (file, self.files.get(file)?.get(..*length)?.to_vec()),
        };
        Some((file.clone(), bytes))
    }

    /// Puts everything back as it was, whatever the store did.
    fn restore(&self, file: &Path) -> Result {
        for stranger in files::tree(self.url.directory())?.difference(&self.paths) {
            fs::remove_file(stranger)?;
        }
        Ok(fs::write(file, self.files.get(file).ok_or("no such file")?)?)
    }

    /// Each record is the one that was saved or is refused.
    fn compare(&self, records: &[core::result::Result<Secret, Error>], damage: &Damage) -> Verdict {
        if records.len() != self.expected.len() {
            return Verdict::Changed;
        }
        let verdict = |(found, expected): (&core::result::Result<Secret, Error>, &Secret)| match found {
            Ok(found) if found.ct_eq(expected) => Verdict::Whole,
            Ok(_) => Verdict::Changed,
            Err(error) => self.judge(error, damage),
        };
        records.iter().zip(&self.expected).map(verdict).max().unwrap_or(Verdict::Changed)
    }

    fn judge(&self, error: &Error, damage: &Damage) -> Verdict {
        let in_header = matches!(damage, Damage::Byte { place: ..100, .. })
            && matches!(self.url.kind(), Kind::Sqlite | Kind::SealedSqlite);
        match error.kind() {
            ErrorKind::Corrupt | ErrorKind::Undecryptable => Verdict::Refused,
            ErrorKind::TooNew | ErrorKind::Insecure | ErrorKind::Unavailable if in_header => Verdict::Foreign,
            ErrorKind::TooNew => Verdict::Misreported("too new"),
            ErrorKind::TooBig => Verdict::Misreported("too big"),
            ErrorKind::Insecure => Verdict::Misreported("insecure"),
            ErrorKind::Unavailable => Verdict::Misreported("unavailable"),
            _ => Verdict::Misreported("another"),
        }
    }
}

fn key(number: u64) -> countersign_token::Key {
    content::key(&format!("account {number}"))
}
