//! The suite that every store runs: the numbered cases of [`Store`] and [`Lease`](crate::Lease).
//!
//! ```
//! use countersign_store::{MemoryStore, conformance::{self, Place}};
//!
//! let passed = conformance::check(|| {
//!     let store = MemoryStore::new();
//!     let planted = store.clone();
//!     Place::new(move || Box::new(store.clone()))
//!         .with_plant(move |key, form| planted.plant(key, form.into()))
//! })?;
//! assert_eq!(passed, conformance::names().len());
//! # Ok::<(), conformance::Failures>(())
//! ```

use core::{error, fmt, time::Duration};

use countersign_token::Key;

use crate::{Error, ErrorKind, Store};

mod contents;
mod damage;
mod exclusion;
mod keys;
mod revisions;
mod sample;

/// An empty place for records, of which the suite opens as many handles as it needs.
pub struct Place {
    open: Box<dyn Fn() -> Box<dyn Store>>,
    plant: Option<Plant>,
}

type Plant = Box<dyn Fn(&Key, &str)>;

impl Place {
    /// A place that `open` opens a handle of, as another program would.
    pub fn new(open: impl Fn() -> Box<dyn Store> + 'static) -> Self {
        Self { open: Box::new(open), plant: None }
    }

    /// The same place, where a stored form can be put past the store, to see what it makes of damage.
    ///
    /// Without it the cases about damage pass unseen, which is for backends that cannot be reached into.
    #[must_use]
    pub fn with_plant(mut self, plant: impl Fn(&Key, &str) + 'static) -> Self {
        self.plant = Some(Box::new(plant));
        self
    }

    fn open(&self) -> Box<dyn Store> {
        (self.open)()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

/// The cases a store failed, by name, with what was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures(Vec<(&'static str, String)>);

impl Failures {
    /// The names of the failed cases, in the order of the suite.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} cases failed", self.0.len(), CASES.len())?;
        for (name, seen) in &self.0 {
            write!(f, "; {name}: {seen}")?;
        }
        Ok(())
    }
}

impl error::Error for Failures {}

/// Longer than any lease is held here, also on a slow disk and a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

type Check = fn(&Place) -> Result<(), Fault>;

// The number of a case is its name's prefix: S and L for the numbered cases of `Store` and `Lease`.
const CASES: &[(&str, Check)] = &[
    ("S1 absent is none", contents::absent),
    ("S1 every kind of credential comes back whole", contents::whole),
    ("S1 load sees what another handle saved", revisions::seen_by_others),
    ("S2 each key is listed once", keys::listed),
    ("S3 a lease excludes the same handle and others", exclusion::excludes),
    ("S3 lock waits until its deadline", exclusion::deadline),
    ("S3 lock is woken by a release", exclusion::woken),
    ("S4 a lease blocks no other key, load or list", exclusion::independent),
    ("S5 a panic gives the lease back", exclusion::panic),
    ("S5 a lease outlives its handle and moves", exclusion::outlives),
    ("S6 keys that differ never meet", keys::distinct),
    ("S6 long keys work", keys::long),
    ("S8 a megabyte is kept, more is refused", contents::limit),
    ("L1 a lease reads anew", revisions::reads_anew),
    ("L2 another revision is a conflict", revisions::conflict),
    ("L2 concurrent increments all land", revisions::increments),
    ("L3 revisions count from one", revisions::count),
    ("L3 a deletion begins the count again", revisions::deletion),
    ("L5 a corrupt record is reported and kept", damage::corrupt),
    ("L5 a newer record is reported and kept", damage::too_new),
    ("L5 a record of another key is corrupt", damage::misplaced),
    ("L7 unknown members survive", damage::unknown_members),
];

/// The names of all cases, each with the letter and number of what it checks.
pub fn names() -> Vec<&'static str> {
    CASES.iter().map(|(name, _)| *name).collect()
}

/// Runs every case on a place of its own and answers how many there were.
///
/// # Errors
/// [`Failures`] when any of them failed.
pub fn check(mut fresh: impl FnMut() -> Place) -> Result<usize, Failures> {
    let failures: Vec<_> =
        CASES.iter().filter_map(|(name, case)| case(&fresh()).err().map(|fault| (*name, fault.0))).collect();
    if failures.is_empty() { Ok(CASES.len()) } else { Err(Failures(failures)) }
}

/// What a case saw that it should not have.
struct Fault(String);

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self(match error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        })
    }
}

fn ensure(holds: bool, otherwise: &str) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault(otherwise.to_owned())) }
}

/// That `result` is an error of `kind`.
fn refused<T>(result: Result<T, Error>, kind: ErrorKind, what: &str) -> Result<(), Fault> {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(Fault(format!("{what}: {:?} instead of {kind:?}", error.kind()))),
        Ok(_) => Err(Fault(format!("{what} was not refused as {kind:?}"))),
    }
}
