//! The thread that talks to a keyring, which may never come back.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Instant,
};

use countersign_store::{Error, ErrorKind};

use crate::{
    backend::{Backend, Connection, Entries},
    cause::Cause,
};

/// How many threads may hang at a time. Each holds a connection, and is not to be stopped from outside.
const MAX_HUNG: usize = 4;

/// One call at a time, in a thread that owns the connection.
///
/// A keyring is not safe to be used from several threads, and one that is stopped blocks its caller for ever.
/// The caller waits for the thread until a deadline, and leaves it behind then; the next call gets another
/// thread with a connection of its own.
pub(crate) struct Worker {
    backend: Arc<Backend>,
    state: Mutex<State>,
    free: Condvar,
    hung: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    busy: bool,
    thread: Option<mpsc::Sender<Job>>,
}

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

impl Worker {
    pub(crate) fn new(backend: Backend) -> Self {
        Self {
            backend: Arc::new(backend),
            state: Mutex::default(),
            free: Condvar::new(),
            hung: Arc::default(),
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.backend
    }

    /// What `work` answers within `wait`.
    ///
    /// It may be called twice, with another connection, and what it owns lives as long as it may still do
    /// something.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        wait: Duration,
        work: impl Fn(&Entries) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let turn = self.turn(wait)?;
        if self.hung.load(Ordering::Acquire) >= MAX_HUNG {
            return Err(Cause::Hung.into_error());
        }
        // Nobody would hear of what it does.
        if wait.saturating_sub(started.elapsed()).is_zero() {
            return Err(Cause::TimedOut.into_error());
        }
        let (answer, answered) = mpsc::sync_channel(1);
        let call = Arc::new(Call { gone: Mutex::new(Gone::Nobody), hung: Arc::clone(&self.hung) });
        let ending = Ending(Arc::clone(&call));
        self.send(Box::new(move |connection| {
            let result = connection.attempt(&work);
            // Before anybody hears of the result: what `work` owns says that it may still do something.
            drop(work);
            drop(ending);
            let _ = answer.send(result);
        }))?;
        let left = wait.saturating_sub(started.elapsed());
        match answered.recv_timeout(left) {
            Err(mpsc::RecvTimeoutError::Timeout) if call.give_up() => {
                turn.leave_thread();
                Err(Cause::TimedOut.into_error())
            }
            // It has come to its end meanwhile.
            Err(mpsc::RecvTimeoutError::Timeout) => answered.recv().unwrap_or_else(|_| turn.panicked()),
            Err(mpsc::RecvTimeoutError::Disconnected) => turn.panicked(),
            Ok(result) => result,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn turn(&self, wait: Duration) -> Result<Turn<'_>, Error> {
        let (mut state, waited) = self
            .free
            .wait_timeout_while(self.state(), wait, |state| state.busy)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() && state.busy {
            return Err(Cause::TimedOut.into_error());
        }
        state.busy = true;
        Ok(Turn(self))
    }

    /// Hands the job to the thread, which is started when there is none.
    fn send(&self, job: Job) -> Result<(), Error> {
        let mut state = self.state();
        let job = match &state.thread {
            None => job,
            Some(thread) => match thread.send(job) {
                Ok(()) => return Ok(()),
                // It ended in a panic.
                Err(mpsc::SendError(job)) => job,
            },
        };
        let (thread, jobs) = mpsc::channel::<Job>();
        let mut connection = Connection::new(Arc::clone(&self.backend));
        thread::Builder::new()
            .name(String::from("keyring"))
            .spawn(move || jobs.into_iter().for_each(|job| job(&mut connection)))
            .map_err(Error::io)?;
        // It waits for its first job, so this cannot fail.
        let _ = thread.send(job);
        state.thread = Some(thread);
        Ok(())
    }
}

/// The turn of one caller, which ends when it is dropped.
struct Turn<'a>(&'a Worker);

impl Turn<'_> {
    /// Leaves the thread behind: it ends after the job that it is at.
    fn leave_thread(&self) {
        self.0.state().thread = None;
    }

    fn panicked<T>(&self) -> Result<T, Error> {
        self.leave_thread();
        Err(Error::new(ErrorKind::Unavailable).because(Cause::Failed))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.state().busy = false;
        self.0.free.notify_one();
    }
}

/// What caller and thread know of each other.
struct Call {
    gone: Mutex<Gone>,
    hung: Arc<AtomicUsize>,
}

enum Gone {
    Nobody,
    Caller,
    Thread,
}

impl Call {
    /// Counts the thread as hung, unless it has come to its end.
    fn give_up(&self) -> bool {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        match *gone {
            Gone::Thread => false,
            Gone::Nobody | Gone::Caller => {
                *gone = Gone::Caller;
                self.hung.fetch_add(1, Ordering::AcqRel);
                true
            }
        }
    }
}

/// Held by the thread while it works, also when that ends in a panic.
struct Ending(Arc<Call>);

impl Drop for Ending {
    fn drop(&mut self) {
        let mut gone = self.0.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*gone, Gone::Caller) {
            self.0.hung.fetch_sub(1, Ordering::AcqRel);
        }
        *gone = Gone::Thread;
    }
}
