//! The lock file beside a store or a record, for backends that have no lock of their own to hold.
//!
//! The lock is the kernel's, on an open file: it is gone with the process that held it, whatever killed it,
//! and it excludes two openings within one process as well as two processes.
//! The file itself means nothing, so it is never removed, emptied or written to: a lock on a file that
//! another process has just replaced would exclude nobody.

use core::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    fs::{File, Metadata, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Instant,
};

use crate::{
    Error, ErrorKind,
    ownership::{self, Owner},
    store::Pauses,
};

/// How many threads may wait on behalf of callers; more callers poll.
const MAX_WAITING: usize = 64;

/// Takes lock files for one store.
///
/// A wait with a deadline blocks in a thread of its own, because the standard library's lock has no deadline
/// and polling is an order of magnitude slower to notice a release when many wait. A caller that gives up
/// leaves that thread behind until the lock is free; it then gives the lock back at once. There are at most
/// 64 such threads for a store, after which waiting callers poll.
///
/// The system gives a lock to whoever asks next, which is as a rule the process that has just given it back; so
/// sixteen that want it in turn would now and then wait for seconds. Those who wait therefore do so in a queue: a
/// second lock file, made when it is needed, whose name ends in `.queue`. Who comes while somebody is first in it
/// waits behind. [`try_lock`](Self::try_lock), and a wait of no length, ask for no place in it.
#[derive(Clone, Debug)]
pub struct Sidecar {
    owner: Owner,
    waiting: Arc<AtomicUsize>,
}

/// A lock file that is held, until it is dropped.
#[derive(Debug)]
pub struct LockFile(File);

impl Sidecar {
    /// Takes lock files that belong to `owner`.
    pub fn new(owner: Owner) -> Self {
        Self { owner, waiting: Arc::default() }
    }

    /// Takes the lock at `path`, creating the file when it is absent; `None` while somebody else has it.
    ///
    /// # Errors
    /// [`ErrorKind::Insecure`] when `path` is no regular file of the owner; [`ErrorKind::Unavailable`] when
    /// it cannot be opened or the file system has no locks.
    pub fn try_lock(&self, path: &Path) -> Result<Option<LockFile>, Error> {
        loop {
            let file = self.open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(Error::io(error)),
            }
            if let Some(held) = self.confirm(LockFile(file), path)? {
                return Ok(Some(held));
            }
        }
    }

    /// Takes the lock at `path`, waiting for it as long as `wait`.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] when `wait` is over, and those of [`try_lock`](Self::try_lock).
    pub fn lock(&self, path: &Path, wait: Duration) -> Result<LockFile, Error> {
        let started = Instant::now();
        let queue = queue(path);
        let mut gives_way = !wait.is_zero() && self.is_held(&queue)?;
        loop {
            // Whoever is first in the queue gets it before who comes now.
            if !core::mem::take(&mut gives_way)
                && let Some(held) = self.try_lock(path)?
            {
                return Ok(held);
            }
            let left = wait.saturating_sub(started.elapsed());
            if left.is_zero() {
                return Err(Error::new(ErrorKind::Locked));
            }
            let Some(held) = self.wait_in_thread(self.open(&queue)?, self.open(path)?, left)? else {
                return self.poll(path, left);
            };
            if let Some(held) = self.confirm(held, path)? {
                return Ok(held);
            }
        }
    }

    /// Blocks in a thread for the lock; `None` when there is no thread to be had.
    fn wait_in_thread(&self, queue: File, file: File, wait: Duration) -> Result<Option<LockFile>, Error> {
        let Some(place) = Waiting::enter(&self.waiting) else {
            return Ok(None);
        };
        let (sender, receiver) = mpsc::sync_channel(1);
        let wanted = Arc::new(AtomicBool::new(true));
        let still = Arc::clone(&wanted);
        let spawned =
            thread::Builder::new().name(String::from("lock file")).stack_size(64 * 1024).spawn(move || {
                let _place = place;
                let first = block(&queue).map(|()| LockFile(queue));
                if !still.load(Ordering::Relaxed) {
                    return;
                }
                let result = first.and_then(|_first| block(&file).map(|()| LockFile(file)));
                // When nobody waits any more the lock comes back with the error and is dropped here.
                let _ = sender.send(result);
            });
        if spawned.is_err() {
            return Ok(None);
        }
        match receiver.recv_timeout(wait) {
            Ok(Ok(held)) => Ok(Some(held)),
            Ok(Err(error)) => Err(Error::io(error)),
            Err(RecvTimeoutError::Timeout) => {
                wanted.store(false, Ordering::Relaxed);
                Err(Error::new(ErrorKind::Locked))
            }
            Err(RecvTimeoutError::Disconnected) => Err(Error::new(ErrorKind::Unavailable)),
        }
    }

    /// Whether somebody has the lock at `path`, which need not exist.
    fn is_held(&self, path: &Path) -> Result<bool, Error> {
        self.owner.check_file_at(path)?;
        match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io(error)),
            Ok(file) => match file.try_lock_shared() {
                Ok(()) => {
                    drop(LockFile(file));
                    Ok(false)
                }
                Err(TryLockError::WouldBlock) => Ok(true),
                Err(TryLockError::Error(error)) => Err(Error::io(error)),
            },
        }
    }

    fn open(&self, path: &Path) -> Result<File, Error> {
        loop {
            self.owner.check_file_at(path)?;
            match OpenOptions::new().read(true).write(true).open(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => return opened.map_err(Error::io),
            }
            // Creating and opening are two calls, so that nothing is created behind a dangling link.
            match ownership::create(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => return created.map_err(Error::io),
            }
        }
    }

    /// Whether what is locked is still what `path` names.
    fn confirm(&self, held: LockFile, path: &Path) -> Result<Option<LockFile>, Error> {
        let opened = self.owner.check_open(&held.0)?;
        match path.symlink_metadata() {
            Ok(named) => Ok(same_file(&opened, &named).then_some(held)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::io(error)),
        }
    }

    fn poll(&self, path: &Path, wait: Duration) -> Result<LockFile, Error> {
        let mut pauses = Pauses::new(wait);
        loop {
            if let Some(held) = self.try_lock(path)? {
                return Ok(held);
            }
            if !pauses.pause() {
                return Err(Error::new(ErrorKind::Locked));
            }
        }
    }
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // Closing is not enough: a process that is just being started may hold a copy of the descriptor.
        let _ = self.0.unlock();
    }
}

/// The file whose lock is the first place among those that wait for the lock at `path`.
fn queue(path: &Path) -> PathBuf {
    let mut queue = path.as_os_str().to_owned();
    queue.push(".queue");
    queue.into()
}

/// One of the threads that wait.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    fn enter(count: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(count));
        (place.0.fetch_add(1, Ordering::Relaxed) < MAX_WAITING).then_some(place)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn block(file: &File) -> io::Result<()> {
    loop {
        match file.lock() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

#[cfg(unix)]
fn same_file(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(_: &Metadata, named: &Metadata) -> bool {
    // The standard library shows no file identity there; an open file cannot be replaced by default.
    named.is_file()
}
