use core::{fmt, time::Duration};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_token::{Credential, Key, Record, Revision};

use crate::{Error, ErrorKind, Lease, Store};

/// A store around another one that fails where it is told to, and else does as the other.
///
/// A failed operation changes nothing, with the exception of [`ErrorKind::NotConfirmed`], which does its
/// work and then fails, as a real store does. [`Operation::Lock`] told to fail as [`ErrorKind::Locked`]
/// behaves as if somebody else had the lease.
///
/// ```
/// use countersign_store::{ErrorKind, FailingStore, MemoryStore, Operation, Store};
///
/// let store = FailingStore::new(MemoryStore::new());
/// store.fail(Operation::List, 2, ErrorKind::Unavailable);
/// assert!(store.list().is_ok());
/// assert_eq!(store.list().map_err(|error| error.kind()), Err(ErrorKind::Unavailable));
/// assert!(store.list().is_ok());
/// assert_eq!(store.calls(Operation::List), 3);
/// ```
#[derive(Clone, Debug)]
pub struct FailingStore<S> {
    inner: S,
    script: Script,
}

/// What a store is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A load without a lease.
    Load,
    /// A list of the keys.
    List,
    /// An attempt to get a lease, with or without waiting.
    Lock,
    /// A load under a lease.
    Reload,
    /// A save.
    Save,
    /// A deletion.
    Delete,
}

#[derive(Clone, Default)]
struct Script(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    calls: Vec<Operation>,
    failures: Vec<Failure>,
}

struct Failure {
    operation: Operation,
    call: Option<usize>,
    kind: ErrorKind,
}

impl Script {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call and says how it fails.
    fn next(&self, operation: Operation) -> Option<Error> {
        let mut plan = self.plan();
        plan.calls.push(operation);
        let call = plan.count(operation);
        let kind = plan
            .failures
            .iter()
            .find(|planned| planned.operation == operation && planned.call.is_none_or(|at| at == call))?
            .kind;
        Some(Error::new(kind).at("scripted store"))
    }

    fn run<T>(&self, operation: Operation, work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        match self.next(operation) {
            None => work(),
            Some(error) => {
                if error.kind() == ErrorKind::NotConfirmed {
                    work()?;
                }
                Err(error)
            }
        }
    }
}

impl Plan {
    fn count(&self, operation: Operation) -> usize {
        self.calls.iter().filter(|call| **call == operation).count()
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.plan().calls).finish()
    }
}

impl<S> FailingStore<S> {
    /// A store that does not fail so far.
    pub fn new(inner: S) -> Self {
        Self { inner, script: Script::default() }
    }

    /// Makes call number `call` of `operation` fail, counted from one and over all handles.
    pub fn fail(&self, operation: Operation, call: usize, kind: ErrorKind) {
        self.plan(operation, Some(call), kind);
    }

    /// Makes every call of `operation` fail from now on.
    pub fn fail_always(&self, operation: Operation, kind: ErrorKind) {
        self.plan(operation, None, kind);
    }

    /// Forgets all planned failures.
    pub fn recover(&self) {
        self.script.plan().failures.clear();
    }

    /// How often `operation` was called, failed calls included.
    pub fn calls(&self, operation: Operation) -> usize {
        self.script.plan().count(operation)
    }

    /// All calls in their order.
    pub fn history(&self) -> Vec<Operation> {
        self.script.plan().calls.clone()
    }

    fn plan(&self, operation: Operation, call: Option<usize>, kind: ErrorKind) {
        self.script.plan().failures.push(Failure { operation, call, kind });
    }

    fn wrap(&self, inner: Box<dyn Lease>) -> Box<dyn Lease> {
        Box::new(FailingLease { inner, script: self.script.clone() })
    }
}

impl<S: Store> Store for FailingStore<S> {
    fn load(&self, key: &Key) -> Result<Option<Record>, Error> {
        self.script.run(Operation::Load, || self.inner.load(key))
    }

    fn list(&self) -> Result<Vec<Key>, Error> {
        self.script.run(Operation::List, || self.inner.list())
    }

    fn try_lock(&self, key: &Key) -> Result<Option<Box<dyn Lease>>, Error> {
        match self.script.next(Operation::Lock) {
            None => Ok(self.inner.try_lock(key)?.map(|lease| self.wrap(lease))),
            Some(error) if error.kind() == ErrorKind::Locked => Ok(None),
            Some(error) => Err(error),
        }
    }

    fn lock(&self, key: &Key, wait: Duration) -> Result<Box<dyn Lease>, Error> {
        match self.script.next(Operation::Lock) {
            None => Ok(self.wrap(self.inner.lock(key, wait)?)),
            Some(error) => Err(error),
        }
    }
}

struct FailingLease {
    inner: Box<dyn Lease>,
    script: Script,
}

impl Lease for FailingLease {
    fn load(&mut self) -> Result<Option<Record>, Error> {
        self.script.run(Operation::Reload, || self.inner.load())
    }

    fn save(&mut self, credential: &Credential, expected: Revision) -> Result<Revision, Error> {
        self.script.run(Operation::Save, || self.inner.save(credential, expected))
    }

    fn delete(&mut self, expected: Revision) -> Result<(), Error> {
        self.script.run(Operation::Delete, || self.inner.delete(expected))
    }
}
