use core::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};

use countersign_store::Error;
use countersign_token::Secret;
use keyring_core::{CredentialStore, mock};
use zeroize::Zeroizing;

use crate::{
    Cause, Persistence,
    backend::{Backend, Entries},
    lease,
    name::Name,
    worker::Worker,
};

mod platform;

/// How long a call takes at most. What is built on it has to answer within five seconds.
const DEADLINE: Duration = Duration::from_secs(4);

/// One keyring of the platform.
///
/// It is reached with the first call, and anew when it was restarted. Each call happens in a thread of its
/// own and ends after a deadline, whether the keyring answers or not: with
/// [`Unavailable`](countersign_store::ErrorKind::Unavailable) and a [`Cause`] as its source. While four calls hang, further ones
/// fail at once. A clone is another handle of the same connection.
///
/// ```
/// use countersign_store_keyring::{Keyring, Persistence};
///
/// let keyring = Keyring::memory();
/// keyring.probe("my-app")?;
/// assert_eq!(keyring.persistence(), Persistence::Process);
/// # Ok::<(), countersign_store::Error>(())
/// ```
#[derive(Clone)]
pub struct Keyring {
    worker: Arc<Worker>,
    deadline: Duration,
    /// When all calls of this handle have to have ended, if they share a deadline.
    until: Option<Instant>,
    limit: Option<usize>,
}

impl Keyring {
    /// A keyring that lasts as long as its last handle: for tests.
    pub fn memory() -> Self {
        let store = OnceLock::<Arc<CredentialStore>>::new();
        Self::connecting("memory", Persistence::Process, move || match store.get() {
            Some(store) => Ok(Arc::clone(store)),
            None => {
                let made = mock::Store::new()?;
                Ok(Arc::clone(store.get_or_init(|| made)))
            }
        })
    }

    /// The keyring that `connect` reaches, called `title` in messages: any store of `keyring-core`.
    ///
    /// It is called for the first time when the keyring is first asked for something, and again when that
    /// connection failed or did not answer.
    pub fn connecting(
        title: &'static str,
        persistence: Persistence,
        connect: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Backend { title, persistence, modifiers: &[], connect: Box::new(connect) })
    }

    pub(crate) fn new(backend: Backend) -> Self {
        Self { worker: Arc::new(Worker::new(backend)), deadline: DEADLINE, until: None, limit: None }
    }

    /// The same keyring, where a value of more than `bytes` bytes is refused before the keyring is asked.
    #[must_use]
    pub fn with_limit(self, bytes: usize) -> Self {
        Self { limit: Some(bytes), ..self }
    }

    /// The same keyring, where a call may take as long as `deadline` instead of four seconds.
    ///
    /// A keyring that is locked asks the user for a password within it.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Another handle, all calls of which have one deadline together, which begins now.
    pub(crate) fn for_one_answer(&self) -> Self {
        Self { until: Instant::now().checked_add(self.deadline), ..self.clone() }
    }

    /// How long the next call may take.
    pub(crate) fn left(&self) -> Duration {
        self.until.map_or(self.deadline, |until| until.saturating_duration_since(Instant::now()))
    }

    /// What to call it in a message, such as "Secret Service".
    pub fn title(&self) -> &'static str {
        self.worker.backend().title
    }

    /// How long it keeps what it is given.
    pub fn persistence(&self) -> Persistence {
        self.worker.backend().persistence
    }

    /// The largest value it keeps, in bytes, where that is known.
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// How long a call takes at most.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Makes sure that it can be used: writes an entry of `service`, reads it back and deletes it.
    ///
    /// To be called before a login begins, so that its end is not lost. The entry is no secret and has a name
    /// that nothing else has.
    ///
    /// # Errors
    /// [`Unavailable`](countersign_store::ErrorKind::Unavailable), with a [`Cause`].
    pub fn probe(&self, service: &str) -> Result<(), Error> {
        self.probe_as(Name::of_probe(service, number()))
    }

    /// The value of an entry, where `None` is known to mean that there is none.
    ///
    /// A keyring may hide what it has while it is locked, and writing to it unlocks it. Whoever is about to
    /// write what must not be there asks in this way.
    pub(crate) fn get_surely(&self, name: &Name) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match self.get(name)? {
            Some(value) => Ok(Some(value)),
            None => {
                self.probe_as(name.beside(number()))?;
                self.get(name)
            }
        }
    }

    fn probe_as(&self, name: Name) -> Result<(), Error> {
        let value = b"countersign was here";
        let same = self.run(&name, {
            let name = name.clone();
            move |entries| {
                let back = entries.set(&name, value).and_then(|()| entries.get(&name));
                let gone = entries.delete(&name);
                Ok(back?.is_some_and(|back| *back == value) && gone?)
            }
        })?;
        if same { Ok(()) } else { Err(self.place(&name, Cause::Changed.into_error())) }
    }

    /// The secret that another program or the user keeps as `user` of `service`; `None` when there is none.
    ///
    /// # Errors
    /// [`Unavailable`](countersign_store::ErrorKind::Unavailable), with a [`Cause`], and
    /// [`Corrupt`](countersign_store::ErrorKind::Corrupt) when it is not UTF-8.
    pub fn secret(&self, service: &str, user: &str) -> Result<Option<Secret>, Error> {
        let name = Name::of_others(service, user);
        let value = self.get(&name)?;
        value.map(lease::text).transpose().map_err(|error| self.place(&name, error))
    }

    pub(crate) fn get(&self, name: &Name) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        self.run(name, {
            let name = name.clone();
            move |entries| entries.get(&name)
        })
    }

    pub(crate) fn exists(&self, name: &Name) -> Result<bool, Error> {
        self.run(name, {
            let name = name.clone();
            move |entries| entries.exists(&name)
        })
    }

    /// Keeps `value`. The call owns `guard` for as long as it may still change something.
    pub(crate) fn set<G: Send + 'static>(
        &self,
        name: &Name,
        value: Zeroizing<Vec<u8>>,
        guard: G,
    ) -> Result<(), Error> {
        if let Some(limit) = self.limit().filter(|limit| value.len() > *limit) {
            return Err(self.place(name, Cause::TooBig { limit }.into_error()));
        }
        self.run(name, {
            let name = name.clone();
            move |entries| {
                let _guard = &guard;
                entries.set(&name, &value)
            }
        })
    }

    /// Deletes the entry, also when there is none. As [`set`](Self::set) about `guard`.
    pub(crate) fn delete<G: Send + 'static>(&self, name: &Name, guard: G) -> Result<(), Error> {
        let gone = self.run(name, {
            let name = name.clone();
            move |entries| {
                let _guard = &guard;
                entries.delete(&name)
            }
        })?;
        if gone { Ok(()) } else { Err(self.place(name, Cause::Changed.into_error())) }
    }

    fn run<T: Send + 'static>(
        &self,
        name: &Name,
        work: impl Fn(&Entries) -> keyring_core::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.worker.run(self.left(), work).map_err(|error| self.place(name, error))
    }

    pub(crate) fn place(&self, name: &Name, error: Error) -> Error {
        error.at(format_args!("{} entry {}", self.title(), name.user))
    }
}

/// Another one for each probe of this process.
fn number() -> usize {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring")
            .field("title", &self.title())
            .field("persistence", &self.persistence())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
